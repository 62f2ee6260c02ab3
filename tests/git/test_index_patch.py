"""The index written without git, beside git: the lock, other writers, our own sudden end."""

import os
from pathlib import Path
import sys
import threading
import time

import pytest

from git_anvcs.git import index_file, index_lock, index_patch
from git_anvcs.git.index_file import NEVER_LOOKED_AT, Change, Stat
from git_anvcs.git.index_lock import IndexBusy, IndexNotWritten
from git_anvcs.git.repo import Repo
from tests.support import kill_points
from tests.support.sandbox import Sandbox

PATIENCE = 30.0
OTHER = Stat(*range(9))


@pytest.fixture
def one(repo: Sandbox) -> Sandbox:
    repo.commit("one", {"a": "one\n", "b": "one\n"})
    return repo


def index_of(repo: Sandbox) -> Path:
    return repo.root / ".git" / "index"


def change(repo: Sandbox, path: str = "a", stat: Stat = OTHER) -> Change:
    return Change(path, repo.git("rev-parse", f":{path}").strip(), stat)


def litter(repo: Sandbox) -> list[str]:
    return [file.name for file in (repo.root / ".git").iterdir() if "index" in file.name]


def stat_of(repo: Sandbox, path: str) -> Stat:
    data = index_of(repo).read_bytes()
    entries = index_file.parse(data, "sha1").entries
    return index_file.stat_of(data, next(e for e in entries if e.path == path.encode()))


def test_an_entry_is_changed_if_it_is_as_expected(one: Sandbox) -> None:
    before = index_of(one).stat()
    changes = [change(one), Change("b", "00" * 20, OTHER), Change("c", "00" * 20, OTHER)]

    assert index_patch.patch(index_of(one), "sha1", changes) == {"a"}

    assert stat_of(one, "a") == OTHER
    assert stat_of(one, "b") != OTHER
    assert litter(one) == ["index"]
    assert index_of(one).stat().st_mode == before.st_mode


def test_what_git_never_looked_at_it_looks_into(one: Sandbox) -> None:
    index_patch.patch(index_of(one), "sha1", [change(one)])
    assert one.git("status", "--porcelain") == " M a\n"  # by its size alone

    index_patch.patch(index_of(one), "sha1", [change(one, stat=NEVER_LOOKED_AT)])
    assert one.git("status", "--porcelain") == ""


def test_nothing_is_written_where_nothing_changes(one: Sandbox) -> None:
    before = index_of(one).stat()

    assert index_patch.patch(index_of(one), "sha1", [change(one, stat=stat_of(one, "a"))]) == {"a"}

    assert index_of(one).stat() == before


def test_an_index_that_others_may_write_stays_so(one: Sandbox) -> None:
    index_of(one).chmod(0o664)

    index_patch.patch(index_of(one), "sha1", [change(one)])

    assert index_of(one).stat().st_mode & 0o777 == 0o664


def test_another_gits_lock_is_waited_for_and_never_taken_away(one: Sandbox) -> None:
    lock = index_lock.lock_of(index_of(one))
    lock.write_bytes(b"somebody's")
    with pytest.raises(IndexBusy, match="another git"):
        index_patch.patch(index_of(one), "sha1", [change(one)], wait=0)
    assert lock.read_bytes() == b"somebody's"

    done: list[frozenset[str]] = []
    wanted = [change(one)]

    def late() -> None:
        done.append(index_patch.patch(index_of(one), "sha1", wanted, wait=PATIENCE))

    waiting = threading.Thread(target=late)
    waiting.start()
    time.sleep(0.05)
    assert not done
    lock.unlink()
    waiting.join(PATIENCE)
    assert done == [{"a"}]
    assert litter(one) == ["index"]


def test_what_git_staged_while_we_waited_is_kept(one: Sandbox) -> None:
    wanted = [change(one), change(one, "b")]
    new = one.git("hash-object", "-w", "--stdin", stdin="new\n").strip()
    index = index_of(one)
    lock = index_lock.lock_of(index)
    lock.touch()
    done: list[frozenset[str]] = []
    waiting = threading.Thread(
        target=lambda: done.append(index_patch.patch(index, "sha1", wanted, wait=PATIENCE))
    )
    waiting.start()
    time.sleep(0.05)
    other = index.with_name("other")
    other.write_bytes(index.read_bytes())
    env = {"GIT_INDEX_FILE": str(other)}
    one.git("update-index", "--cacheinfo", f"100644,{new},b", env=env)
    other.rename(lock)
    lock.rename(index)
    waiting.join(PATIENCE)

    assert done == [{"a"}]
    assert one.git("rev-parse", ":b").strip() == new


def test_where_there_are_no_hard_links_the_lock_is_made_as_git_makes_it(
    one: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    wanted = [change(one)]
    monkeypatch.setattr(Path, "hardlink_to", refuse)

    assert index_patch.patch(index_of(one), "sha1", wanted) == {"a"}

    assert litter(one) == ["index"]
    assert stat_of(one, "a") == OTHER
    index_lock.lock_of(index_of(one)).touch()
    with pytest.raises(IndexBusy):
        index_patch.patch(index_of(one), "sha1", [change(one, stat=NEVER_LOOKED_AT)], wait=0)
    assert sorted(litter(one)) == ["index", "index.lock"]


def test_a_full_disk_leaves_the_old_index(one: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    before = index_of(one).read_bytes()
    wanted = [change(one)]

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(IndexNotWritten, match="No space left"):
        index_patch.patch(index_of(one), "sha1", wanted, sync=True)

    assert index_of(one).read_bytes() == before
    assert litter(one) == ["index"]


def test_a_link_that_leads_to_the_index_stays_one(one: Sandbox) -> None:
    real = one.base / "real-index"
    index_of(one).rename(real)
    index_of(one).symlink_to(real)

    index_patch.patch(index_of(one), "sha1", [change(one)])

    assert index_of(one).is_symlink()
    assert stat_of(one, "a") == OTHER


def test_what_git_distrusts_it_goes_on_to_distrust(one: Sandbox) -> None:
    """Edited within the second in which it was staged, all that git can see is the same."""
    one.git("config", "core.trustctime", "false")
    then = time.time_ns() - 100 * 10**9
    file = one.root / "b"
    os.utime(file, ns=(then, then))
    one.git("update-index", "--refresh")
    os.utime(index_of(one), ns=(then, then))
    file.write_bytes(b"two\n")
    os.utime(file, ns=(then, then))

    index_patch.patch(index_of(one), "sha1", [change(one, stat=NEVER_LOOKED_AT)])

    assert one.git("status", "--porcelain") == " M b\n"


def test_the_index_that_git_names_is_meant(one: Sandbox) -> None:
    repo = Repo.discover(one.root)
    assert index_patch.place(repo) == one.root / ".git/index"
    assert index_patch.place(repo, ".git/next-index-7.lock") == one.root / ".git/next-index-7.lock"
    assert index_patch.place(repo, "/elsewhere/index") == Path("/elsewhere/index")


@pytest.mark.parametrize(
    ("value", "synced"),
    [
        ("", False), ("committed", False), ("added", True), ("index", True), ("all,-index", False),
        ("all", True), ("all, none", False), ("none,index", True),
    ],
)  # fmt: skip
def test_it_waits_for_the_disk_when_git_does(one: Sandbox, value: str, synced: bool) -> None:
    if value:
        one.git("config", "core.fsync", value)
    assert index_patch.is_synced(Repo.discover(one.root)) is synced


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from git_anvcs.git import index_patch
from git_anvcs.git.index_file import Change, Stat
change = Change("a", sys.argv[3], Stat(*range(9)))
index_patch.patch(Path(sys.argv[2]), "sha1", [change], sync=True)
"""


@pytest.mark.skipif(not kill_points.WORKS_HERE, reason="no ptrace(2) we know here")
def test_killed_before_any_write_it_leaves_the_old_index_or_the_new_and_no_lock(
    one: Sandbox,
) -> None:
    before = index_of(one).read_bytes()
    oid = change(one).expected
    project = str(Path(__file__).parents[2])
    words = [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, project, str(index_of(one)), oid]
    whole = kill_points.traced(words, one.root, 0, one.env, one.root)
    after = index_of(one).read_bytes()
    assert after != before
    assert whole.points >= 8
    for kill_at in range(1, whole.points + 1):
        index_of(one).write_bytes(before)
        ended = kill_points.traced(words, one.root, kill_at, one.env, one.root)
        assert ended.at
        deadline = time.monotonic() + PATIENCE
        while litter(one) != ["index"] and time.monotonic() < deadline:
            time.sleep(0.01)
        assert litter(one) == ["index"], ended
        assert index_of(one).read_bytes() in (before, after), ended
        one.git("status", "--porcelain")
