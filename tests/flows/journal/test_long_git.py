"""A git that is at work for long: what it has half done is nobody's edit."""

from collections.abc import Callable, Iterator
import os
import subprocess
import sys
import time

import pytest

from git_anvcs.flows.journal import observe
from git_anvcs.flows.journal.daemon_tree import HELD_PAUSE, Tree
from git_anvcs.flows.journal.opened import opened
from git_anvcs.git.repo import Repo
from git_anvcs.journal.op import Kind
from tests.support.sandbox import Sandbox

PATIENCE = 30.0


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def slow(repo: Sandbox) -> Iterator[Sandbox]:
    """In the middle of a switch, that goes on when the block ends."""
    gate = repo.base / "gate"
    os.mkfifo(gate)
    repo.commit("one", {"a": "1\n", "z.slow": "1\n", ".gitattributes": "*.slow filter=slow\n"})
    repo.git("switch", "-q", "-c", "other")
    repo.commit("two", {"a": "2\n", "z.slow": "2\n"})
    repo.git("switch", "-q", "main")
    repo.git("config", "filter.slow.smudge", f"cat; read line <'{gate}'")
    repo.ok("git-anvcs", "journal", "look")
    git = subprocess.Popen(["git", "switch", "-q", "other"], cwd=repo.root, env=repo.env)
    try:
        until(lambda: (repo.root / ".git/index.lock").exists() and repo.read("a") == "2\n")
        yield repo
    finally:
        opened_gate = os.open(gate, os.O_RDWR)  # which waits for nobody
        os.write(opened_gate, b"go on\n")
        assert git.wait(PATIENCE) == 0
        os.close(opened_gate)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")
def test_a_switch_that_takes_long_makes_no_edits(
    slow: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observe, "_ATTEMPTS", 2)
    found = Repo.discover(slow.root)
    with opened(found, look=False) as here:
        last = here.journal.last()
        os.utime(found.git_dir / "index.lock", (1, 1))  # it has been at it for years
        with pytest.raises(observe.GitAtWork):
            here.look()
        assert here.journal.last() == last
    tree = Tree(found)
    tree.touch(time.monotonic() - 10, finished=True)
    assert 0 < (tree.due(time.monotonic()) or 0) <= HELD_PAUSE


def test_a_lock_that_was_left_behind_stops_nobody(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    found = Repo.discover(repo.root)
    with opened(found) as here:
        lock = repo.write(".git/index.lock", "")
        os.utime(lock, (1, 1))
        repo.write("a", "2\n")
        here.look()
        assert [entry.op.path for entry in here.journal.newest(here.lane, kinds=(Kind.EDIT,))] == [
            "a"
        ]
