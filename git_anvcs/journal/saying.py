"""What this clone says to others: its chain from some operation on, as segments.

What is of files that Git ignores is only named: others see that something is there, and can check
the chain, but not what it is.
"""

from collections.abc import Callable, Iterator

from git_anvcs.journal import sealing, segment
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
    for seq, digest, _, op in journal.chain(actor, after):
        for gone in _gone(journal, start[0] + len(entries) + 1, seq):
            entries.append(Withheld(gone))
            end = gone
        data = encode(op, actor, seq, end)
        is_whole = digest_of(data) == digest
        if not is_whole and (op.payload or not op.doc):
            raise NotWhole(f"operation {seq} of this clone is damaged")
        # What was thinned of a text is not there to be sent: its digest stands for it.
        stays = bool(op.flags & Flag.PRIVATE) or not is_whole or keeps(seq, op)
        entries.append(Withheld(digest) if stays else data)
        end, size = digest, size + len(data)
        if size >= SEAL_BYTES:
            yield segment.make(actor, start[0] + 1, start[1], entries, sign)
            start, entries, size = (seq, end), [], 0
    if entries:
        yield segment.make(actor, start[0] + 1, start[1], entries, sign)


def _gone(journal: Journal, first: int, end: int) -> Iterator[bytes]:
    """The digests of operations that were taken away, from one up to another."""
    for seq in range(first, end):
        digest = sealing.digest_of_gone(journal, seq)
        if digest is None:
            raise NotWhole(
                f"operation {seq} of this clone is not kept any more, and what comes after it"
                " cannot be proved"
            )
        yield digest
