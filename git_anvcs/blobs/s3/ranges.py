"""The bytes of one version, as they come: a large one in parts, several at once, in their order.

Where an answer breaks off, the rest of the same version is asked for.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

from git_anvcs.blobs import coming
from git_anvcs.blobs.errors import Unreachable
from git_anvcs.blobs.s3.ahead import ahead
from git_anvcs.blobs.s3.faults import told
from git_anvcs.blobs.s3.sums import Sizes

_CHUNK = 1 << 20
_AT_ONCE = 3  # parts on their way, each in memory, beside the one that is written

# The answer to a request for the bytes from the first number up to before the second.
Ask = Callable[[int, int], dict[str, Any]]


def stream(
    name: str, answer: dict[str, Any], ask: Ask, attempts: int, sizes: Sizes
) -> Generator[bytes, None, None]:
    """All bytes of the version whose GET has this answer. Raises Unreachable, Refused."""
    size = int(answer.get("ContentLength", -1))
    if size < 0:
        answer["Body"].close()
        raise Unreachable(f"{name}: the answer does not say how long it is", hint="try again")
    coming.check(size)
    if size <= sizes.single:
        yield from _read(name, answer, (0, size), ask, attempts)
        return

    def fetched(start: int, end: int) -> bytes:
        return b"".join(_read(name, ask(start, end), (start, end), ask, attempts))

    bounds = [(start, min(start + sizes.part, size)) for start in range(0, size, sizes.part)]
    others = ahead((partial(fetched, *some) for some in bounds[1:]), _AT_ONCE)
    yield from _read(name, answer, bounds[0], ask, attempts)
    yield from others


def _read(
    name: str, answer: dict[str, Any], bounds: tuple[int, int], ask: Ask, attempts: int
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
