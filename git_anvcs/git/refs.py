"""Refs read in bulk and written in one transaction with their old values (git-update-ref(1))."""

from collections.abc import Iterable
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo

# What git says when another writer was first, as opposed to a disk that is full or read-only.
_MOVED = (b"but expected", b"reference already exists", b"unable to resolve ref")
_LOCKED = (b"File exists", b"cannot lock references")


class Update(NamedTuple):
    """One ref moves from `old` to `new`; None stands for "does not exist"."""

    ref: str
    old: str | None
    new: str | None


class RefMoved(GitFailed):
    """Somebody else moved a ref first; read it again and retry."""


class RefLocked(RefMoved):
    """A ref is locked by a git that is moving it, or by one that was killed on the way."""


def read(repo: Repo, *refs: str) -> dict[str, str]:
    """The object ids of the refs that exist, one git process for all."""
    listed = repo.git("for-each-ref", "--format=%(objectname) %(refname)", *refs)
    lines = listed.decode(errors="surrogateescape").split("\n")[:-1]
    found = (line.split(" ", 1) for line in lines)
    return {name: oid for oid, name in found}


def update(repo: Repo, updates: Iterable[Update], reason: str) -> None:
    """Move all of the refs or none. Raises RefMoved when an old value no longer holds, RefLocked
    when somebody else is at it."""
    zero = repo.zero_oid
    commands = [f"update {u.ref}\0{u.new or zero}\0{u.old or zero}\0" for u in updates]
    stdin = "".join(["start\0", *commands, "prepare\0", "commit\0"]).encode()
    done = repo.try_git("update-ref", "--create-reflog", "-m", reason, "--stdin", "-z", stdin=stdin)
    if done.returncode == 0:
        return
    failure: type[GitFailed] = GitFailed
    for found, words in ((RefLocked, _LOCKED), (RefMoved, _MOVED)):
        if any(said in done.stderr for said in words):
            failure = found
    raise failure(done.argv, done.returncode, done.stderr)
