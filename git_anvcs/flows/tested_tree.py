"""Story: which tree did the tests run on? The tracked files as they lie in the worktree.

A report speaks for that tree if nothing in it was changed after the report was written, and if
no untracked file may have helped. Whether it is the tree that gets committed is then a plain
comparison of two ids: a partial commit, or a hook that reformats, makes them differ.
"""

from collections.abc import Iterable
from pathlib import Path
import shutil
import tempfile
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo


class Tested(NamedTuple):
    """The id of the tree, or the empty string and the reason why no tree was tested."""

    tree: str
    reason: str = ""


def tested(repo: Repo, files: Iterable[Path], *, written: float | None) -> Tested:
    """The tree that reports written at `written` (seconds; None: no file told) speak for.

    files: the reports themselves and other files given; they cannot have helped
    """
    given = {file.resolve() for file in files}
    try:
        tree = _worktree_tree(repo)
    except GitFailed as error:
        return Tested("", f"no tree can be made of the worktree: {error.message}")
    changed = _lines(repo, "diff-tree", "-r", "-z", "--name-only", "--root", _base(repo), tree)
    theirs = [name for name in changed if (repo.root / name).resolve() not in given]
    late = [name for name in theirs if _newer(repo.root / name, written)]
    if late:
        return Tested("", f"{late[0]} was changed after the report was written")
    kinds = {Path(name).suffix for name in _lines(repo, "ls-tree", "-r", "-z", "--name-only", tree)}
    for name in _lines(repo, "ls-files", "-z", "--others", "--exclude-standard"):
        if Path(name).suffix in kinds - {""} and (repo.root / name).resolve() not in given:
            return Tested("", f"{name} is not tracked, and the tests may have used it")
    return Tested(tree)


def _worktree_tree(repo: Repo) -> str:
    """The tree that committing all tracked files as they are would give; the index stays."""
    index = repo.git_path("index")
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        copy = Path(folder) / "index"
        if index.exists():
            shutil.copy2(index, copy)
        env = {"GIT_INDEX_FILE": str(copy)}
        repo.git("-C", str(repo.root), "add", "-u", env=env)
        return repo.line("write-tree", env=env)


def _base(repo: Repo) -> str:
    """HEAD, or the empty tree before the first commit."""
    return repo.resolve("HEAD") or repo.line("hash-object", "-t", "tree", "/dev/null")


def _lines(repo: Repo, *args: str) -> list[str]:
    return [n for n in repo.git(*args).decode(errors="surrogateescape").split("\0") if n]


def _newer(file: Path, written: float | None) -> bool:
    try:
        return written is not None and file.lstat().st_mtime > written
    except OSError:  # deleted by the commit
        return False
