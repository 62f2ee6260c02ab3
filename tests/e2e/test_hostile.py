"""What the daemon meets in real worktrees, and must neither miss nor stumble over."""

from collections.abc import Iterator
import json
import os
from pathlib import Path
import shutil
import signal
import time

import pytest

from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.store.paths import Paths
from tests.support import soak_judge
from tests.support.sandbox import Sandbox

PATIENCE = 30.0


@pytest.fixture
def watched(repo: Sandbox) -> Iterator[Sandbox]:
    """A repository with a history and a daemon."""
    repo.commit("one", {"a.py": "a = 1\n", "src/b.py": "b = 1\n", ".gitignore": "*.log\nout/\n"})
    repo.commit("two", {"src/c.py": "c = 1\n"})
    repo.ok("git-anvcs", "daemon", "start")
    yield repo
    repo.run("git-anvcs", "daemon", "stop")


def until_told(repo: Sandbox, root: Path | None = None) -> None:
    """The journal comes to say what the disk holds; nothing asks the daemon to look."""
    here = Repo.discover(root or repo.root)
    deadline = time.monotonic() + PATIENCE
    while True:
        disk, told = soak_judge.on_disk(here), soak_judge.told(here).state
        if told == disk:
            return
        assert time.monotonic() < deadline, soak_judge.differences(told, disk)
        time.sleep(0.05)


def operations(repo: Sandbox) -> int:
    with Journal(Paths(repo.root / ".git")) as journal:
        return journal.last()


def status(repo: Sandbox) -> dict[str, object]:
    found: dict[str, object] = json.loads(repo.ok("git-anvcs", "daemon", "status", "--json"))
    return found


def test_a_worktree_that_goes_and_comes_back_at_once_is_watched(
    watched: Sandbox, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    watched.git("rm", "-q", ".gitignore")  # which would be watched anew for its own sake
    watched.commit("three")
    watched.git("worktree", "add", "-q", "--detach", str(tree))
    until_watched(watched, {watched.root, tree})
    pid = status(watched)["pid"]
    assert isinstance(pid, int)
    for _ in range(2):
        os.kill(pid, signal.SIGSTOP)  # it hears of all of it at once
        watched.git("worktree", "remove", "-f", str(tree))
        watched.git("worktree", "add", "-q", "--detach", str(tree))
        os.kill(pid, signal.SIGCONT)
        (tree / "new").write_text("saved\n")
        until_told(watched, tree)
        (tree / "new").write_text("saved again\n")
        until_told(watched, tree)


def until_watched(repo: Sandbox, wanted: set[Path]) -> None:
    deadline = time.monotonic() + PATIENCE
    while status(repo)["worktrees"] != [str(root) for root in sorted(wanted, key=_is_linked)]:
        assert time.monotonic() < deadline, status(repo)["worktrees"]
        time.sleep(0.05)


def _is_linked(root: Path) -> bool:
    return (root / ".git").is_file()


def test_saves_of_real_editors_are_kept(watched: Sandbox) -> None:
    root = watched.root
    watched.ok("sed", "-i", "s/1/2/", "a.py", "src/b.py")
    until_told(watched)
    if shutil.which("vim"):
        for change in ("s/2/3/", "s/3/4/"):
            edit = ("vim", "-Nnes", "-u", "NONE", "-c", "set backup writebackup backupcopy=no")
            watched.ok(*edit, "-c", change, "-c", "wq", "a.py")
            until_told(watched)
    with (root / "src/b.py").open("r+") as file:  # in place, as some write
        file.truncate()
        file.write("b = 'shorter'\n")
    until_told(watched)
    with Journal(Paths(root / ".git")) as journal:
        kinds = [e.op.kind.name for e in journal.newest() if e.op.path in ("a.py", "src/b.py")]
    assert set(kinds) == {"EDIT"}  # and none of them was deleted in between
