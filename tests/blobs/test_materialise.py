"""Contents put into a worktree beside real git, which must notice nothing."""

from collections.abc import Callable, Iterator
import hashlib
import os
from pathlib import Path
import shutil
import stat
import subprocess
import sys
import time

import pytest

from git_anvcs.blobs import copying, placing
from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.materialise import Outcome, materialise
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.git import index_file, index_lock
from git_anvcs.git.repo import Repo
from tests.support import kill_points
from tests.support.sandbox import Sandbox, newer_git

PATIENCE = 30.0
DAY = 86400
CONTENT = bytes(range(256)) * 4096
# Stands in for the filter at its simplest; that files stay pointers is how `eof` mode begins.
FILTER = """
import hashlib, sys
data = sys.stdin.buffer.read()
if data and not data.startswith(b"version anvcs-blob/1\\n"):
    digest = hashlib.sha256(data).hexdigest()
    data = f"version anvcs-blob/1\\noid sha256:{digest}\\nsize {len(data)}\\n".encode()
sys.stdout.buffer.write(data)
"""
FILES = {"a.bin": CONTENT, "deep/er/b.bin": CONTENT + b"b", "deep/c.bin": b"c"}


class World:
    """A repository whose files are pointers, and a folder with their contents."""

    def __init__(self, repo: Sandbox, files: dict[str, bytes] = FILES) -> None:
        self.repo = repo
        self.cache = repo.base / "cache"
        self.cache.mkdir()
        script = repo.base / "filter.py"
        script.write_text(FILTER)
        repo.git("config", "filter.t.clean", f"{sys.executable} -I -S {script}")
        repo.git("config", "filter.t.smudge", "cat")
        repo.git("config", "filter.t.required", "true")
        repo.write(".gitattributes", "*.bin filter=t -text\n")
        self.wanted = [self.pointed(path, content) for path, content in files.items()]
        repo.commit("files", {path: pointer for path, pointer, _ in self.wanted})

    def pointed(self, path: str, content: bytes) -> tuple[str, bytes, Path]:
        digest = hashlib.sha256(content).hexdigest()
        cached = self.cache / digest
        if not cached.exists():
            cached.write_bytes(content)
            cached.chmod(0o444)
        return path, pointers.text(Pointer(digest, len(content))), cached

    def materialise(self, **how: int | float | Path) -> Outcome:
        return materialise(Repo.discover(self.repo.root), self.wanted, **how)  # type: ignore[arg-type]

    def one(self, path: str = "a.bin") -> Outcome:
        """Only this path, wherever it leads: with the pointer and the content of a.bin."""
        wanted = [(path, *self.wanted[0][1:])]
        return materialise(Repo.discover(self.repo.root), wanted)

    def status(self) -> tuple[str, int]:
        """What git status says, and how many filters it started for that."""
        done = self.repo.run("git", "status", "--porcelain", env={"GIT_TRACE": "1"})
        return done.stdout, done.stderr.count("filter.py")

    def index(self) -> bytes:
        return (self.repo.root / ".git/index").read_bytes()


@pytest.fixture
def world(repo: Sandbox) -> World:
    return World(repo)


def plain(_repo: Sandbox) -> None:
    pass


def version(number: int) -> Callable[[Sandbox], None]:
    return lambda repo: void(repo.git("update-index", "--index-version", str(number)))


def monitored(repo: Sandbox) -> None:
    hook = repo.write("../monitor", "#!/bin/sh\nprintf 'token\\0/\\0'\n")
    hook.chmod(0o755)
    repo.git("config", "core.fsmonitor", str(hook))
    repo.git("config", "core.fsmonitorHookVersion", "2")
    repo.git("update-index", "--fsmonitor")
    repo.git("status")


def untracked(repo: Sandbox) -> None:
    repo.git("config", "core.untrackedCache", "true")
    repo.git("update-index", "--untracked-cache")
    repo.git("status")


def end_told(repo: Sandbox) -> None:
    repo.git("config", "index.recordEndOfIndexEntries", "true")
    repo.git("update-index", "--force-write-index")


def split(repo: Sandbox) -> None:
    repo.git("update-index", "--split-index")


def sparse(repo: Sandbox) -> None:
    repo.commit("more", {"left/out/x": "x\n"})
    repo.git("sparse-checkout", "set", "--cone", "--sparse-index", "deep")


def void(_said: str) -> None:
    pass


@pytest.mark.parametrize(
    "make",
    [version(2), version(4), monitored, untracked, end_told, split, sparse],
    ids=["2", "4", "fsmonitor", "untracked cache", "EOIE", "split", "sparse"],
)
def test_afterwards_git_sees_no_change_and_starts_no_filter(
    world: World, make: Callable[[Sandbox], None]
) -> None:
    make(world.repo)
    seen_whole(world)


def test_entries_with_more_flags_make_version_3(world: World) -> None:
    world.repo.write("new.txt", "new\n")
    world.repo.git("add", "-N", "new.txt")
    assert index_file.parse(world.index(), "sha1").version == 3
    seen_whole(world, " A new.txt\n")


def test_sha_256_and_a_checksum_left_out(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path, init=False, **newer_git(tmp_path / "newer"))
    repo.root.mkdir()
    repo.git("init", "-q", "--object-format=sha256")
    repo.git("config", "index.skipHash", "true")
    world = World(repo)
    assert not index_file.parse(world.index(), "sha256").hashed
    seen_whole(world)
    assert not index_file.parse(world.index(), "sha256").hashed


def seen_whole(world: World, status: str = "") -> None:
    outcome = world.materialise()

    assert outcome.left == {}
    assert set(outcome.done) == set(FILES)
    assert outcome.unsettled == ()
    assert world.status() == (status, 0)
    for path, content in FILES.items():
        file = world.repo.root / path
        assert file.read_bytes() == content
        assert f"  size: {len(content)}\t" in world.repo.git("ls-files", "--debug", path)
        assert f"\tino: {file.stat().st_ino}\n" in world.repo.git("ls-files", "--debug", path)
    world.repo.git("fsck", "--strict")
    world.repo.git("diff", "--exit-code", "--", "*.bin")
    assert [one.name for one in world.repo.root.rglob("*.tmp")] == []
    world.repo.write("a.bin", FILES["a.bin"][:-1] + b"!")  # the same size
    world.repo.git("add", "a.bin")
    assert "M  a.bin" in world.status()[0]


def test_a_file_is_newer_than_what_was_made_before_it_came(world: World) -> None:
    """As make sees it, whatever the age of the index."""
    target = world.repo.write("target", "made of a pointer\n")
    aged(world, 3 * DAY)
    hour_ago = time.time() - 3600
    os.utime(target, (hour_ago, hour_ago))
    before = time.time()

    assert world.materialise().unsettled == ()

    for path in FILES:
        found = (world.repo.root / path).stat().st_mtime
        assert target.stat().st_mtime < found
        assert before - 2 < found <= time.time()
    assert world.status() == ("?? target\n", 0)


def test_what_somebody_changed_in_the_second_of_an_old_index_is_still_seen(world: World) -> None:
    """Same size, same time: Git has no other sign than the age of its index (racy-git)."""
    file = world.repo.write("plain.txt", "one\n")
    moment = time.time_ns() - DAY * 10**9
    world.repo.git("config", "core.trustctime", "false")
    os.utime(file, ns=(moment, moment))
    world.repo.git("add", "plain.txt")
    file.write_text("two\n")
    index = world.repo.root / ".git/index"
    for one in (file, index):
        os.utime(one, ns=(moment, moment))

    assert world.materialise().unsettled == ()

    assert index.stat().st_mtime_ns > moment
    assert world.status()[0] == "AM plain.txt\n"


@pytest.mark.parametrize("age", [0, 10])
def test_what_is_written_to_a_new_file_at_once_is_seen(world: World, age: int) -> None:
    """Of the same size, in the same second, by whoever keeps the file."""
    world.repo.git("config", "core.trustctime", "false")
    aged(world, 0 if age else DAY)
    assert world.materialise(age=age).unsettled == ()
    for path, content in FILES.items():
        with (world.repo.root / path).open("r+b") as file:
            file.write(bytes([content[0] ^ 1]))
        assert f" M {path}\n" in world.status()[0]


def test_scripts_that_ask_git_without_a_refresh_see_no_change(world: World) -> None:
    world.repo.commit("plain", {"plain.txt": "one\n"})
    index = world.repo.root / ".git/index"
    moment = time.time_ns() - DAY * 10**9
    for file in (world.repo.root / "plain.txt", index):
        os.utime(file, ns=(moment, moment))
    world.repo.git("update-index", "-q", "--refresh")
    os.utime(index, ns=(moment, moment))

    assert world.materialise().unsettled == ()

    assert world.repo.git("diff-files", "--name-only") == ""
    assert world.repo.git("diff-index", "--name-only", "HEAD") == ""


def aged(world: World, seconds: int) -> None:
    """The files and the index are so old; Git knows them."""
    moment = time.time() - seconds
    for path, pointer, _ in world.wanted:
        file = world.repo.root / path
        if file.read_bytes() == pointer:
            os.utime(file, (moment - 5, moment - 5))
    world.repo.git("update-index", "-q", "--refresh")
    os.utime(world.repo.root / ".git/index", (moment, moment))


def test_of_what_is_no_pointer_any_more_nothing_is_touched(world: World) -> None:
    repo = world.repo
    pointer = world.wanted[0][1]
    outside = repo.base / "outside"
    outside.mkdir()
    for name in ("file", "d.bin"):
        (outside / name).write_bytes(pointer)
    (repo.root / "link.bin").symlink_to(outside / "file")
    (repo.root / "folder").symlink_to(outside)
    (repo.root / "real").mkdir()
    os.mkfifo(repo.root / "pipe.bin")
    repo.write("edited.bin", b"edited" + pointer)
    repo.write("more.bin", pointer + b"\n")
    repo.write(".git/d.bin", pointer)

    said = {
        path: world.one(path).left.get(path)
        for path in (
            *("link.bin", "folder/d.bin", "real", "pipe.bin", "edited.bin", "more.bin"),
            *("gone.bin", "no/gone.bin", ".git/d.bin", ".GIT/d.bin", "../outside/file"),
            *(str(outside / "file"), "a.bin/x", "./a.bin", "nul\0.bin"),
        )
    }

    assert all(said.values()), said
    assert said["link.bin"] == "a link is there, or something that is no folder"
    assert said["more.bin"] == "it holds something else than the pointer"
    assert said["real"] == said["pipe.bin"] == "it is no plain file"
    assert said["gone.bin"] == "No such file or directory"
    assert {(outside / name).read_bytes() for name in ("file", "d.bin")} == {pointer}
    assert (repo.root / ".git/d.bin").read_bytes() == pointer
    assert (repo.root / "more.bin").read_bytes() == pointer + b"\n"


def test_a_file_with_two_names_is_replaced_and_not_written_to(world: World) -> None:
    other = world.repo.base / "other"
    other.hardlink_to(world.repo.root / "a.bin")

    assert "a.bin" in world.one().done

    assert other.read_bytes() == world.wanted[0][1]
    assert (world.repo.root / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o664])
def test_what_may_be_done_with_a_file_stays(world: World, mode: int) -> None:
    file = world.repo.root / "a.bin"
    file.chmod(mode)

    assert "a.bin" in world.one().done

    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_what_the_cache_does_not_have_whole_stays_a_pointer(world: World) -> None:
    path, pointer, cached = world.wanted[0]
    cached.chmod(0o644)
    cached.write_bytes(CONTENT[:-1])
    world.wanted[1][2].unlink()

    outcome = world.materialise()

    assert outcome.left == {
        path: "its content is not whole in the cache",
        "deep/er/b.bin": "No such file or directory",
    }
    assert (world.repo.root / path).read_bytes() == pointer
    assert world.status()[0] == ""


def test_while_another_git_holds_the_index_nothing_is_touched(world: World) -> None:
    lock = index_lock.lock_of(world.repo.root / ".git/index")
    lock.touch()

    outcome = world.materialise(wait=0)

    assert not outcome.done
    assert all("another git" in why for why in outcome.left.values())
    assert (world.repo.root / "a.bin").read_bytes() == world.wanted[0][1]
    lock.unlink()
    assert len(world.materialise(wait=0).done) == len(FILES)


def test_an_index_of_another_name_is_patched_and_git_looks_into_files_of_its_own(
    world: World,
) -> None:
    other = world.repo.root / ".git/other"
    shutil.copy2(world.repo.root / ".git/index", other)
    before = world.index()

    assert world.materialise(index=other).unsettled == ()

    assert world.index() == before
    env = {"GIT_INDEX_FILE": str(other), "GIT_TRACE": "1"}
    done = world.repo.run("git", "status", "--porcelain", env=env)
    assert (done.stdout, done.stderr.count("filter.py")) == ("", 0)


def test_a_file_that_git_does_not_have_as_this_pointer_is_filled_all_the_same(
    world: World,
) -> None:
    world.repo.write("untracked.bin", world.wanted[0][1])

    outcome = world.one("untracked.bin")

    assert (list(outcome.done), outcome.unsettled) == (["untracked.bin"], ())
    assert world.status()[0] == "?? untracked.bin\n"


def test_what_is_written_to_meanwhile_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = world.repo.root / "a.bin"
    whole = copying.copy

    def copy(source: int, target: int, size: int) -> str:
        file.write_bytes(b"somebody's")
        return whole(source, target, size)

    monkeypatch.setattr(copying, "copy", copy)

    assert world.one().left == {"a.bin": "somebody wrote to it"}

    assert file.read_bytes() == b"somebody's"
    assert world.status()[0] == " M a.bin\n"
    assert list(world.repo.root.rglob("*.tmp")) == []


def test_where_every_new_file_has_a_name_it_works_as_well(
    world: World, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_NAMELESS", 0)

    assert len(world.materialise().done) == len(FILES)
    assert world.status() == ("", 0)
    (world.repo.base / "small-base").mkdir()
    full = World(Sandbox(world.repo.base / "small-base", name="../small"))
    assert "No space left on device" in full.materialise().left.values()
    for root in (world.repo.root, small):
        assert list(root.rglob("*.tmp")) == []


def mounted(place: Path, *words: str) -> Iterator[Path]:
    place.mkdir()
    if subprocess.run(["mount", *words, place], capture_output=True, check=False).returncode:
        pytest.skip("no such file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=1200k", "tmpfs")


@pytest.fixture
def sharing(tmp_path: Path) -> Iterator[Path]:
    """A file system on which files share blocks."""
    image = tmp_path / "xfs"
    with image.open("wb") as file:
        file.truncate(320 << 20)
    if shutil.which("mkfs.xfs") is None:
        pytest.skip("no mkfs.xfs here")
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", image], check=True)
    yield from mounted(tmp_path / "sharing", "-o", "loop", str(image))


def test_on_a_full_disk_pointers_stay_and_nothing_is_left(small: Path) -> None:
    world = World(Sandbox(small.parent, name="small"))

    outcome = world.materialise()

    assert set(outcome.left.values()) == {"No space left on device"}
    assert {*outcome.left, *outcome.done} == set(FILES)
    assert [one.name for one in world.repo.root.rglob("*.tmp")] == []
    (world.repo.root / "a.bin").unlink()
    world.repo.git("checkout", "a.bin")
    assert world.status()[0] == ""


def test_what_cannot_be_written_to_stays_a_pointer(world: World) -> None:
    folder = world.repo.root / "deep"
    for words in (("--bind", folder), ("-o", "remount,bind,ro", folder)):
        target = (folder,) if words[0] == "--bind" else ()
        if subprocess.run(["mount", *words, *target], capture_output=True, check=False).returncode:
            pytest.skip("no folder can be mounted here")
    try:
        outcome = world.materialise()
    finally:
        subprocess.run(["umount", "-l", folder], check=True)

    assert list(outcome.done) == ["a.bin"]
    assert outcome.left == dict.fromkeys(("deep/er/b.bin", "deep/c.bin"), "Read-only file system")
    assert world.status()[0] == ""


def test_a_worktree_may_lie_in_another_file_system_than_the_cache(
    world: World, small: Path
) -> None:
    world.repo.git("worktree", "add", "-q", "--detach", str(small / "tree"))
    other = Repo.discover(small / "tree")

    outcome = materialise(other, world.wanted[:1])

    assert set(outcome.done.values()) & {"range", "copy"}
    assert (small / "tree/a.bin").read_bytes() == CONTENT
    assert list(small.rglob("*.tmp")) == []
    assert outcome.unsettled == ()
    assert world.repo.git("status", "--porcelain", cwd=other.root) == ""


def test_where_files_can_share_blocks_nothing_is_copied(sharing: Path) -> None:
    world = World(Sandbox(sharing))
    free = shutil.disk_usage(sharing).free

    outcome = world.materialise()

    assert set(outcome.done.values()) == {"reflink"}
    assert free - shutil.disk_usage(sharing).free < len(CONTENT)
    assert world.status() == ("", 0)
    (world.repo.root / "a.bin").write_bytes(b"edited")
    assert world.wanted[0][2].read_bytes() == CONTENT


def test_names_that_are_one_file_here_are_left_alone(world: World) -> None:
    """A link makes of two names what a file system that folds case makes of them."""
    (world.repo.root / "A.bin").hardlink_to(world.repo.root / "a.bin")
    world.repo.write("Deep/c.bin", world.wanted[2][1])
    world.wanted += [("A.bin", *world.wanted[0][1:]), ("Deep/c.bin", *world.wanted[2][1:])]

    outcome = world.materialise()

    said = "another name of it differs by case only"
    assert outcome.left == {"a.bin": said, "A.bin": said}
    assert set(outcome.done) == {"deep/er/b.bin", "deep/c.bin", "Deep/c.bin"}


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from git_anvcs.blobs.materialise import materialise
from git_anvcs.git.repo import Repo
words = sys.argv[2:]
wanted = [(path, bytes.fromhex(p), Path(file)) for path, p, file in zip(*[iter(words)] * 3)]
materialise(Repo.discover(Path.cwd()), wanted)
"""


@pytest.mark.skipif(not kill_points.WORKS_HERE, reason="no ptrace(2) we know here")
def test_killed_at_any_write_git_sees_no_change_and_the_next_time_it_ends_well(
    world: World,
) -> None:
    path, pointer, cached = world.wanted[0]
    file = world.repo.root / path
    project = str(Path(__file__).parents[2])
    words = [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, project]
    words += [path, pointer.hex(), str(cached)]
    root = world.repo.root
    (root / ".git/anvcs/blobs/drafts").mkdir(parents=True)
    whole = kill_points.traced(words, root, 0, world.repo.env, root)
    assert file.read_bytes() == CONTENT
    for other, *_ in world.wanted[1:]:  # into what is as young as its index Git looks each time
        os.utime(root / other, (1e9, 1e9))
    world.repo.git("update-index", "-q", "--refresh")
    for kill_at in range(1, whole.points + 1, 3):
        file.unlink()
        world.repo.git("checkout", "-q", path)
        ended = kill_points.traced(words, root, kill_at, world.repo.env, root)
        assert ended.at
        lock = index_lock.lock_of(root / ".git/index")
        deadline = time.monotonic() + PATIENCE
        while lock.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert file.read_bytes() in (pointer, CONTENT)
        assert world.repo.git("status", "--porcelain", "-uno") == "", ended
        left = list(root.rglob("*.tmp"))
        assert len(left) <= (ended.at == "renameat")
        assert {one.parent for one in left} <= {root / ".git/anvcs/blobs/drafts"}
        for one in left:
            one.unlink()
        world.one()
        assert file.read_bytes() == CONTENT
        assert world.status() == ("", 0)
