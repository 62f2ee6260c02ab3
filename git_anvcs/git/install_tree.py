"""Put a merged tree into the worktree and the index, as Git's own merge does (merge-ort.c).

Nothing of the caller's is overwritten: local changes and untracked files in the way stop it before
the first file is touched. The index is made in a file of its own and put in place whole, when the
worktree is done, under Git's lock for the time of two system calls. New files are in Git's index
before they are in the worktree, so that they are never somebody's untracked ones. So a process that
is killed on the way leaves no lock, an index that Git can use, and files that `git reset --hard`
(which `git merge` runs then) makes right again.
"""

from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import re
import shutil

from git_anvcs.git import moved
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.ort import Staged
from git_anvcs.git.repo import GUARD
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError

Stages = Mapping[str, Mapping[int, Staged]]
PREFIX = "index.anvcs-"
# Which index it was: nothing, or the one file of that name.
Known = tuple[moved.Seen, ...]


class InTheWay(AnvcsError):
    """Local changes or untracked files stop the merge; nothing was changed."""


def staged_changes(repo: CalledRepo, head: str) -> list[str]:
    """The paths whose index entry is not that of `head`: a merge would mix them in."""
    asked = ("diff-index", "--cached", "--name-only", "-z", head, "--")
    return [os.fsdecode(path) for path in repo.git(*asked).split(b"\0")[:-1]]


def install(repo: CalledRepo, before: str, after: str, stages: Stages) -> None:
    """Move the worktree and the index from the tree `before` to `after`; `stages` stay open.

    Raises InTheWay, with what Git says.
    """
    index = Path(repo.env.get("GIT_INDEX_FILE") or repo.git_dir / "index")
    draft = index.with_name(f"{PREFIX}{os.getpid()}")
    _forget_dead(index)
    try:
        known = _copied(index, draft)
        there = repo.with_env(GIT_INDEX_FILE=str(draft))
        new = _new_files(there, before, after)
        announced = _announced(there, index, known, new, (before, after)) if new else known
        try:
            _switch(there, before, after)
        except InTheWay:
            if new:
                _replace(index, draft, announced)  # it is still as it was copied
            raise
        if stages:
            _show(there, stages)
            _open(there, stages)
        try:
            _replace(index, draft, announced)
        except AnvcsError:
            if not stages:  # with some, it is for Git to restore what its merge began with
                _switch(there, after, before)
                _forgotten(repo, new)
            raise
    finally:
        draft.unlink(missing_ok=True)


def _forgotten(repo: CalledRepo, new: list[bytes]) -> None:
    """Take announced files out of the index that another git has written meanwhile."""
    paths = b"".join(row.partition(b"\t")[2] for row in new)
    if paths:
        repo.try_git("update-index", "--force-remove", "-z", "--stdin", stdin=paths)


def _new_files(repo: CalledRepo, before: str, after: str) -> list[bytes]:
    """What `after` has and `before` has not, as `git update-index --index-info` takes it."""
    asked = ("diff-tree", "-r", "-z", "--no-renames", "--diff-filter=A", before, after)
    words = repo.git(*asked).split(b"\0")[:-1]
    rows = []
    for said, path in zip(words[::2], words[1::2], strict=True):
        _old, mode, _zero, oid, _added = said.split(b" ")
        rows.append(mode + b" " + oid + b"\t" + path + b"\0")
    return rows


def _announced(
    repo: CalledRepo,
    index: Path,
    known: Known,
    new: list[bytes],
    trees: tuple[str, str],
) -> Known:
    """Put the index with the new files in place, and tell which one it is now.

    Raises InTheWay before that where the worktree cannot be switched.
    """
    _switch(repo, *trees, "-n")
    draft = index.with_name(f"{PREFIX}{os.getpid()}.new")
    try:
        _copied(index, draft)
        there = repo.with_env(GIT_INDEX_FILE=str(draft))
        done = there.try_git("update-index", "--add", "-z", "--index-info", stdin=b"".join(new))
        if done.returncode:  # a file where there is a folder now: the switch sorts that out
            return known
        _replace(index, draft, known)
    finally:
        draft.unlink(missing_ok=True)
    return moved.seen(index)


def _copied(index: Path, draft: Path) -> Known:
    """Copy the index and tell which one it was."""
    known = moved.seen(index)
    if known:
        shutil.copy2(index, draft)  # with its times: Git tells racy entries by them
    return known


def _switch(repo: CalledRepo, before: str, after: str, *options: str) -> None:
    argv = ("git", "read-tree", "-m", "-u", *options, before, after)
    done = process.run_leashed(argv, cwd=repo.root, env={**repo.env, **GUARD})
    if done.returncode:
        raise InTheWay(_as_merge_says(done.stderr.decode(errors="replace")))


def _as_merge_says(said: str) -> str:
    """What read-tree says, in the words of `git merge`."""
    said = said.strip().removeprefix("error: ")
    found = re.match(r"Entry '(.*)' not uptodate\. Cannot merge\.", said, re.DOTALL)
    if not found:
        return said
    what = "Your local changes to the following files would be overwritten by merge"
    return f"{what}:\n\t{found[1]}"


def _show(repo: CalledRepo, stages: Stages) -> None:
    """A sparse checkout hides no conflict: its file is written, as Git's own merge does."""
    rows = repo.git("ls-files", "-z", "-t", "--cached").split(b"\0") if sparse(repo) else []
    hidden = {os.fsdecode(row[2:]) for row in rows if row.startswith(b"S ")} & stages.keys()
    names = "".join(f"{path}\0" for path in sorted(hidden)).encode(errors="surrogateescape")
    for path in hidden:
        _move_away(repo.root / path)
    if hidden:
        repo.git("update-index", "--no-skip-worktree", "-z", "--stdin", stdin=names)
        repo.git("checkout-index", "-z", "-f", "--stdin", stdin=names)


def _move_away(file: Path) -> None:
    """What stands where a sparse checkout shows nothing is not ours to overwrite."""
    if not os.path.lexists(file):
        return
    for number in range(1000):
        other = file.with_name(f"{file.name}~cruft{f'_{number}' if number else ''}")
        if not os.path.lexists(other):
            file.rename(other)
            return


def sparse(repo: CalledRepo) -> bool:
    """Whether this worktree shows only some of its files."""
    return repo.git("config", "--type=bool", "core.sparseCheckout", allow=(0, 1)) == b"true\n"


def _open(repo: CalledRepo, stages: Stages) -> None:
    """Take the open paths out of stage 0 and give them their stages."""
    rows = []
    for path, versions in stages.items():
        rows.append(f"0 {repo.zero_oid}\t{path}")
        rows += [f"{one.mode} {one.oid} {stage}\t{path}" for stage, one in sorted(versions.items())]
    stdin = "".join(f"{row}\0" for row in rows).encode(errors="surrogateescape")
    repo.git("update-index", "-z", "--index-info", stdin=stdin)


def _replace(index: Path, draft: Path, known: Known) -> None:
    """Make the draft the index, under Git's own lock. Raises AnvcsError when another git is at
    work here."""
    lock = index.with_name(f"{index.name}.lock")
    try:
        os.link(draft, lock)
        if moved.seen(index) != known:
            raise AnvcsError("another git changed the index while this merge was under way")
        lock.replace(index)
    except FileExistsError as error:
        raise AnvcsError(f"another git is running here: {lock} exists") from error
    finally:
        if lock.exists() and lock.samefile(draft):  # else it is somebody else's
            lock.unlink()


def _forget_dead(index: Path) -> None:
    """Remove the drafts of merges that were killed."""
    for draft in index.parent.glob(f"{PREFIX}*"):
        owner = draft.name.removeprefix(PREFIX).partition(".")[0]
        if owner.isdigit() and not process.alive(int(owner)):
            with suppress(OSError):
                draft.unlink()
