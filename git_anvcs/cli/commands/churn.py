"""Lines that were rewritten soon after they were written, by session, agent, file or worktree.

Written: lines that an edit put in or changed, in the last --since (30d). Rewritten: of those, the
ones that an edit changed again or took out within --window (7d) of being written: by the same
author (own) or by somebody else (others). Each line counts for whoever wrote it. Who changes an own
line again within 60 seconds is still writing it, which counts once.

Not counted: what Git writes (switches, merges, resets), files that were deleted or emptied, what
undo and restore bring back, and changes of form alone, as a formatter makes them.

It is read from the journal, save by save, of every worktree. For the time before the journal
begins, commits of this branch (first parents, not merges) stand in for saves, with the author that
their records name. A row without a name: nobody said whose edits they were.

Example:
  git anvcs churn
  git anvcs churn --by path --since 7d --window 1d
  git anvcs churn --by agent --json
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import islice

from git_anvcs.cli import durations
from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows.churn import read
from git_anvcs.flows.churn.read import Found
from git_anvcs.flows.drain import drain
from git_anvcs.journal.churn import Counts
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import DONE
from git_anvcs.kernel.terminal import safe, shown, styled

_WIDEST = 48
_MOST = 40


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--window", default="7d", metavar="TIME", help="rewritten within it (7d)")
    parser.add_argument("--since", default="30d", metavar="TIME", help="written in the last (30d)")
    parser.add_argument("--by", choices=read.KINDS, default="session", help="a row for each")


def run(call: Call) -> int:
    args = call.args
    window = durations.seconds("--window", args.window)
    since = clock.now() - durations.seconds("--since", args.since)
    drain(call.repo)
    with journal_of(call) as here:
        found = read.read(here, args.by, since, window)
    told = {
        "since": clock.rfc3339(since),
        "window": window,
        "journal_since": clock.rfc3339(found.journal_since) if found.journal_since else None,
        "by": args.by,
        "rows": [{args.by: shown(name) or None, **_facts(row)} for name, row in found.rows.items()],
        "total": _facts(found.total),
    }
    call.output.answer(told, lambda: "\n".join(_table(found, args.by, call.output.colour)))
    return DONE


def _facts(counts: Counts) -> dict[str, object]:
    return {
        "written": counts.written,
        "rewritten": counts.rewritten,
        "own": counts.own,
        "others": counts.others,
        "share": round(counts.rewritten / counts.written, 4) if counts.written else None,
    }


def _table(found: Found, kind: str, colour: bool) -> Iterator[str]:
    names = [safe(name) or "(nobody says)" for name in islice(found.rows, _MOST)]
    width = min(max(map(len, [kind, "total", *names])), _WIDEST)
    head = f"{kind:{width}}  {'written':>8} {'rewritten':>9} {'own':>7} {'others':>7}  share"
    yield styled(head, "dim", colour=colour)
    for name, counts in zip(names, found.rows.values(), strict=False):
        short = name if len(name) <= width else f"…{name[1 - width :]}"
        yield f"{short:{width}}  {_numbers(counts)}"
    if len(found.rows) > _MOST:
        yield f"and {len(found.rows) - _MOST:,} more (--json has them all)"
    yield f"{'total':{width}}  {_numbers(found.total)}"


def _numbers(counts: Counts) -> str:
    share = f"{counts.rewritten * 100 / counts.written:4.0f} %" if counts.written else ""
    four = (counts.written, counts.rewritten, counts.own, counts.others)
    return "{:8,} {:9,} {:7,} {:7,} ".format(*four) + share
