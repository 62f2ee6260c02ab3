"""A strategy that dies or fails at any point: a restored tree or a merge, never a lost side.

After each fault Git has either restored everything, or the merge stands as it would without the
fault. Only a kill between the two system calls that put an index in place leaves Git's lock, as
with any git; with the lock removed, `git reset --hard` gives everything back. An index is put in
place twice: with the new files before they are written, and at the end.
"""

import os
from pathlib import Path
import sys

import pytest

from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    THEIRS,
    THEIRS_CLASH,
    has_both_sides,
    two_sides,
)
from tests.support.sandbox import Sandbox

FAULTY = Path(__file__).with_name("faulty_strategy.py")
# Lines of our code: about 2,500 in the process that Git started, 100 of them where it writes.
POINTS = [*(f"{int(1.3**step)}" for step in range(8, 31, 2))]
WRITING = [f"{line}" for line in range(1, 100, 4)]
BEYOND = 1_000_000


@pytest.fixture
def sides(tmp_path: Path) -> Sandbox:
    repo = Sandbox(tmp_path)
    two_sides(
        repo,
        {"clash.json": BASE, "good.json": BASE, "plain": "1\n", "gone": "1\n"},
        {"clash.json": OURS_CLASH, "good.json": OURS, "mine": "ours\n"},
        {"clash.json": THEIRS_CLASH, "good.json": THEIRS, "plain": "2\n", "new/file": "theirs\n"},
    )
    folder = repo.base / "faulty"
    folder.mkdir()
    program = folder / "git-merge-anvcs"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAULTY}" "$@"\n')
    program.chmod(0o755)
    repo.env["PATH"] = f"{folder}{os.pathsep}{repo.env['PATH']}"
    return repo


def merged(repo: Sandbox) -> bool:
    """Whether the merge is there, with its open file as an open file."""
    text = repo.read("clash.json")
    staged = len(repo.git("ls-files", "-u", "clash.json").splitlines()) == 3
    return has_both_sides(text) and staged and repo.read("plain") == "2\n"


def restored(repo: Sandbox) -> bool:
    return repo.git("status", "--porcelain") == "" and repo.read("mine") == "ours\n"


def after(repo: Sandbox, fault: str) -> str:
    """Merge with a fault; how it ended, and everything undone again."""
    head = repo.git("rev-parse", "HEAD")
    done = repo.run("git", "merge", "-s", "anvcs", "feature", env={"ANVCS_FAULT": fault})
    assert repo.git("rev-parse", "HEAD") == head
    lock = repo.root / ".git/index.lock"
    locked = lock.exists()
    lock.unlink(missing_ok=True)
    ended = "merged" if merged(repo) else "restored" if restored(repo) else done.stderr
    ended = "locked" if locked else ended
    repo.git("reset", "-q", "--hard")
    assert restored(repo)
    return ended


def test_a_tree_is_restored_wherever_it_is_killed(sides: Sandbox) -> None:
    ends = [after(sides, f"kill-{point}") for point in POINTS]
    ends += [after(sides, f"install-kill-{point}") for point in WRITING]
    assert set(ends) <= {"restored", "locked", "merged"}  # the last points lie beyond its end
    assert ends.count("restored") > len(ends) * 3 / 4
    assert ends.count("locked") <= 2, "Git's lock is to be held for two moments only"
    assert after(sides, f"kill-{BEYOND}") == "merged"


def test_a_tree_is_restored_or_merged_wherever_it_raises(sides: Sandbox) -> None:
    """Before the worktree is touched Git merges alone."""
    ends = [after(sides, f"raise-{point}") for point in POINTS]
    ends += [after(sides, f"install-raise-{point}") for point in WRITING]
    assert set(ends) == {"merged", "restored"}


def test_what_a_killed_strategy_leaves_the_next_one_clears(sides: Sandbox) -> None:
    for point in WRITING[::2]:
        after(sides, f"install-kill-{point}")
    after(sides, f"kill-{BEYOND}")
    assert not list((sides.root / ".git").glob("index.*"))


def test_a_program_that_cannot_start_is_no_conflict(sides: Sandbox) -> None:
    """Else somebody would commit a merge without anything of theirs."""
    program = sides.base / "faulty" / "git-merge-anvcs"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.modules['git_anvcs.git.ort'] = None\n"
        "from git_anvcs.drivers.strategy_start import main\nsys.exit(main())\n"
    )
    done = sides.run("git", "merge", "-s", "anvcs", "feature")
    assert done.returncode == 2
    assert "it cannot start" in done.stderr
    assert restored(sides)
    assert not (sides.root / ".git/MERGE_HEAD").exists()
