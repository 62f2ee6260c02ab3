"""What many small decisions are made of, when Hypothesis draws them all at once.

A draw of its own for each decision costs more than the merge that is tried with the result: the
laws of the mergers take a hundred of them for an example. Fewer and smaller bytes are simpler, so
that what fails is still made small.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """Decisions, one byte each; where the bytes end, the first way of all is taken."""

    def __init__(self, raw: bytes) -> None:
        self._raw = iter(raw)

    def below(self, count: int) -> int:
        """A number from 0 to count - 1; at most 256."""
        return next(self._raw, 0) % count

    def of(self, ways: Sequence[T]) -> T:
        return ways[self.below(len(ways))]


@st.composite
def chosen(draw: st.DrawFn, make: Callable[[Choices], T], size: int) -> T:
    """What `make` makes of up to `size` decisions; a failing example shows that, not the bytes."""
    return make(Choices(draw(st.binary(min_size=size, max_size=size))))
