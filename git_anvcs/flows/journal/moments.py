"""WHEN, as people say it: a moment of a lane becomes the number of its last operation by then."""

from datetime import datetime
import re

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import bursts, reverts
from git_anvcs.journal import clock as logical
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import Kind
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import UsageError

FORMS = "-5m, 14:30, 2026-11-22T14:30, an operation (#120), a commit, or before:reset"

_AGO = re.compile(r"-(\d+)(s|min|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_NUMBER = re.compile(r"#?(\d{1,15})")
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
_BEFORE = "before:"
_LATER = "the journal of this worktree begins later"


def resolve(here: Opened, said: str) -> int:
    """The number of the last operation at that moment. Raises UsageError.

    The forms, tried in this order: `before:WORD` (the last Git operation that Git, or an undo,
    calls so), `-5m`, `#N`, a date or a time of day in local time, a commit HEAD was at.
    """
    found = _resolved(here, said.strip())
    if next(here.journal.newest(here.lane, before=found + 1), None) is None:
        raise UsageError(_LATER, hint="`git anvcs timeline` shows when")
    return found


def seconds_of(said: str) -> float:
    """A duration ago (`2h`, `-2h`) or a date, in seconds since the epoch. Raises UsageError."""
    if found := _AGO.fullmatch(f"-{said.removeprefix('-')}"):
        return clock.now() - int(found[1]) * _SECONDS[found[2]]
    moment = _date(said)
    if moment is None:
        raise UsageError(f"{said!r} is no moment", hint="such as 2h, 3d, 14:30 or 2026-11-22T14:30")
    return moment


def _resolved(here: Opened, said: str) -> int:
    if said.startswith(_BEFORE):
        return _before(here, said.removeprefix(_BEFORE))
    if found := _AGO.fullmatch(said):
        return _by_then(here, clock.now() - int(found[1]) * _SECONDS[found[2]])
    if (found := _NUMBER.fullmatch(said)) and (said.startswith("#") or len(found[1]) < 7):
        return _number(here, int(found[1]))
    if (moment := _date(said)) is not None:
        _must_have_been(here, said, moment)
        return _by_then(here, moment)
    return _at_commit(here, said)


def _before(here: Opened, word: str) -> int:
    """Just before the newest operation with this name."""
    for entry in here.journal.newest(here.lane, kinds=(Kind.GIT, Kind.MARK)):
        payload = here.journal.payload(entry.n)
        if entry.op.kind is Kind.MARK:
            begun = reverts.unpack(payload)
            if begun and not begun.own and word == "revert":
                return entry.n - 1
            undone = bursts.unpack(entry.n, payload)
            if undone and word == "undo":
                return undone.own.after
        elif any(text.startswith(word) for text in unpack(payload).said):
            return entry.n - 1
    raise UsageError(f"the journal tells of no {word!r} here", hint="`git anvcs timeline`")


def _by_then(here: Opened, seconds: float) -> int:
    return here.journal.last_before(here.lane, logical.end_of(seconds))


def _must_have_been(here: Opened, said: str, moment: float) -> None:
    """After midnight, `23:50` is to come yet. The journal's own time may be ahead of the clock."""
    newest = next(here.journal.newest(here.lane), None)
    if moment > max(clock.now(), newest.op.seconds if newest else 0.0):
        before = datetime.fromtimestamp(moment - 86400).astimezone()
        hint = f"the day before: {before:%Y-%m-%dT%H:%M}"
        raise UsageError(f"{said} is still to come", hint=hint)


def _number(here: Opened, n: int) -> int:
    if not 0 < n <= here.journal.last():
        raise UsageError(f"there is no operation #{n}", hint="`git anvcs timeline` numbers them")
    return n


def _date(said: str) -> float | None:
    try:
        if _CLOCK.fullmatch(said):
            now = datetime.fromtimestamp(clock.now()).astimezone()
            asked = datetime.strptime(said, "%H:%M:%S" if said.count(":") > 1 else "%H:%M")  # noqa: DTZ007 - a time of day, put into today below
            at = now.replace(hour=asked.hour, minute=asked.minute, second=asked.second)
            return at.timestamp()
        return datetime.fromisoformat(said).astimezone().timestamp()
    except ValueError:
        return None


def _at_commit(here: Opened, said: str) -> int:
    """The last operation while HEAD was at that commit."""
    commit = None if said.startswith("-") else here.repo.resolve(said)
    if commit is None:
        raise UsageError(f"{said!r} is no moment", hint=FORMS)
    newest = here.journal.last()
    for entry in here.journal.newest(here.lane, kinds=(Kind.GIT,)):
        old, new = unpack(here.journal.payload(entry.n)).refs.get("HEAD", ("", ""))
        if new == commit:
            return newest
        if new:
            newest = entry.n - 1
            if old == commit:
                return newest
    raise UsageError(f"HEAD of this worktree was never at {said} since the journal began")
