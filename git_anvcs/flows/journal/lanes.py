"""What the journal calls a worktree."""

from pathlib import Path

from git_anvcs.store import spool


def name_of(git_dir: Path, common_dir: Path) -> str:
    """As the spool calls it, in characters that any database takes."""
    return of_spool(spool.worktree_of(git_dir, common_dir))


def of_spool(name: str) -> str:
    """The lane that a line of the spool names: a name may be no UTF-8."""
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")
