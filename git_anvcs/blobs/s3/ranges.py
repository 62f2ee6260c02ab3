"""The bytes of one version, as they come: a large one in parts, several at once, in their order.

Where an answer breaks off, the rest of the same version is asked for.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from git_anvcs.blobs import coming
from git_anvcs.blobs.arriving import Arrival
from git_anvcs.blobs.errors import Refused, Unreachable
from git_anvcs.blobs.s3 import stored
from git_anvcs.blobs.s3.ahead import ahead
from git_anvcs.blobs.s3.faults import told
from git_anvcs.blobs.s3.sums import Sizes

_CHUNK = 1 << 20
_AT_ONCE = 3  # parts on their way, each in memory, beside the one that is written

Answer = dict[str, Any]  # to a GET, as boto3 gives it
# The answer to a request for the bytes from the first number up to before the second.
Ask = Callable[[int, int], Answer]


def begin(
    arrival: Arrival,
    head: Callable[[], Answer],
    whole: Callable[[], Answer],
    part: Callable[..., Answer],
) -> tuple[Answer, int]:
    """An answer, and at which byte it begins: behind what an earlier download has left of it.

    head: asks what there is, before anything is counted; whole: for all bytes; part: for a Range
    """
    if arrival.is_begun:
        with suppress(Refused):  # what it is refused for the whole, too, is told then
            what = stored.words_for(head())
            if start := arrival.begin(what):
                answer = part(Range=f"bytes={start}-")
                if _begins_at(answer, start) and stored.words_for(answer) == what:
                    return answer, start
                answer["Body"].close()
    answer = whole()
    return answer, arrival.begin(stored.words_for(answer), anew=True)


def asker(name: str, answer: Answer, get: Callable[..., Answer]) -> Ask:
    """Asks for more of the version that this is an answer of. get: that version, with words"""
    version, etag = answer.get("VersionId", ""), answer.get("ETag", "")
    same = {"IfMatch": etag} if etag else {}

    def ask(start: int, end: int) -> Answer:
        more = get(version, Range=f"bytes={start}-{end - 1}", **same)
        if not _begins_at(more, start):
            more["Body"].close()
            raise Unreachable(f"{name}: the server gives no part of it")
        return more

    return ask


def stream(
    name: str, answer: Answer, ask: Ask, attempts: int, sizes: Sizes, start: int = 0
) -> Generator[bytes, None, None]:
    """All bytes of the version whose GET has this answer, which begins at byte `start`.

    Raises Unreachable, Refused.
    """
    left = int(answer.get("ContentLength", -1))
    if left < 0:
        answer["Body"].close()
        raise Unreachable(f"{name}: the answer does not say how long it is", hint="try again")
    size = start + left
    coming.check(size)
    if left <= sizes.single:
        yield from _read(name, answer, (start, size), ask, attempts)
        return

    def fetched(start: int, end: int) -> bytes:
        return b"".join(_read(name, ask(start, end), (start, end), ask, attempts))

    bounds = [(start, min(start + sizes.part, size)) for start in range(start, size, sizes.part)]
    others = ahead((partial(fetched, *some) for some in bounds[1:]), _AT_ONCE)
    yield from _read(name, answer, bounds[0], ask, attempts)
    yield from others


def _begins_at(answer: Answer, start: int) -> bool:
    """Whether it is the part that was asked for; some servers send the whole."""
    return str(answer.get("ContentRange", "")).startswith(f"bytes {start}-")


def _read(
    name: str, answer: Answer, bounds: tuple[int, int], ask: Ask, attempts: int
) -> Iterator[bytes]:
    """The bytes between the bounds, the first of them at the answer's beginning."""
    at, end = bounds
    for left in reversed(range(attempts)):
        try:
            with told(name):
                for chunk in answer["Body"].iter_chunks(min(_CHUNK, end - at) or 1):
                    wanted = chunk[: end - at]
                    at += len(wanted)
                    coming.came(len(wanted))
                    yield wanted
                    if at == end:
                        return
        except Unreachable:
            if not left:
                raise
        finally:
            answer["Body"].close()
        if at == end:
            return
        if left:
            answer = ask(at, end)
    raise Unreachable(f"{name}: the answer breaks off at byte {at}", hint="try again")
