"""Take a merge back: one in progress, or the last one that was made here.

What a person has edited since is never lost: files are kept before they go, and where uncommitted
work would be overwritten nothing is done.
"""

from collections.abc import Mapping
from contextlib import suppress
import json
import os
from pathlib import Path
import shutil
from typing import NamedTuple

from git_anvcs.flows import merge_runs
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.clock import now
from git_anvcs.kernel.digest import sha256
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
    in_the_way = _in_the_way(repo)
    if dry:
        return Aborted(None, tuple(sorted({*edited, *in_the_way})))
    at_stake = sorted({*edited, *of_neither})
    kept = _keep(repo, at_stake, in_the_way) if at_stake or in_the_way else None
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
    return Aborted(kept, tuple(sorted({*edited, *in_the_way})))


def remember(repo: Repo, ref: str, before: str, after: str) -> None:
    """Keep what `undo` needs; where that cannot be written there is the reflog."""
    facts = {"v": VERSION, "ref": ref, "before": before, "after": after}
    with suppress(atomic.CannotWrite):
        atomic.write(_file(repo), json.dumps(facts).encode() + b"\n")


def undo(repo: Repo, *, dry: bool = False) -> Undone:
    """Take back the last merge made here, if it is still the newest commit of its branch.

    Raises AnvcsError where there is none, PolicyDenied where uncommitted work or a merge in
    progress is in the way.
    """
    if (repo.git_dir / "MERGE_HEAD").exists():
        raise PolicyDenied(
            "a merge is in progress here", hint="git anvcs merge --abort takes it back"
        )
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
            hint=_revert(repo, before, after),
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


def _revert(repo: Repo, before: str, after: str) -> str:
    """How to take a merge back that other commits came after."""
    parents = repo.line("rev-parse", f"{after}^@").split() if repo.resolve(after) else []
    what = f"-m 1 {after[:10]}" if parents[1:] else f"{before[:10]}..{after[:10]}"
    return f"git revert {what} takes it back in new commits"


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
    left = _as_left(repo) if found else {}
    return sorted(path for path in found if _is_file(repo, path) and not _is_left(repo, path, left))


def _as_left(repo: Repo) -> dict[str, str]:
    """The digests of the files in which the last merges left conflicts, by path."""
    found: dict[str, str] = {}
    for run in merge_runs.read(repo.common_dir):
        found.setdefault(run.path, run.digests.get("result", "") if run.conflicts else "")
    return found


def _is_left(repo: Repo, path: str, left: Mapping[str, str]) -> bool:
    """Whether nobody has edited the file since the merge wrote its conflicts."""
    known = left.get(path)
    return bool(known) and sha256((repo.root / path).read_bytes()).hexdigest() == known


def _in_the_way(repo: Repo) -> list[str]:
    """What stands where the merge had files: a folder in place of one, a file or a link in place
    of the folder that one is in. Git takes no merge back over these."""
    touched = _names(repo, *_CACHED, "HEAD") | _unmerged(repo)
    found = set()
    for path in touched:
        *folders, _name = path.split("/")
        parents = ("/".join(folders[: end + 1]) for end in range(len(folders)))
        wrong = (one for one in parents if _stands(repo.root / one) == "file")
        other = next(wrong, path if _stands(repo.root / path) == "folder" else None)
        if other is not None:
            found.add(other)
    return _not_of_the_merge(repo, found) if found else []


def _not_of_the_merge(repo: Repo, found: set[str]) -> list[str]:
    """Without what the merge itself has put there: a folder where there was a file, or the other
    way round, and submodules."""
    rows = repo.git("ls-files", "-s", "-z") + repo.git("ls-tree", "-r", "-z", "HEAD")
    facts = [row.partition(b"\t") for row in rows.split(b"\0")[:-1]]
    submodules = {os.fsdecode(path) for fact, _, path in facts if fact.startswith(b"160000 ")}
    files = _names(repo, "ls-files", "-z")
    wrong: set[str] = set()
    for path in found - files - submodules:
        inside = [name for name in files if name.startswith(f"{path}/")]
        if inside and _stands(repo.root / path) == "folder":
            others = ("ls-files", "--others", "-z", "--", path)
            wrong |= _names(repo, "--literal-pathspecs", *others)
        else:
            wrong.add(path)
    wrong |= {path for path in found & files if _stands(repo.root / path) == "folder"} - submodules
    return sorted(wrong)


def _stands(path: Path) -> str:
    """`file` (or a link), `folder` (with something in it), or nothing."""
    if path.is_symlink() or path.is_file():
        return "file"
    return "folder" if path.is_dir() and any(path.iterdir()) else ""


def _of_neither(repo: Repo) -> set[str]:
    """The files that are staged as no side has them: merged, or resolved, or somebody's own."""
    sides = (_names(repo, *_CACHED, side) for side in ("HEAD", "MERGE_HEAD"))
    found = next(sides) & next(sides)
    return {path for path in found if _is_file(repo, path)}


def _is_file(repo: Repo, path: str) -> bool:
    """Whether it is there as a file, and not by way of a link to another folder."""
    *folders, _name = path.split("/")
    above = ("/".join(folders[: end + 1]) for end in range(len(folders)))
    linked = any((repo.root / one).is_symlink() for one in above)
    return not linked and _stands(repo.root / path) == "file"


def _below(path: str, others: list[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in others)


def _unmerged(repo: Repo) -> set[str]:
    return _names(repo, "diff", "--name-only", "-z", "--diff-filter=U")


def _names(repo: Repo, *asked: str) -> set[str]:
    return {os.fsdecode(name) for name in repo.git(*asked).split(b"\0")[:-1]}


def _keep(repo: Repo, paths: list[str], in_the_way: list[str]) -> Path:
    """Copy the files, and move away what is in the way. Raises PolicyDenied."""
    home = repo.git_dir / "anvcs" / "aborted"
    folder = home / f"{int(now() * 1e9):020d}"
    beside = [one for one in paths if not _below(one, in_the_way)]
    try:
        for path in [*beside, *in_the_way]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
        for path in beside:
            shutil.copy2(repo.root / path, folder / path, follow_symlinks=False)
        for path in in_the_way:
            shutil.move(repo.root / path, folder / path)
    except (OSError, shutil.Error) as error:
        raise PolicyDenied(
            f"your files cannot be kept beside: {error}",
            hint=f"what was moved is in {folder}; the merge is still in progress",
        ) from error
    for old in sorted(home.iterdir())[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    return folder
