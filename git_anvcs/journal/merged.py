"""One text of what several have written apart: every actor's updates, each in its order."""

from typing import NamedTuple
import zlib

from git_anvcs.journal.journal import Journal
from git_anvcs.journal.replica import Replica
from git_anvcs.journal.texts import SEED


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
