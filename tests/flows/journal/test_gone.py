"""The work of a worktree that was deleted comes back, whoever deleted it."""

from pathlib import Path
import shutil

import pytest

from tests.flows.journal.test_undo import Held, held
from tests.support.sandbox import Sandbox


def made(repo: Sandbox) -> tuple[Path, Held]:
    """A worktree on a branch of its own, with a commit and work that was seen."""
    repo.commit("one", {"a.txt": "a\n", "dir/b.txt": "b\n"})
    repo.ok("git-anvcs", "journal", "look")
    tree = repo.base / "tree"
    repo.git("worktree", "add", "-q", "-b", "topic", str(tree))
    (tree / "c.txt").write_text("c\n")
    repo.git("add", "c.txt", cwd=tree)
    repo.git("commit", "-q", "-m", "two", cwd=tree)
    (tree / "dir/b.txt").write_text("staged, and nowhere else\n")
    repo.git("add", "dir/b.txt", cwd=tree)
    (tree / "dir/b.txt").write_text("b é\n")
    (tree / "new.bin").write_bytes(bytes(range(256)))
    (tree / "a.txt").unlink()
    repo.ok("git-anvcs", "journal", "look", cwd=tree)
    return tree, held(tree)


def test_a_worktree_removed_by_force_comes_back_where_it_was(repo: Sandbox) -> None:
    tree, before = made(repo)
    status = repo.git("status", "--porcelain", cwd=tree)
    commit = repo.git("rev-parse", "topic")
    repo.git("worktree", "remove", "--force", str(tree))
    repo.git("gc", "-q", "--prune=now")
    said = repo.run("git-anvcs", "undo")
    assert said.returncode == 1
    assert "git anvcs undo --worktree tree" in said.stderr
    dry = repo.ok("git-anvcs", "undo", "--worktree", "tree", "--dry-run")
    assert "3 files that no commit has" in dry
    assert not tree.exists()
    repo.ok("git-anvcs", "undo", "--worktree", "tree", "--yes")
    assert held(tree) == before
    assert repo.git("status", "--porcelain", cwd=tree) == status
    assert repo.git("show", ":dir/b.txt", cwd=tree) == "staged, and nowhere else\n"
    assert repo.git("symbolic-ref", "HEAD", cwd=tree) == "refs/heads/topic\n"
    assert repo.git("rev-parse", "HEAD", cwd=tree) == commit
    assert "is gone" not in repo.run("git-anvcs", "undo").stderr


def test_a_folder_deleted_while_it_was_watched_comes_back_elsewhere(repo: Sandbox) -> None:
    tree, before = made(repo)
    for name in ("c.txt", "new.bin"):  # what was seen of it
        (tree / name).unlink()
    repo.ok("git-anvcs", "journal", "look", cwd=tree)
    shutil.rmtree(tree)
    place = repo.base / "elsewhere"
    repo.ok("git-anvcs", "undo", "--worktree", str(tree), "--into", str(place), "--yes")
    assert held(place) == before
    assert repo.git("symbolic-ref", "HEAD", cwd=place) == "refs/heads/topic\n"
    assert "is gone" not in repo.run("git-anvcs", "undo").stderr


def test_a_branch_that_went_on_or_away_is_not_moved(repo: Sandbox) -> None:
    tree, before = made(repo)
    head = repo.git("rev-parse", "topic").strip()
    repo.git("worktree", "remove", "--force", str(tree))
    repo.git("branch", "-q", "-f", "topic", "main")
    repo.ok("git-anvcs", "undo", "--worktree", "tree", "--yes")
    assert held(tree) == before
    assert repo.git("rev-parse", "HEAD", cwd=tree).strip() == head
    assert repo.git("rev-parse", "topic") == repo.git("rev-parse", "main")
    repo.git("worktree", "remove", "--force", str(tree))
    repo.git("branch", "-q", "-D", "topic")
    repo.ok("git-anvcs", "undo", "--worktree", "tree", "--yes")
    assert held(tree) == before


def test_questions_reach_into_a_worktree_that_is_gone(repo: Sandbox) -> None:
    tree, before = made(repo)
    shutil.rmtree(tree)
    asked = ("--worktree", "tree")
    assert "new.bin" in repo.ok("git-anvcs", "timeline", *asked)
    assert repo.ok("git-anvcs", "at", "-0s", *asked, "--print", "dir/b.txt") == "b é\n"
    folder = repo.base / "as-it-was"
    repo.ok("git-anvcs", "at", "-0s", *asked, "--checkout", str(folder))
    assert held(folder) == before
    repo.ok("git-anvcs", "restore", "dir/b.txt@-0s", *asked, "--yes")
    assert repo.read("dir/b.txt") == "b é\n"
    repo.ok("git-anvcs", "undo", "--yes", "--to", "#1")
    assert repo.read("dir/b.txt") == "b\n"


@pytest.mark.parametrize(
    ("name", "why"), [("nobody", "knows no worktree"), ("tree", "is not empty")]
)
def test_what_cannot_be_brought_back_says_why(repo: Sandbox, name: str, why: str) -> None:
    tree, _ = made(repo)
    shutil.rmtree(tree)
    tree.mkdir()
    (tree / "of somebody else").touch()
    done = repo.run("git-anvcs", "undo", "--worktree", name, "--yes")
    assert done.returncode == 2
    assert why in done.stderr
    assert [path.name for path in tree.iterdir()] == ["of somebody else"]
