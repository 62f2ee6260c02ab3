"""What is to land, and on what: names on the command line become refs and commits."""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.git import refs
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError

_HEADS = "refs/heads/"


class Tip(NamedTuple):
    """A branch as it was when we looked; `name` is what people call it."""

    name: str
    commit: str


class Target(NamedTuple):
    """The branch that moves: its ref, and where it was when we looked."""

    ref: str
    commit: str

    @property
    def name(self) -> str:
        return self.ref.removeprefix(_HEADS)


def target(repo: Repo, name: str) -> Target:
    """The branch `name`, or the one that is checked out here. Raises UsageError."""
    ref = name if name.startswith(_HEADS) else f"{_HEADS}{name}"
    if not name:
        done = repo.try_git("symbolic-ref", "--quiet", "HEAD")
        ref = done.stdout.decode(errors="surrogateescape").strip()
        if done.returncode != 0:
            raise UsageError("no branch is checked out here", hint="say which: --onto BRANCH")
    done = repo.try_git("symbolic-ref", "--quiet", ref)
    ref = done.stdout.decode(errors="surrogateescape").strip() or ref  # what is checked out is that
    found = refs.read(repo, ref).get(ref)
    if found is None:
        raise UsageError(
            f"there is no branch {ref.removeprefix(_HEADS)!r} to land on",
            hint="--onto takes a local branch",
        )
    return Target(ref, found)


def tips(repo: Repo, names: Sequence[str], onto: Target) -> list[Tip]:
    """The branches in the order given, each once; a pattern stands for all that match it, if any.

    Raises UsageError for a name that stands for no commit.
    """
    found: dict[str, Tip] = {}
    for name in names:
        for one in _expanded(repo, name, onto):
            commit = repo.resolve(f"{_HEADS}{one}") or repo.resolve(one)
            if commit is None:
                raise UsageError(f"there is no branch {one!r}", hint=_meant(repo, one))
            found.setdefault(one, Tip(one, commit))
    return list(found.values())


def _meant(repo: Repo, name: str) -> str:
    """What may have been meant: the branch of a remote, or one that is written nearly so."""
    from difflib import get_close_matches

    listed = repo.git("for-each-ref", "--format=%(refname:lstrip=2)", _HEADS, "refs/remotes/")
    known = [one for one in listed.decode(errors="surrogateescape").split("\n") if one]
    there = [one for one in known if one.endswith(f"/{name}")] or get_close_matches(name, known)
    return f"did you mean {there[0]}?" if there else "git branch --all lists them"


def _expanded(repo: Repo, name: str, onto: Target) -> list[str]:
    if not set("*?[") & set(name):
        return [name]
    matching = refs.read(repo, f"{_HEADS}{name}")
    return [ref.removeprefix(_HEADS) for ref in matching if ref != onto.ref]
