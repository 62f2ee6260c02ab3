"""The target moves to the tested commit, and the worktree that has it checked out goes with it.

The worktree first, then the ref, as `git merge` does; if the ref cannot move, the worktree goes
back. A process that is killed between the two leaves a note, and the next landing puts the
worktree back.
"""

from collections.abc import Iterator
from contextlib import suppress
import json
import os
from pathlib import Path
import re
import tempfile
import time

from git_anvcs.flows import at_work
from git_anvcs.flows.land.tips import Target
from git_anvcs.git import conflicted, install_tree, refs
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.refs import RefLocked, Update
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths, file_name

VERSION = 1
_PATIENCE = 1.0  # seconds to wait for another git that holds the lock of the target
_LOCK = re.compile(rb"Unable to create '(.+)': File exists")


class NotReady(AnvcsError):
    """The worktree that has the target checked out cannot go along."""


class TargetMoved(AnvcsError):
    """The target is not where it was when we looked."""


def ready(repo: Repo, onto: Target) -> list[CalledRepo]:
    """The worktrees that have to go along. Raises NotReady when one is dirty or busy."""
    found = list(_worktrees(repo, onto))
    for place in found:
        for name, go_on in conflicted.operations(place)[:1]:
            raise NotReady(
                f"{onto.name} is checked out in {place.root}, where a {name} is in progress",
                hint=f"finish it ({go_on}) or take it back (git {name} --abort)",
            )
        if place.git("status", "--porcelain", "--untracked-files=no", "--ignore-submodules"):
            raise NotReady(
                f"{onto.name} is checked out in {place.root}, with changes that are not committed",
                hint="commit or stash them, or land on another branch (--onto)",
            )
    for path in at_work.locked_away(repo, onto.name):
        raise NotReady(
            f"{onto.name} is checked out in {path}, which is locked and not there now",
            hint="bring it back, or git worktree unlock it; or land on another branch (--onto)",
        )
    for tree in at_work.worktrees(repo):
        git_dir = Repo.discover(Path(tree.path)).git_dir
        for name in ("rebase-merge", "rebase-apply"):
            head = git_dir / name / "head-name"
            if head.is_file() and head.read_text(errors="surrogateescape").strip() == onto.ref:
                raise NotReady(
                    f"{onto.name} is being rebased in {tree.path}",
                    hint="finish it (git rebase --continue) or take it back (git rebase --abort)",
                )
    return found


def move(repo: Repo, onto: Target, commit: str, reason: str) -> None:
    """Move the target from where it was to `commit`.

    Raises TargetMoved, also where a worktree cannot go along because it has; NotReady, InTheWay.
    """
    try:
        _move(repo, onto, commit, reason)
    except AnvcsError as error:
        if refs.read(repo, onto.ref).get(onto.ref) != onto.commit:
            raise TargetMoved(f"{onto.name} has moved") from error
        raise


def _move(repo: Repo, onto: Target, commit: str, reason: str) -> None:
    places = ready(repo, onto)
    old, new = _trees(repo, onto.commit, commit)
    note = _note(repo, onto)
    if places:
        facts = {"v": VERSION, "old": onto.commit, "new": commit}
        atomic.write(note, json.dumps(facts).encode() + b"\n")
    gone = []
    settled = False
    try:
        for place in places:
            install_tree.install(place, old, new, {})
            gone.append(place)
        _update(repo, onto, commit, reason)
        settled = True
    except BaseException as error:
        back = [_taken_back(place, new, old) for place in gone]
        # What is interrupted may have written half of a worktree; what fails has written nothing.
        settled = all(back) and isinstance(error, AnvcsError)
        raise
    finally:
        if settled:  # else the next landing looks at it
            note.unlink(missing_ok=True)


def _update(repo: Repo, onto: Target, commit: str, reason: str) -> None:
    """Move the ref; a git that is at it now is waited for."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return refs.update(repo, [Update(onto.ref, onto.commit, commit)], reason)
        except RefLocked as error:
            if time.monotonic() < end:
                time.sleep(_PATIENCE / 20)
                continue
            found = _LOCK.search(error.stderr)
            file = os.fsdecode(found[1]) if found else "its lock"
            raise NotReady(
                f"{onto.name} is locked: another git is at work, or was killed on the way",
                hint=f"if none is running, delete {file}; nothing was changed",
            ) from error


def _taken_back(place: CalledRepo, new: str, old: str) -> bool:
    try:
        install_tree.install(place, new, old, {})
    except AnvcsError:  # somebody has edited there since
        return False
    return True


def recover(repo: Repo, onto: Target) -> list[Path]:
    """Put back worktrees that a killed landing left at its result, or on the way there.

    Only where every file is as before the landing or as after it, so that nothing of anybody's is
    lost; and only if the target is where it was. Returns those that were put back.
    """
    note = _note(repo, onto)
    facts: object = None
    with suppress(OSError, ValueError):
        facts = json.loads(note.read_bytes())
    back = []
    match facts:
        case {"old": onto.commit, "new": str(commit)} if repo.resolve(commit):
            old, new = _trees(repo, onto.commit, commit)
            back = [place.root for place in _worktrees(repo, onto) if _put_back(place, old, new)]
    note.unlink(missing_ok=True)
    return back


def _put_back(place: CalledRepo, old: str, new: str) -> bool:
    known = {
        path
        for tree in (old, new)
        for path in place.git("ls-tree", "-r", "-z", "--name-only", tree).split(b"\0")[:-1]
    }
    before, after = _differing(place, old) & known, _differing(place, new) & known
    staged = _staged(place, old)
    if not (before or staged) or before & after or staged & _staged(place, new):
        return False
    place.git("read-tree", new)
    place.git("read-tree", "--reset", "-u", old)
    return True


def _staged(place: CalledRepo, tree: str) -> set[bytes]:
    """The paths that the index has otherwise than a tree."""
    found = place.git("diff-index", "--cached", "--name-only", "-z", "--ignore-submodules", tree)
    return set(found.split(b"\0")[:-1])


def _differing(place: CalledRepo, tree: str) -> set[bytes]:
    """The paths that the worktree has otherwise than a tree: what is edited or gone, and what lies
    there untracked although the tree has no such path. In a sparse checkout gone is as good as
    hidden."""
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        there = place.with_env(GIT_INDEX_FILE=str(Path(folder) / "index"))
        there.git("read-tree", tree)
        there.git("update-index", "-q", "--refresh", allow=(0, 1))
        found = there.git("diff-files", "--name-only", "-z", "--ignore-submodules")
        found += there.git("ls-files", "--others", "-z")
    names = set(found.split(b"\0")[:-1])
    if install_tree.sparse(place):
        return {name for name in names if os.path.lexists(place.root / os.fsdecode(name))}
    return names


def _trees(repo: Repo, *commits: str) -> list[str]:
    return repo.git("rev-parse", *(f"{one}^{{tree}}" for one in commits)).decode().split()


def _worktrees(repo: Repo, onto: Target) -> Iterator[CalledRepo]:
    """The worktrees whose HEAD is the target."""
    for tree in at_work.worktrees(repo):
        if tree.branch == onto.name:
            found = Repo.discover(Path(tree.path))
            yield CalledRepo(found.root, found.git_dir, found.common_dir, bare=False)


def _note(repo: Repo, onto: Target) -> Path:
    return Paths(repo.common_dir).landing / f"{file_name(onto.ref)}.json"
