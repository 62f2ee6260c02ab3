"""Which operations of a file lie in what a session did: told by what the file held, then by time.

Pure. A hook says what a file held when the session began and when it had ended. Where the file
held each of the two just once around that time, the operations from the one to the other are
those that happened in between, whatever a clock says.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.provenance.spans import AS_HEAD, Change, Span

# A look notes its time before it reads; it may come that much later than what it finds.
BEFORE_SECONDS = 1.0
LATER_SECONDS = 5.0


class State(NamedTuple):
    """An operation and what the file held around it.

    before: every key that names what it held, AS_HEAD among them where that is so
    after: the key, empty for no file, `-` for what is not known; clean: it is as HEAD has it now
    seconds: when it was taken down
    """

    n: int
    before: frozenset[str]
    after: str
    seconds: float
    clean: bool = False
    by_git: bool = False


def proven(states: Sequence[State], span: Span, change: Change) -> Sequence[State]:
    """The operations of one file, in their order, that happened within the span; mostly one."""
    if change.before == change.after != AS_HEAD:
        return ()
    near = [one for one in states if _is_near(one, span)]
    found = _between(near, change) or _between([s for s in near if _is_in(s, span)], change)
    if change.after == AS_HEAD and not all(_is_in(one, span) for one in found):
        return ()  # what it held when it was over is not known
    return found if len(found) == 1 else [one for one in found if not one.by_git]


def _between(states: Sequence[State], change: Change) -> Sequence[State]:
    """From the one state that begins so to the one that ends so; none where there are several."""
    begins = [index for index, one in enumerate(states) if change.before in one.before]
    ends = [index for index, one in enumerate(states) if _is_end(states, index, change.after)]
    if len(begins) != 1 or len(ends) != 1 or begins[0] > ends[0]:
        return ()
    run = states[begins[0] : ends[0] + 1]
    return () if any(one.clean for one in run) else run


def _is_end(states: Sequence[State], index: int, after: str) -> bool:
    """Whether the file is as it was at the end; as HEAD is what a commit took up at once."""
    if after != AS_HEAD:
        return states[index].after == after and not states[index].clean
    following = states[index + 1 : index + 2]
    return any(one.clean and one.after == states[index].after for one in following)


def _is_near(state: State, span: Span) -> bool:
    return span.began - BEFORE_SECONDS <= state.seconds <= span.ended + LATER_SECONDS


def _is_in(state: State, span: Span) -> bool:
    return span.began <= state.seconds <= span.ended
