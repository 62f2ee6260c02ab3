"""What files held when an agent's hook ran, through the installed hook, in real repositories."""

import json
import os
from pathlib import Path
import shutil
import time

import pytest

from git_anvcs.flows import snapshot
from git_anvcs.git import dirty
from git_anvcs.git.locate import Place, locate
from git_anvcs.kernel import process, spawn
from git_anvcs.provenance.events import Event, from_line
from git_anvcs.provenance.told import digest
from git_anvcs.store import snapshots
from git_anvcs.store.paths import Paths
from tests.support.sandbox import Sandbox, newer_git


@pytest.fixture
def ready(repo: Sandbox) -> Sandbox:
    """A repository with one commit in which git-anvcs was set up."""
    (repo.root / ".git/anvcs").mkdir()
    repo.commit("start", {"a.py": "one\n", "b.py": "two\n", ".gitignore": "*.log\n"})
    return repo


def hook(repo: Sandbox, event: str, *, cwd: Path | None = None, **fields: object) -> Event:
    """Run Claude Code's hook, the way the agent does; the event as a reader of the spool has it."""
    payload = payload_of(cwd or repo.root, event, **fields)
    done = repo.run("git-anvcs", "hook", "claude", stdin=payload, cwd=cwd)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return events(repo)[-1]


def payload_of(cwd: Path, event: str, **fields: object) -> str:
    given = {"session_id": "s", "cwd": str(cwd), "hook_event_name": event, **fields}
    return json.dumps(given)


def shell_in(folder: Path) -> str:
    """The payload before a shell command there."""
    tool = {"tool_name": "Bash", "tool_input": {"command": "make"}}
    return payload_of(folder, "PreToolUse", **tool)


def events(repo: Sandbox) -> list[Event]:
    common = Path(repo.git("rev-parse", "--path-format=absolute", "--git-common-dir").strip())
    return [
        from_line(json.loads(t))
        for t in (common / "anvcs/spool/lines").read_text().split("\n")
        if t
    ]


def edit(repo: Sandbox, name: str, event: str = "PostToolUse", **fields: object) -> Event:
    given = {"file_path": str(repo.root / name), **fields}
    return hook(repo, event, tool_name="Edit", tool_input=given)


def shell(repo: Sandbox, event: str = "PreToolUse", **how: Path) -> Event:
    return hook(repo, event, tool_name="Bash", tool_input={"command": "make"}, **how)


def held(repo: Sandbox, event: Event) -> dict[str, bytes | str | None]:
    """What the event says files held; what is no key is left as it stands."""
    paths = Paths(repo.root / ".git")
    found = event.files.items()
    return {p: snapshots.get(paths, key) if len(key) == 64 else key for p, key in found}


def test_an_edit_keeps_the_file_before_and_after(ready: Sandbox) -> None:
    before = edit(ready, "a.py", "PreToolUse")
    ready.write("a.py", "one\nmore\n")
    after = edit(ready, "a.py")
    assert held(ready, before) == {"a.py": b"one\n"}
    assert held(ready, after) == {"a.py": b"one\nmore\n"}
    assert not before.cut


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"\x00\xff\xfe", b"\x00\xff\xfe"),
        (b"", b""),
        (b"x" * (2 << 20), b"x" * (2 << 20)),
        (b"x" * ((2 << 20) + 1), "-"),
        (None, ""),
    ],
    ids=["crlf", "binary", "empty", "largest", "too-large", "absent"],
)
def test_an_edit_keeps_the_exact_bytes(
    ready: Sandbox, content: bytes | None, expected: object
) -> None:
    if content is not None:
        ready.write("new", content)
    assert held(ready, edit(ready, "new")) == {"new": expected}


def test_a_link_is_kept_as_its_target_and_never_followed(ready: Sandbox) -> None:
    (ready.base / "secret").write_text("secret")
    (ready.root / "link").symlink_to("../secret")
    assert held(ready, edit(ready, "link")) == {"link": b"../secret"}
    assert held(ready, shell(ready)) == {"link": b"../secret"}


def test_what_is_no_file_is_not_read(ready: Sandbox) -> None:
    os.mkfifo(ready.root / "pipe")
    (ready.root / "folder").mkdir()
    assert held(ready, edit(ready, "pipe")) == {"pipe": "-"}
    assert held(ready, edit(ready, "folder")) == {"folder": "-"}


def test_a_file_that_git_ignores_is_not_kept_unless_it_is_tracked(ready: Sandbox) -> None:
    ready.commit("rules", {".gitignore": ".env\nbuild/\n", "build/kept": "1"})
    ready.git("add", "-f", "build/kept")
    ready.write(".env", "PASSWORD=secret-of-mine\n")
    ready.write("build/made", "secret-of-mine")
    for name in (".env", "build/made"):
        event = edit(ready, name)
        assert (held(ready, event), event.paths, event.cut) == ({name: "-"}, (name,), False)
    assert held(ready, shell(ready)) == {"build/kept": b"1"}
    assert held(ready, edit(ready, "build/kept")) == {"build/kept": b"1"}
    assert kept_contents(ready) == {b"1"}


def kept_contents(repo: Sandbox) -> set[bytes | None]:
    paths = Paths(repo.root / ".git")
    files = paths.snapshots.glob("??/*")
    return {snapshots.get(paths, file.parent.name + file.name) for file in files}


def test_a_file_of_git_is_never_kept(ready: Sandbox) -> None:
    ready.git("worktree", "add", "-q", "../other")
    for name in (".git/config", "../other/.git"):
        hook(ready, "Stop")
        assert not edit(ready, name).files


def test_names_that_are_no_utf8_or_hold_a_newline_survive(ready: Sandbox) -> None:
    for raw in (b"caf\xe9.txt", b'two\nlines "quoted"\t.txt'):
        Path(os.fsdecode(os.fsencode(ready.root) + b"/" + raw)).write_bytes(raw)
    expected = {os.fsdecode(raw): raw for raw in (b"caf\xe9.txt", b'two\nlines "quoted"\t.txt')}
    assert held(ready, shell(ready)) == expected


def test_a_shell_command_keeps_every_file_that_differs_and_where_head_is(ready: Sandbox) -> None:
    clean = shell(ready)
    assert (clean.files, clean.cut, clean.stash) == ({}, False, "")
    assert clean.head == ready.git("rev-parse", "HEAD").strip()
    ready.write("a.py", "changed\n")
    ready.write("staged", "staged\n")
    ready.git("add", "staged")
    ready.write("deep/new", "new\n")
    ready.write("build.log", "ignored\n")
    (ready.root / "b.py").unlink()
    after = shell(ready, "PostToolUse")
    expected = {"a.py": b"changed\n", "b.py": "", "staged": b"staged\n", "deep/new": b"new\n"}
    assert held(ready, after) == expected
    assert list(after.files)[-1] == "deep/new"  # untracked ones come last


def test_a_file_taken_out_of_the_index_and_still_there_is_kept(ready: Sandbox) -> None:
    ready.git("rm", "-q", "--cached", "a.py")
    assert held(ready, shell(ready)) == {"a.py": b"one\n"}


def test_a_file_whose_folder_became_a_link_is_absent_and_not_looked_for(ready: Sandbox) -> None:
    ready.commit("deep", {"deep/a": "mine"})
    shutil.rmtree(ready.root / "deep")
    (ready.base / "elsewhere").mkdir()
    (ready.base / "elsewhere/a").write_text("not ours")
    (ready.root / "deep").symlink_to("../elsewhere")
    assert held(ready, shell(ready)) == {"deep/a": "", "deep": b"../elsewhere"}


def test_files_in_conflict_are_kept_as_they_are(ready: Sandbox) -> None:
    ready.git("checkout", "-q", "-b", "side")
    ready.commit("side", {"a.py": "side\n"})
    ready.git("checkout", "-q", "main")
    ready.commit("main", {"a.py": "main\n"})
    ready.run("git", "merge", "-q", "side")
    found = held(ready, shell(ready))["a.py"]
    assert isinstance(found, bytes)
    assert b"<<<<<<<" in found


def test_head_and_stash_are_told_whether_loose_or_packed(ready: Sandbox) -> None:
    ready.write("a.py", "later\n")
    ready.git("stash")
    told = [ready.git("rev-parse", name).strip() for name in ("HEAD", "refs/stash")]
    loose = shell(ready)
    assert [loose.head, loose.stash] == told
    ready.git("pack-refs", "--all")
    packed = shell(ready)
    assert [packed.head, packed.stash] == told
    ready.git("checkout", "-q", "--detach")
    assert shell(ready).head == told[0]


def test_before_the_first_commit_there_is_no_head(repo: Sandbox) -> None:
    (repo.root / ".git/anvcs").mkdir()
    repo.write("a", "x")
    found = shell(repo)
    assert (found.head, found.cut, held(repo, found)) == ("", False, {"a": b"x"})


@pytest.mark.parametrize("form", ["--object-format=sha256", "--ref-format=reftable"])
def test_other_kinds_of_repositories_are_understood(tmp_path: Path, form: str) -> None:
    repo = Sandbox(tmp_path, init=False, **newer_git(tmp_path / "newer"))
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "main", form)
    (repo.root / ".git/anvcs").mkdir()
    unborn = shell(repo)
    assert (unborn.head, unborn.cut) == ("", False)
    repo.commit("start", {"a": "1"})
    repo.write("a", "2")
    repo.git("stash")
    repo.write("a", "3")
    found = shell(repo)
    told = [repo.git("rev-parse", name).strip() for name in ("HEAD", "refs/stash")]
    assert ([found.head, found.stash], found.cut) == (told, False)
    assert held(repo, found) == {"a": b"3"}


def test_a_linked_worktree_has_its_own_head_and_files(ready: Sandbox) -> None:
    ready.git("worktree", "add", "-q", "-b", "other", "../other")
    other = ready.base / "other"
    (other / "a.py").write_text("there\n")
    ready.write("b.py", "here\n")
    (other / "deep").mkdir()
    found = shell(ready, cwd=other / "deep")
    assert held(ready, found) == {"a.py": b"there\n"}
    assert held(ready, shell(ready)) == {"b.py": b"here\n"}


def test_a_submodule_is_not_entered_and_has_snapshots_of_its_own(ready: Sandbox) -> None:
    # What `git submodule add` leaves; as a script it is not in every package of Git.
    (ready.root / ".git/modules").mkdir()
    ready.git("clone", "-q", "--separate-git-dir", ".git/modules/lib", str(ready.root), "lib")
    ready.write(".gitmodules", '[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n')
    ready.commit("with lib")
    ready.write("lib/a.py", "changed\n")
    assert shell(ready).files == {}
    (ready.root / ".git/modules/lib/anvcs").mkdir()
    seen = len(events(ready))
    ready.ok("git-anvcs", "hook", "claude", stdin=shell_in(ready.root / "lib"))
    assert len(events(ready)) == seen
    (line,) = (ready.root / ".git/modules/lib/anvcs/spool/lines").read_text().splitlines()
    assert list(from_line(json.loads(line)).files) == ["a.py"]


def test_a_repository_inside_of_this_one_is_not_entered(ready: Sandbox) -> None:
    ready.git("init", "-q", "inner")
    ready.write("inner/a", "x")
    assert shell(ready).files == {}


def test_in_a_bare_repository_nothing_is_looked_at(ready: Sandbox) -> None:
    ready.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = ready.base / "bare.git"
    (bare / "anvcs").mkdir()
    ready.ok("git-anvcs", "hook", "claude", stdin=shell_in(bare))
    (line,) = (bare / "anvcs/spool/lines").read_text().splitlines()
    found = from_line(json.loads(line))
    assert (found.files, found.cut) == ({}, True)


def test_ten_thousand_new_files_are_cut_and_tracked_ones_come_first(ready: Sandbox) -> None:
    for number in range(10_000):
        (ready.root / f"n{number:05}").write_bytes(b"%d" % number)
    ready.write("b.py", "changed\n")
    found = shell(ready)
    assert (len(found.files), found.cut) == (snapshot.MOST_FILES, True)
    assert next(iter(found.files)) == "b.py"


def test_more_bytes_than_the_most_are_cut(ready: Sandbox) -> None:
    for number in range(20):
        ready.write(f"large{number:02}", os.urandom(2 << 20))
    found = shell(ready)
    kept = [key for key in found.files.values() if len(key) == 64]
    assert (len(kept), found.cut) == (16, True)


def test_on_a_full_disk_the_event_is_still_told(ready: Sandbox) -> None:
    ready.write("large", os.urandom(1 << 20))
    tool = {"tool_name": "Edit", "tool_input": {"file_path": str(ready.root / "large")}}
    payload = payload_of(ready.root, "PostToolUse", **tool)
    limited = "ulimit -f 200; exec git-anvcs hook claude"
    done = ready.run("sh", "-c", limited, stdin=payload)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (found,) = events(ready)
    assert (dict(found.files), found.cut, found.paths) == ({"large": "-"}, True, ("large",))


def place(repo: Sandbox) -> Place:
    found = locate(repo.root)
    assert found is not None
    return found


def test_a_file_that_did_not_change_is_not_read_again(
    ready: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.py", "new"):
        os.utime(ready.write(name, "x"), (1, 1))
    snapshot_of_old(ready)
    read: list[str] = []
    whole = snapshot._bytes_of
    monkeypatch.setattr(
        snapshot, "_bytes_of", lambda path, found: read.append(path) or whole(path, found)
    )
    first = snapshot.of_worktree(place(ready))
    ready.write("new", "y")
    second = snapshot.of_worktree(place(ready))
    assert [Path(path).name for path in read] == ["new"]
    assert first.files["a.py"] == second.files["a.py"]
    assert first.files["new"] != second.files["new"]


def snapshot_of_old(repo: Sandbox) -> None:
    """Take snapshots until the files' times lie before them: clocks of file systems are coarse."""
    known = Paths(repo.root / ".git").snapshots / "known/main.json"
    for _ in range(1000):
        snapshot.of_worktree(place(repo))
        if known.exists() and len(json.loads(known.read_text())["files"]) == 2:
            return
    raise AssertionError("the cache learned nothing")


def test_a_change_that_restores_size_and_time_is_seen(ready: Sandbox) -> None:
    for name in ("a.py", "new"):
        os.utime(ready.write(name, "x"), (1, 1))
    snapshot_of_old(ready)
    os.utime(ready.write("new", "y"), (1, 1))
    found = snapshot.of_worktree(place(ready)).files["new"]
    assert snapshots.get(Paths(ready.root / ".git"), found) == b"y"


def test_a_content_that_was_swept_is_kept_again(ready: Sandbox) -> None:
    for name in ("a.py", "new"):
        os.utime(ready.write(name, "x"), (1, 1))
    snapshot_of_old(ready)
    paths = Paths(ready.root / ".git")
    for folder in paths.snapshots.glob("??"):
        shutil.rmtree(folder)
    found = snapshot.of_worktree(place(ready)).files["new"]
    assert snapshots.get(paths, found) == b"x"


@pytest.mark.parametrize("text", ["", "[]", '{"v":1,"files":{"a.py":[1,2]}}', '{"v":1,"files":3}'])
def test_a_damaged_cache_is_as_good_as_none(ready: Sandbox, text: str) -> None:
    ready.write("a.py", "x")
    known = Paths(ready.root / ".git").snapshots / "known"
    known.mkdir(parents=True)
    (known / "main.json").write_text(text)
    found = snapshot.of_worktree(place(ready)).files["a.py"]
    assert snapshots.get(Paths(ready.root / ".git"), found) == b"x"


def test_a_git_that_takes_too_long_is_killed_with_all_it_started(
    ready: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, pid = ready.base / "slow/git", ready.base / "pid"
    fake.parent.mkdir()
    script = f"printf '?? a\\0'; sleep 1000 & echo $! >{pid}; printf '?? half'; wait"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    ready.write("a", "x")
    monkeypatch.setattr(dirty, "SECONDS", 1000.0)
    real = time.monotonic  # the time is over as soon as it has printed something
    monkeypatch.setattr(time, "monotonic", lambda: real() + (1e6 if pid.exists() else 0))
    found = snapshot.of_worktree(place(ready))
    monkeypatch.undo()
    assert (list(found.files), found.cut) == (["a"], True)
    number = int(pid.read_text())
    while _runs(number):  # killed, but perhaps not dead yet; it would run for long
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return process.alive(pid) and not Path("/proc/self").exists()
    return state != "Z"


def test_a_program_that_prints_too_much_is_stopped() -> None:
    argv = ("sh", "-c", "while :; do echo 0123456789; done")
    code, printed = spawn.output_within(argv, dict(os.environ), seconds=60, most=100_000)
    assert code is None
    assert 100_000 < len(printed) < 300_000


def test_head_that_moves_while_git_looks_makes_the_snapshot_incomplete(
    ready: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    within = spawn.output_within

    def and_commit(*args: object, **how: object) -> tuple[int | None, bytes]:
        ready.git("commit", "-q", "--allow-empty", "-m", "meanwhile")
        return within(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(spawn, "output_within", and_commit)
    assert snapshot.of_worktree(place(ready)).cut


def test_the_index_is_neither_locked_nor_written(ready: Sandbox) -> None:
    ready.write("a.py", "changed\n")
    ready.write(".git/index.lock", "")
    before = (ready.root / ".git/index").read_bytes()
    assert held(ready, shell(ready)) == {"a.py": b"changed\n"}
    assert (ready.root / ".git/index").read_bytes() == before


def test_variables_of_a_surrounding_git_do_not_lead_elsewhere(ready: Sandbox) -> None:
    ready.write("a.py", "changed\n")
    odd = {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index"}
    ready.ok("git-anvcs", "hook", "claude", stdin=shell_in(ready.root), env=odd)
    assert held(ready, events(ready)[-1]) == {"a.py": b"changed\n"}


def test_what_the_agent_wrote_is_told_as_digests_and_not_as_text(ready: Sandbox) -> None:
    ready.write("a.py", "one\nkey = 'pw-of-mine'  # new\n")
    response = {"originalFile": "one\nkey = 'none'  # new\n"}
    payload = {"old_string": "none", "new_string": "pw-of-mine"}
    event = hook(
        ready,
        "PostToolUse",
        tool_name="Edit",
        tool_input={"file_path": str(ready.root / "a.py"), **payload},
        tool_response=response,
    )
    assert event.told == {"a.py": (digest(b"key = 'pw-of-mine'  # new"),)}
    for file in (ready.root / ".git/anvcs").rglob("*"):
        assert not file.is_file() or b"pw-of-mine" not in file.read_bytes()


@pytest.mark.parametrize("purge", [(), ("--purge",)], ids=["kept", "purged"])
def test_uninstall_forgets_snapshots_and_hooks_of_a_running_agent_keep_no_more(
    ready: Sandbox, purge: tuple[str, ...]
) -> None:
    ready.anvcs("init", "--agents", "claude", "--drivers", "none")
    ready.write("a.py", "changed\n")
    assert held(ready, shell(ready)) == {"a.py": b"changed\n"}
    ready.anvcs("uninstall", *purge)
    for event, name, given in (
        ("PostToolUse", "Bash", {"command": "make"}),
        ("PreToolUse", "Edit", {"file_path": str(ready.root / "a.py")}),
    ):
        payload = payload_of(ready.root, event, tool_name=name, tool_input=given)
        assert ready.anvcs("hook", "claude", stdin=payload) == ""
    assert not Paths(ready.root / ".git").snapshots.exists()
    ready.anvcs("init", "--agents", "claude", "--drivers", "none")
    assert held(ready, shell(ready)) == {"a.py": b"changed\n"}
