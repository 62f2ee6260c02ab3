"""Story: what agents' hooks told of a worktree since the journal last asked.

The spool is read beside the drain, with a mark of our own that is kept in the journal; where the
drain put lines away that were not read here, whoever was at work then may have been missed, and
nothing is anybody's for a while.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
import json
from typing import Any, NamedTuple

from git_anvcs.flows.journal import lanes
from git_anvcs.journal.journal import Journal
from git_anvcs.kernel import clock
from git_anvcs.provenance.calls import EDIT_SECONDS
from git_anvcs.provenance.events import EDITS, SHELLS, Event, NotAnEvent, from_line
from git_anvcs.provenance.spans import Span, Spans
from git_anvcs.provenance.versions import table
from git_anvcs.store import lock, spool
from git_anvcs.store.lock import Locked
from git_anvcs.store.paths import Paths
from git_anvcs.store.spool import Line, Mark

# Less, of other worktrees alone, is read again with what comes next: that costs less than a write.
_WORTH_KEEPING = 64 << 10


class Step(NamedTuple):
    """An event that says what files hold, and what it ended."""

    event: Event
    span: Span | None


class News(NamedTuple):
    """steps: in the order of the spool; state: what `remember` keeps of it all

    read: how many bytes of the spool it stands in
    """

    lane: str
    steps: tuple[Step, ...]
    state: bytes
    read: int = 0

    @property
    def paths(self) -> set[str]:
        """The files that the events name."""
        return {path for step in self.steps for path in step.event.files}


@contextmanager
def news(paths: Paths, journal: Journal, lane: str) -> Iterator[News | None]:
    """What was told of the lane; None when nothing was, or while another process takes it in.

    Raises AnvcsError.
    """
    with ExitStack() as stack:
        if not spool.pending(paths, _known(paths, journal, lane)[0]):
            yield None
            return
        try:
            stack.enter_context(lock.held(paths.locks / "told", timeout=0))
        except Locked:
            yield None
            return
        mark, state = _known(paths, journal, lane)
        found = _read(paths, mark, state, lane)
        yield found if found.steps or "missed" in state or found.read > _WORTH_KEEPING else None


def _known(paths: Paths, journal: Journal, lane: str) -> tuple[Mark, dict[str, Any]]:
    """How far the spool was read, and what was known then."""
    saved = journal.recall(_key(lane))
    before = table(json.loads(saved)) if saved else {}
    mark = Mark(*before.get("mark", ()))
    newest = _newest(paths)
    missed = newest > mark.generation + 1 or (newest > 0 and not saved)
    if missed:
        mark = Mark(generation=newest)
    blind = {"missed": True} if missed else {"blind": before.get("blind", 0.0)}
    return mark, {"spans": {} if missed else table(before.get("spans")), **blind}


def _read(paths: Paths, mark: Mark, state: Mapping[str, Any], lane: str) -> News:
    lines, mark = spool.read(paths, mark)
    spans, blind = Spans(state["spans"]), state.get("blind")
    steps = []
    for line in lines:
        event = _event(line)
        if event is None:
            continue
        if blind is None:  # what was missed may have begun just before
            blind = event.ts + EDIT_SECONDS
        if lanes.of_spool(line.worktree) == lane:
            steps.append(_step(spans, event, blind))
    blind = clock.now() + EDIT_SECONDS if blind is None else blind
    after = {"mark": mark, "spans": spans.value, "blind": blind}
    told = tuple(step for step in steps if step.event.event in EDITS | SHELLS)
    return News(lane, told, json.dumps(after).encode(), sum(len(line.raw) for line in lines))


def _event(line: Line) -> Event | None:
    try:
        return from_line(line.value) if line.kind == "agent" and line.value else None
    except NotAnEvent:
        return None


def remember(journal: Journal, told: News) -> None:
    """Within `writing`: all of it is done."""
    journal.remember(_key(told.lane), told.state)


def _step(spans: Spans, event: Event, blind: float) -> Step:
    span = spans.fold(event)
    return Step(event, span if span and span.began >= blind else None)


def _newest(paths: Paths) -> int:
    """The number of the file that the drain put away last; 0 when it never did."""
    found = (path.suffix[1:] for path in paths.spool.glob("lines.*"))
    return max((int(number) for number in found if number.isdecimal()), default=0)


def _key(lane: str) -> str:
    return f"told {lane}"
