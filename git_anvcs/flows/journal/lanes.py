"""What the journal calls a worktree."""

from pathlib import Path

from git_anvcs.store import spool


def name_of(git_dir: Path, common_dir: Path) -> str:
    """As the spool calls it, in characters that any database takes: a name may be no UTF-8."""
    name = spool.worktree_of(git_dir, common_dir)
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")
