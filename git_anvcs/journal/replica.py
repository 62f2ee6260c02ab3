"""A document that is fed by several; what would leave a gap waits, and is not in the text.

The library makes wrong texts of updates that come too early (tests/journal/test_library_facts.py).
Whoever was given the same updates has the same text, in whatever order the actors came.
"""

from collections import deque
from collections.abc import Iterable

from git_anvcs.journal import updates
from git_anvcs.journal.text import Document
from git_anvcs.journal.updates import NoUpdate

_NEVER = updates.Update({}, {-1: 1}, ())


class Replica:
    """Updates of each actor must be given in their order; those of a gap never come.

    clocks: how many units of each Yjs client are in it
    """

    def __init__(self, client: int = 0) -> None:
        self.document = Document(client)
        self.clocks: updates.Clocks = {}
        self._waiting: dict[bytes, deque[tuple[bytes, updates.Update]]] = {}

    @property
    def waiting(self) -> int:
        """How many updates lie behind a gap."""
        return sum(map(len, self._waiting.values()))

    def take(self, actor: bytes, said: Iterable[bytes]) -> None:
        """The next updates of an actor. Behind one that is no update, nothing of it is fed."""
        line = self._waiting.setdefault(actor, deque())
        for data in said:
            try:
                line.append((data, updates.read(data)))
            except NoUpdate:
                line.append((data, _NEVER))
        while any(self._feed(one) for one in self._waiting.values()):
            pass

    def wrote(self, data: bytes) -> None:
        """The document was edited, and this came of it."""
        self.clocks = updates.after(self.clocks, [updates.read(data)])

    def _feed(self, line: deque[tuple[bytes, updates.Update]]) -> bool:
        """As much of an actor's line as fits; whether something did."""
        ready = []
        while line and line[0][1].fits(self.clocks):
            data, update = line.popleft()
            ready.append(data)
            self.clocks = updates.after(self.clocks, [update])
        self.document.apply(ready)
        return bool(ready)
