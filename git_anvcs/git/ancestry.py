"""Which commits two commits share: Git's merge bases, for any number of pairs by one git process.

Commits are read as they are needed and kept, so that a thousand merges of one history read each
commit once. Works where history ends early (a shallow clone), and says when that may matter.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import NamedTuple

from git_anvcs.git import commits, objects
from git_anvcs.git.repo import Repo, Talk

_ONE, _OTHER, _STALE = 1, 2, 4
_BOTH = _ONE | _OTHER


class Node(NamedTuple):
    """What of a commit its ancestry needs; date: when it was committed, seconds since 1970."""

    tree: str
    parents: tuple[str, ...]
    date: int


class Bases(NamedTuple):
    """The best common ancestors; whole: false when history ended before all could be looked at."""

    commits: tuple[str, ...]
    whole: bool


class Ancestry:
    """The commits of one repository, read one by one. Made by `open_ancestry`."""

    def __init__(self, git: Talk) -> None:
        self._git = git
        self._known: dict[str, Node | None] = {}

    def node(self, oid: str) -> Node | None:
        """One commit (full id); None when it is not in this clone."""
        if oid not in self._known:
            objects.ask(self._git, [f"contents {oid}"])
            found = objects.answer(self._git)
            here = not isinstance(found, str) and found.kind == "commit"
            self._known[oid] = _node(oid, found.data) if here else None  # type: ignore[union-attr]
        return self._known[oid]

    def bases(self, *tips: str) -> Bases:
        """The best common ancestors of all `tips`, as `git merge-base --octopus --all` has them."""
        found, whole = {tips[0]}, True
        for tip in tips[1:]:
            steps = [self._pair(base, tip) for base in sorted(found)]
            found = {base for step in steps for base in step.commits}
            whole = whole and all(step.whole for step in steps)
        return Bases(tuple(self._best(sorted(found))), whole)

    def is_ancestor(self, one: str, other: str) -> bool:
        """Whether `one` is `other` or among what came before it, as far as this clone knows."""
        return one in self._pair(one, other).commits

    def _pair(self, one: str, other: str) -> Bases:
        """Common ancestors, newest first, maybe also one that another of them leads to.

        Git's own way: both tips colour what came before them, and a commit of both colours makes
        everything before it stale; it ends when only stale commits wait.
        """
        if one == other:
            return Bases((one,), whole=True)
        colours = {one: _ONE, other: _OTHER}
        queue = Queue(self)
        queue.add(one, 0, _ONE)
        queue.add(other, 0, _OTHER)
        found = []
        while queue.live:
            oid, node = queue.take(colours)
            colour = colours[oid]
            if colour == _BOTH:
                found.append(oid)
                colour |= _STALE
            for parent in node.parents if node else ():
                before = colours.get(parent, 0)
                colours[parent] = before | colour
                if colours[parent] != before:
                    queue.add(parent, before, colours[parent])
        best = tuple(oid for oid in found if not colours[oid] & _STALE)
        return Bases(best, queue.whole)

    def _best(self, found: list[str]) -> Iterator[str]:
        """Those that no other one leads to."""
        for one in found:
            if not any(one != other and self.is_ancestor(one, other) for other in found):
                yield one


class Queue:
    """Commits that wait, newest first; live: how many of them are not stale."""

    def __init__(self, ancestry: Ancestry) -> None:
        self.live = 0
        self.whole = True
        self._ancestry = ancestry
        self._heap: list[tuple[int, str]] = []
        self._waiting: set[str] = set()

    def add(self, oid: str, before: int, colour: int) -> None:
        """Let a commit wait, or take notice that one that waits has another colour."""
        if oid in self._waiting:
            self.live -= bool(colour & _STALE) - bool(before & _STALE)
            return
        node = self._ancestry.node(oid)
        self._waiting.add(oid)
        heappush(self._heap, (-node.date if node else 0, oid))
        self.live += not colour & _STALE

    def take(self, colours: dict[str, int]) -> tuple[str, Node | None]:
        """The newest one; a commit that is not in this clone has no parents."""
        _, oid = heappop(self._heap)
        self._waiting.discard(oid)
        self.live -= not colours[oid] & _STALE
        node = self._ancestry.node(oid)
        self.whole = self.whole and node is not None
        return oid, node


@contextmanager
def open_ancestry(repo: Repo, env: Mapping[str, str] | None = None) -> Iterator[Ancestry]:
    """An ancestry that lives as long as the block; nothing is fetched."""
    own = {**objects.NO_FETCH, **(env or {})}
    with repo.talk("cat-file", "--batch-command", "--buffer", env=own) as git:
        yield Ancestry(git)


def _node(oid: str, data: bytes) -> Node:
    commit = commits.parse(oid, data)
    seconds = commit.committer.rsplit(" ", 2)[-2:-1]
    date = int(seconds[0]) if seconds and seconds[0].isdigit() else 0
    return Node(commit.tree, commit.parents, date)
