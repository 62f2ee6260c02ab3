"""What this clone says to others: its chain from some operation on, as segments.

What is of files that Git ignores is only named: others see that something is there, and can check
the chain, but not what it is.
"""

from collections.abc import Callable, Iterator

from git_anvcs.journal import segment
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import NOTHING, Flag, Op, digest_of, encode
from git_anvcs.journal.segment import SEAL_BYTES, Segment, Sign, Withheld
from git_anvcs.kernel.errors import AnvcsError


class NotWhole(AnvcsError):
    """The chain cannot be said from there on: operations are damaged, or not here."""


def segments(
    journal: Journal,
    after: int,
    sign: Sign | None,
    keeps: Callable[[int, Op], bool] = lambda _seq, _op: False,
) -> Iterator[Segment]:
    """The chain of this clone after its operation `after`, the oldest first.

    keeps: whether an operation, beside those that are private, stays here. Raises NotWhole.
    """
    actor = journal.actor
    before = journal.digest_at(actor, after) if after else NOTHING
    if before is None:
        raise NotWhole(f"operation {after} of this clone is not in its journal")
    start, end, size = (after, before), before, 0
    entries: list[segment.Entry] = []
    for seq, digest, op in journal.chain(actor, after):
        data = encode(op, actor, seq, end)
        if seq != start[0] + len(entries) + 1 or digest_of(data) != digest:
            raise NotWhole(f"operation {start[0] + len(entries) + 1} of this clone is damaged")
        stays = bool(op.flags & Flag.PRIVATE) or keeps(seq, op)
        entries.append(Withheld(digest) if stays else data)
        end, size = digest, size + len(data)
        if size >= SEAL_BYTES:
            yield segment.make(actor, start[0] + 1, start[1], entries, sign)
            start, entries, size = (seq, end), [], 0
    if entries:
        yield segment.make(actor, start[0] + 1, start[1], entries, sign)
