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
_BETWEEN = ("diff-tree", "-r", "--name-only", "-z", "--no-renames")
_CACHED = ("diff", "--cached", "--name-only", "-z", "--ignore-submodules", "--no-renames")


class Aborted(NamedTuple):
    """kept: the folder with the files as they were, by their paths, those that both sides changed
    included (nobody can tell a resolved one); None: there were none
    paths: what was edited since for sure
    """

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
    of_neither = _of_neither(repo)
    edited = _edited(repo, of_neither)
    if dry:
        return Aborted(None, tuple(edited))
    at_stake = sorted({*edited, *of_neither})
    kept = _keep(repo, at_stake) if at_stake else None
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


def _edited(repo: Repo, of_neither: set[str]) -> list[str]:
    """The files that the merge touched and that are not as it left them, or are open; and those
    that somebody staged although at most one side had changed them."""
    touched = _names(repo, *_CACHED, "HEAD")
    edited = _names(repo, "diff", "--name-only", "-z", "--ignore-submodules")
    found = edited & (touched | _unmerged(repo))
    if of_neither:
        done = repo.try_git("merge-base", "HEAD", "MERGE_HEAD")
        base = done.stdout.decode().strip() or "HEAD"  # unrelated histories have none
        sides = [_names(repo, *_BETWEEN, base, side) for side in ("HEAD", "MERGE_HEAD")]
        found |= of_neither - (sides[0] & sides[1])
    return sorted(path for path in found if _is_file(repo.root / path))


def _of_neither(repo: Repo) -> set[str]:
    """The files that are staged as no side has them: merged, or resolved, or somebody's own."""
    sides = (_names(repo, *_CACHED, side) for side in ("HEAD", "MERGE_HEAD"))
    found = next(sides) & next(sides)
    return {path for path in found if _is_file(repo.root / path)}


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


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
