"""Take a merge back: one in progress, or the last one that was made here.

What a person has edited since is never lost: files are kept before they go, and where uncommitted
work would be overwritten nothing is done.
"""

from contextlib import suppress
import json
import os
from pathlib import Path
import shutil
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.clock import now
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied
from git_anvcs.store import atomic

VERSION = 1
_KEPT = 16  # aborted merges whose files are kept


class Aborted(NamedTuple):
    """kept: the folder with the files as they were, by their paths; None: nothing was edited"""

    kept: Path | None
    paths: tuple[str, ...]


class Undone(NamedTuple):
    """Where the branch was, and where it is again."""

    was: str
    now: str


def abort(repo: Repo, *, dry: bool = False) -> Aborted:
    """End the merge in progress; everything is as before it, edits since are kept beside.

    Raises AnvcsError when none is in progress, PolicyDenied when Git cannot restore it.
    """
    if not (repo.git_dir / "MERGE_HEAD").exists():
        raise AnvcsError(
            "no merge is in progress here", hint="git anvcs merge --undo: the last one"
        )
    edited = _edited(repo)
    if dry:
        return Aborted(None, tuple(edited))
    kept = _keep(repo, edited) if edited else None
    open_ones = _unmerged(repo)
    clean = [path for path in edited if path not in open_ones]
    if clean:  # `git merge --abort` takes only files that are as the index says
        names = "".join(f"{path}\0" for path in clean).encode(errors="surrogateescape")
        repo.git("checkout-index", "-f", "-u", "-q", "-z", "--stdin", stdin=names)
    try:
        repo.git("merge", "--abort")
    except GitFailed as error:
        raise PolicyDenied(
            f"Git cannot take the merge back: {error.message}",
            hint=f"your files are in {kept}" if kept else "nothing was changed",
        ) from error
    return Aborted(kept, tuple(edited))


def remember(repo: Repo, ref: str, before: str, after: str) -> None:
    """Keep what `undo` needs; where that cannot be written there is the reflog."""
    facts = {"v": VERSION, "ref": ref, "before": before, "after": after}
    with suppress(atomic.CannotWrite):
        atomic.write(_file(repo), json.dumps(facts).encode() + b"\n")


def undo(repo: Repo, *, dry: bool = False) -> Undone:
    """Take back the last merge made here, if it is still the newest commit of its branch.

    Raises AnvcsError where there is none, PolicyDenied where uncommitted work is in the way.
    """
    try:
        facts = json.loads(_file(repo).read_bytes())
        ref, before, after = (str(facts[key]) for key in ("ref", "before", "after"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnvcsError(
            "no merge of `git anvcs merge` is known here", hint="git reflog lists what HEAD was"
        ) from error
    done = repo.try_git("symbolic-ref", "--quiet", "HEAD")
    now_on = done.stdout.decode(errors="surrogateescape").strip() or "HEAD"
    if (now_on, repo.resolve("HEAD")) != (ref, after):
        raise PolicyDenied(
            f"HEAD has moved since the merge {after[:10]}: nothing was changed",
            hint=f"git revert -m 1 {after[:10]} takes it back in a new commit",
        )
    if dry:
        return Undone(after, before)
    try:
        repo.git("reset", "--keep", "-q", before)
    except GitFailed as error:
        raise PolicyDenied(
            f"uncommitted work is in the way: {error.message}",
            hint="commit it, or git stash; nothing was changed",
        ) from error
    _file(repo).unlink(missing_ok=True)
    return Undone(after, before)


def _file(repo: Repo) -> Path:
    return repo.git_dir / "anvcs" / "last-merge.json"


def _edited(repo: Repo) -> list[str]:
    """The files that the merge touched and that are not as it left them, or are open."""
    touched = _names(repo, "diff", "--cached", "--name-only", "-z", "--ignore-submodules", "HEAD")
    edited = _names(repo, "diff", "--name-only", "-z", "--ignore-submodules")
    of_merge = touched | _unmerged(repo)
    return sorted(path for path in edited & of_merge if os.path.lexists(repo.root / path))


def _unmerged(repo: Repo) -> set[str]:
    return _names(repo, "diff", "--name-only", "-z", "--diff-filter=U")


def _names(repo: Repo, *asked: str) -> set[str]:
    return {os.fsdecode(name) for name in repo.git(*asked).split(b"\0")[:-1]}


def _keep(repo: Repo, paths: list[str]) -> Path:
    home = repo.git_dir / "anvcs" / "aborted"
    folder = home / f"{int(now() * 1e9):020d}"
    for path in paths:
        copy = folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(repo.root / path, copy, follow_symlinks=False)
    for old in sorted(home.iterdir())[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder
