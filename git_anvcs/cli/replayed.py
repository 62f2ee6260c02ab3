"""Frames of the journal, told line by line or played on the terminal."""

from collections.abc import Iterable, Iterator
import json
import time
from typing import NamedTuple

from git_anvcs.cli import keyboard, paint
from git_anvcs.cli.output import as_json, styled
from git_anvcs.cli.screen import Screen
from git_anvcs.journal.frames import Frame, Player, Shown
from git_anvcs.kernel import clock, diff
from git_anvcs.kernel.terminal import cut, safe, safe_bytes, shown
from git_anvcs.provenance.summary import AGENT, Who

_CONTEXT = 1  # lines around a change, where all of it is told
_MOST_LINES = 60  # of one frame that is told
_WHAT = {
    "data": "wrote (no text)",
    "unknown": "changed (not to be had)",
    "withheld": "changed (withheld)",
}
_STYLES = {"+": "green", "-": "red", "@": "cyan"}
_KEYS = "space pause  ←→ step  0-9 seek  + - speed  q quit"


class Pace(NamedTuple):
    """speed: how many times faster than it was; idle: no pause is longer, in seconds as it was

    step: wait for a key behind every frame
    """

    speed: float = 1.0
    idle: float = 2.0
    step: bool = False

    def seconds(self, one: Frame, following: Frame) -> float:
        """How long one is shown."""
        return max(0.0, min(following.seconds - one.seconds, self.idle)) / self.speed


def told(played: Iterable[Shown], *, colour: bool) -> Iterator[str]:
    """Each frame: a line, then what changed."""
    for one in played:
        yield _head(one, colour=colour)
        rows = list(_hunks(one))
        for row in rows[:_MOST_LINES]:
            yield "  " + _row(*row, colour=colour)
        if len(rows) > _MOST_LINES:
            yield f"  … {len(rows) - _MOST_LINES:,} lines more"


def fact(frame: Frame) -> str:
    """A frame as one line of JSON."""
    facts: dict[str, object] = {
        "operation": frame.n,
        "at": clock.rfc3339(frame.seconds),
        "path": shown(frame.path),
        "by": shown(frame.by) or None,
        "what": frame.what,
        "mode": f"{frame.mode:06o}" if frame.mode else None,
        "size": frame.size,
        "seed": frame.seed,
        "changes": [list(change) for change in frame.changes],
    }
    return as_json(json.loads(json.dumps(facts)))


def played(player: Player) -> Iterator[Shown]:
    """Every frame from here on."""
    while one := player.forward():
        yield one


def play(player: Player, screen: Screen, pace: Pace, *, colour: bool) -> None:
    """Until somebody quits. Raises ValueError when the frames are damaged."""
    one = player.forward()
    paused, speed = pace.step, pace.speed
    with keyboard.listening():
        while one is not None:
            now = pace._replace(speed=speed)
            still = paused or player.place == len(player.frames)
            screen.draw(_whole(one, player, now, screen.size, paused=still, colour=colour))
            left = None if still else now.seconds(one.frame, player.frames[player.place])
            key = _wait(left)
            if key in ("q", "escape"):
                return
            paused = _is_paused(key, paused=paused)
            speed *= {"+": 2.0, "=": 2.0, "-": 0.5}.get(key, 1.0)
            one = _moved(key, player, one)


def _wait(seconds: float | None) -> str:
    """The next key; empty when the time is over. A resize, or ^Z, only draws again."""
    end = None if seconds is None else time.monotonic() + seconds
    try:
        return keyboard.pressed(end and max(0.0, end - time.monotonic()))
    except EOFError:
        return "q"


def _is_paused(key: str, *, paused: bool) -> bool:
    if key == " ":
        return not paused
    return paused or key in ("left", "right", "h", "l", "n", "p", "home", "g") or key.isdigit()


def _moved(key: str, player: Player, one: Shown) -> Shown:
    """What is shown after the key: nothing pressed goes on."""
    if key in ("", "right", "l", "n", "enter"):
        return player.forward() or one
    if key in ("left", "h", "p"):
        return player.backward() or one
    last = len(player.frames)
    places = {"home": 1, "g": 1, "end": last, "G": last}
    places |= {str(tenth): 1 + (last - 1) * tenth // 10 for tenth in range(10)}
    if key in places:
        return player.seek(places[key]) or one
    return one


def _whole(
    one: Shown, player: Player, pace: Pace, size: tuple[int, int], *, paused: bool, colour: bool
) -> list[str]:
    """The screen: the frame, its file around the change, where we are."""
    columns, height = size
    rows = list(_rows(one.before, one.after))
    changed = next((i for i, (mark, _) in enumerate(rows) if mark != " "), 0)
    room = max(1, height - 3)
    top = max(0, min(changed - room // 3, len(rows) - room))
    body = [_row(m, cut(t, columns - 2), colour=colour) for m, t in rows[top : top + room]]
    body += [""] * (room - len(body))
    state = "paused" if paused else f"{pace.speed:g}x"
    foot = f"{player.place:,}/{len(player.frames):,}  {state}  {_KEYS}"
    return [_head(one, colour=colour), "", *body, styled(cut(foot, columns), "dim", colour=colour)]


def _head(one: Shown, *, colour: bool) -> str:
    frame = one.frame
    added, removed = _counts(one)
    agent, _, session = frame.by.partition(":")
    who = Who(AGENT, agent, session) if session else Who("untracked")
    by = paint.agent_paint(who, safe(frame.by), colour=colour) if frame.by else "nobody known"
    said = _WHAT.get(frame.what, frame.what)
    lines = f"  +{added} -{removed}" if added or removed else ""
    path = styled(safe(frame.path), "bold", colour=colour)
    return f"#{frame.n}  {clock.local(frame.seconds)}  {said} {path}{lines}  ({by})"


def _counts(one: Shown) -> tuple[int, int]:
    marks = [mark for mark, _ in _rows(one.before, one.after)]
    return marks.count("+"), marks.count("-")


def _rows(before: str, after: str) -> Iterator[tuple[str, str]]:
    """Every line of the text after, and those that went, each with its mark."""
    old, new = before.split("\n"), after.split("\n")
    at = 0
    for a0, a1, b0, b1 in diff.changes(old, new):
        yield from ((" ", _line(text)) for text in new[at:b0])
        yield from (("-", _line(text)) for text in old[a0:a1])
        yield from (("+", _line(text)) for text in new[b0:b1])
        at = b1
    yield from ((" ", _line(text)) for text in new[at:])


def _hunks(one: Shown) -> Iterator[tuple[str, str]]:
    """The rows that changed, with those around them."""
    rows = list(_rows(one.before, one.after))
    if rows and rows[-1] == (" ", ""):
        rows.pop()  # behind the last newline there is no line
    changed = [i for i, (mark, _) in enumerate(rows) if mark != " "]
    near = {j for i in changed for j in range(i - _CONTEXT, i + _CONTEXT + 1)}
    last = -1
    for place in sorted(near & set(range(len(rows)))):
        if place > last + 1 and last >= 0:
            yield "@", "…"
        yield rows[place]
        last = place


def _line(text: str) -> str:
    return safe_bytes(text.encode()).expandtabs(4)


def _row(mark: str, text: str, *, colour: bool) -> str:
    style = _STYLES.get(mark)
    return styled(f"{mark} {text}", style, colour=colour) if style else f"{mark} {text}"
