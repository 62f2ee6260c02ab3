"""Commits in topological order, lazily: children before parents, lines of work together.

Pure. Git's own `--topo-order` reads the whole history first wherever there is no commit-graph
file. Here a commit is held back until a window of later ones was seen, which is more than the
dates of any usual history are out of order.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar


class Linked(Protocol):
    """Anything with an id and parents."""

    @property
    def oid(self) -> str: ...

    @property
    def parents(self) -> Sequence[str]: ...


Item = TypeVar("Item", bound=Linked)


def topological(items: Iterable[Item], window: int) -> Iterator[Item]:
    """`items` (roughly newest first) reordered; at most `window` of them are held."""
    held: _Held[Item] = _Held()
    for item in items:
        held.put(item)
        if len(held.items) >= window:
            yield held.take()
    while held.items:
        yield held.take()


class _Held(Generic[Item]):
    """The commits seen but not given out, and which of them may go next.

    items: by id; children: how many held commits have a commit (held or not) as their parent
    ready: held commits without held children, the next one last
    awaited: parents of what was given out that have not been seen yet
    """

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self._children: dict[str, int] = {}
        self._ready: deque[str] = deque()
        self._awaited: dict[str, None] = {}

    def put(self, item: Item) -> None:
        if item.oid in self.items:
            return
        self.items[item.oid] = item
        for parent in dict.fromkeys(item.parents):
            self._children[parent] = self._children.get(parent, 0) + 1
        if self._children.get(item.oid):
            return
        if item.oid in self._awaited:  # its line of work goes on
            del self._awaited[item.oid]
            self._ready.append(item.oid)
        else:  # the head of a line: after those begun earlier
            self._ready.appendleft(item.oid)

    def take(self) -> Item:
        """As Git does (`sort_in_topological_order`): the last parent's line of work first."""
        oid = self._ready.pop()
        while oid not in self.items or self._children.get(oid):
            oid = self._ready.pop()
        item = self.items.pop(oid)
        for parent in dict.fromkeys(item.parents):
            self._children[parent] -= 1
            if self._children[parent]:
                continue
            del self._children[parent]
            if parent in self.items:
                self._ready.append(parent)
            else:
                self._awaited[parent] = None
        return item
