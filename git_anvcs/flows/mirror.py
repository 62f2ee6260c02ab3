"""The records as files: `.ai/meta/<commit>.json` in the main worktree.

A convenience, never the truth: rebuilt at any time, written only where `git anvcs init` made Git
ignore it, and what cannot be written there is simply not there.
"""

from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path

from git_anvcs.git.repo import Repo
from git_anvcs.provenance.records import FOLDER

_IGNORED = b"/.ai/meta/"


def update(repo: Repo, texts: Mapping[str, bytes]) -> None:
    """Write the files of these commits; never raises."""
    folder = place(repo)
    if folder is None:
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for commit, text in texts.items():
            _replace(folder / f"{commit}.json", text)


def place(repo: Repo) -> Path | None:
    """The folder of the mirror; None where there is no main worktree or Git would show it.

    A symbolic link on the way could lead out of the worktree, so it counts as no place. Nor is
    there one for users who cannot go into the main worktree of another.
    """
    if not _is_ignored(repo.common_dir):
        return None
    root = main_worktree(repo)
    if root is None:
        return None
    at = root
    for part in FOLDER.split("/"):
        at /= part
        try:
            if at.is_symlink() or (at.exists() and not at.is_dir()):
                return None
        except PermissionError:
            return None
    return at


def main_worktree(repo: Repo) -> Path | None:
    """The worktree that owns the common Git directory, if it is there."""
    if repo.git_dir == repo.common_dir:
        return None if repo.bare else repo.root
    configured = repo.try_git("config", "--get-regexp", r"^core\.(bare|worktree)$")
    lines = configured.stdout.decode(errors="surrogateescape").splitlines()
    values = dict(line.partition(" ")[::2] for line in lines)
    if values.get("core.worktree"):
        return (repo.common_dir / values["core.worktree"]).resolve()
    if values.get("core.bare") == "true" or repo.common_dir.name != ".git":
        return None
    return repo.common_dir.parent


def _is_ignored(common_dir: Path) -> bool:
    try:
        return _IGNORED in (common_dir / "info" / "exclude").read_bytes().splitlines()
    except OSError:
        return False


def _replace(path: Path, text: bytes) -> None:
    """Whole or not at all, but without waiting for the disk: a lost mirror is made again."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(text)
    temporary.replace(path)
