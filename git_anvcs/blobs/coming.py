"""How far a transfer has come, for who waits for it; and how much of it can be right.

A pointer may say any size and a server may send any number of bytes, so neither says how long to
wait: that is said by the bytes that come. Whatever thread works for a transfer counts them where
they come in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from git_anvcs.blobs.errors import WrongContent

_now: "ContextVar[Coming | None]" = ContextVar("coming", default=None)


class Coming:
    """One transfer. bytes: what has come by now, also what is not written yet; most: it may have

    written: of its file by now, with what an earlier transfer has left
    Threads may count at the same time: `bytes` is a sign of life, not a sum to rely on.
    """

    def __init__(self, most: int) -> None:
        self.bytes = 0
        self.written = 0
        self.most = most


@contextmanager
def watched(coming: Coming) -> Iterator[None]:
    """What this thread does in the block is this transfer."""
    token = _now.set(coming)
    try:
        yield
    finally:
        _now.reset(token)


def came(count: int, size: int = 0) -> None:
    """So many bytes more; size: of the file by now, see `check`"""
    if (coming := _now.get()) is not None:
        coming.bytes += count
        coming.written = size or coming.written
    check(size)


def most(otherwise: int) -> int:
    """The bytes that the wanted content has, as far as that is said."""
    coming = _now.get()
    return otherwise if coming is None else min(otherwise, coming.most)


def check(size: int) -> None:
    """Raise WrongContent when a file has more bytes than the wanted content."""
    coming = _now.get()
    if coming is not None and size > coming.most:
        raise WrongContent(
            f"more than the {coming.most} bytes came that the pointer says",
            hint="nothing was changed; another copy may be whole",
        )
