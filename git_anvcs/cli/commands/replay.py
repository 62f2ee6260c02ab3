"""Play what happened to files, save by save: which file, when, whose, and the lines that changed.

  replay [PATH]         the journal of this worktree, or of one file or folder
  replay --session S    only what a session changed
  replay FILE           a replay that `git anvcs sessions export` made; no journal is needed

WHEN: -5m, 14:30, 2026-11-22T14:30, an operation (#120), a commit, or before:reset.

On a terminal it plays: space pauses, the arrows step, 0 to 9 seek, + and - change the speed, q
quits. Elsewhere, and with --text, every frame is printed. With --json every frame is one object
on a line of its own.

Exit codes: 0 done, 1 there is nothing to play, 2 no such moment or no such replay.

Example:
  git anvcs replay src/app.py --from -1h
  git anvcs replay --session claude:7f3a --speed 10
  git anvcs replay .ai/sessions/s_3f2a90c1d4e57b/manifest.json
"""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
import sys

from git_anvcs.cli import replayed, screen
from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import journal_of
from git_anvcs.cli.pager import paged
from git_anvcs.cli.replayed import Pace
from git_anvcs.flows.journal import moments, replaying, sessions, whole
from git_anvcs.flows.journal.replaying import Wanted
from git_anvcs.journal.frames import Frame, Player
from git_anvcs.kernel.errors import DONE, AnvcsError, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="PATH|FILE", help="what to play")
    parser.add_argument("--session", metavar="S", help="only what this session changed")
    parser.add_argument("--from", dest="begin", metavar="WHEN", help="begin there")
    parser.add_argument("--to", dest="end", metavar="WHEN", help="end there")
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="N", help="so many times faster than it was"
    )
    parser.add_argument(
        "--idle", type=float, default=2.0, metavar="SECONDS", help="longer pauses are cut to this"
    )
    parser.add_argument("--step", action="store_true", help="wait for a key behind every frame")
    parser.add_argument("--text", action="store_true", help="print the frames, do not play")


def run(call: Call) -> int:
    args = call.args
    if not (0 < args.speed < float("inf") and 0 <= args.idle < float("inf")):
        raise UsageError("--speed is more than 0, and --idle is not negative")
    file = _exported(call)
    if file:
        return _show(call, replaying.read(file))
    with journal_of(call, reads=True) as here:
        after = moments.resolve(here, args.begin) if args.begin else 0
        upto = moments.resolve(here, args.end) if args.end else here.journal.last()
        path = whole.named(call.repo, call.cwd, args.path) if args.path else ""
        session = sessions.named(here, args.session).name if args.session else ""
        wanted = Wanted(after, upto, "" if path == "." else path, session)
        return _show(call, replaying.frames(here, wanted))


def _exported(call: Call) -> Path | None:
    """The manifest of a replay, if that is what was named."""
    place = (call.cwd / call.args.path).absolute() if call.args.path else None
    if place is None:
        return None
    return replaying.manifest_at(place)


def _show(call: Call, frames: Iterable[Frame]) -> int:
    if call.output.as_json:
        for frame in frames:
            print(replayed.fact(frame))
        return DONE
    player = Player(frames)
    if not player.frames:
        raise AnvcsError(
            "there is nothing to play", hint="`git anvcs timeline` shows what happened"
        )
    try:
        _play(call, player)
    except ValueError as error:
        raise UsageError(f"the replay is damaged: {error}") from error
    return DONE


def _play(call: Call, player: Player) -> None:
    colour = call.output.colour
    if call.args.text or not (sys.stdin.isatty() and sys.stdout.isatty()):
        with paged(call):
            for line in replayed.told(replayed.played(player), colour=colour):
                print(line)
        return
    pace = Pace(call.args.speed, call.args.idle, call.args.step)
    with screen.taken() as taken:
        replayed.play(player, taken, pace, colour=colour)
