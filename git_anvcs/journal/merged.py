"""One text of what several have written apart: every actor's updates, each in its order.

What an update needs and is not there yet is waited for; what never comes leaves a gap, and what
lies behind the gap is not fed: the library would make a wrong text of it. Whoever holds the same
updates has the same text, in whatever order they came.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple
import zlib

from git_anvcs.journal import updates
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.text import Document
from git_anvcs.journal.texts import SEED
from git_anvcs.journal.updates import NoUpdate


class Merged(NamedTuple):
    """left: how many updates lie behind a gap, and are not in the text"""

    text: str
    left: int


def merged(journal: Journal, doc: bytes) -> Merged | None:
    """The text of a document with what all lanes of all actors did to it.

    None when its first text is not known here.
    """
    first = journal.checkpoint(doc, SEED, 0)
    if first is None:
        return None
    replica = Replica()
    replica.take(b"", [zlib.decompress(first[1])])
    for actor, payload in journal.updates_of(doc):
        replica.take(actor, [payload])
    return Merged(str(replica.document), replica.waiting)


class Replica:
    """A document that is fed by several; updates of each must be given in their order.

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
        self._feed()

    def wrote(self, data: bytes) -> None:
        """The document was edited, and this came of it."""
        self.clocks = updates.after(self.clocks, [updates.read(data)])

    def _feed(self) -> None:
        fed = True
        while fed:
            fed = False
            for line in self._waiting.values():
                while line and line[0][1].fits(self.clocks):
                    data, update = line.popleft()
                    self.document.apply([data])
                    self.clocks = updates.after(self.clocks, [update])
                    fed = True


_NEVER = updates.Update({}, {-1: 1}, ())
