"""Count commits and lines by agent, model, session, lane, author or time.

RANGE is a revision or a range, HEAD by default. Lines are those that commits added; they belong to
whoever the records attest them to, else to the commit's maker. With --survival, git blame says
how many of them are there still at the end of the range.

Example:
  git anvcs stats --since 2w
  git anvcs stats main..topic --by agent,month --survival
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
import sys

from git_anvcs.cli import tables
from git_anvcs.cli.command import Call
from git_anvcs.cli.pager import paged
from git_anvcs.flows import read_stats, reading
from git_anvcs.flows.read_stats import Wanted
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import filters, tally


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "range", nargs="?", default="HEAD", metavar="RANGE", help="such as main..topic"
    )
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="WHAT",
        help=f"{', '.join(tally.DIMENSIONS)}; several with commas",
    )
    parser.add_argument("--since", metavar="WHEN", help="a duration (2w, 3d, 36h) or a date")
    parser.add_argument("--until", metavar="WHEN", help="the same; a date includes its day")
    parser.add_argument(
        "--filter", action="append", default=[], metavar="FILTER", help="agent:NAME,path:src/**,…"
    )
    parser.add_argument("--all", action="store_true", help="all branches and tags, not only HEAD")
    parser.add_argument(
        "--survival", action="store_true", help="also which lines are there still (git blame)"
    )
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")


def run(call: Call) -> int:
    args = call.args
    if args.all and args.range != "HEAD":
        raise UsageError("--all does not go with a range", hint="git anvcs stats --all")
    chosen = filters.parse(*args.filter) if args.filter else filters.Filter()
    wanted = Wanted(_by(args.by), args.range, args.since, args.until, chosen, args.all)
    reading.ready(call.repo, call.output.note)
    if args.survival:

        def each(paths: Sequence[str]) -> Iterable[str]:
            return call.output.each(paths, "looking for the lines")

        counted = read_stats.count_alive(call.repo, wanted, each)
    else:
        with call.output.working("counting"):
            counted = read_stats.count(call.repo, wanted)
    if call.output.as_json:
        call.output.answer(tables.as_json(counted, wanted), "")
        return 0
    plain = args.ascii or "utf" not in sys.stdout.encoding.lower()
    with paged(call):
        for line in tables.text(counted, colour=call.output.colour, plain=plain):
            print(line)
    return 0


def _by(given: list[str]) -> tuple[str, ...]:
    """What to count by, each once. Raises UsageError."""
    words = [word for text in given for word in text.split(",")] or ["agent"]
    for word in words:
        if word not in tally.DIMENSIONS:
            raise UsageError(
                f"--by: nothing is counted by {word!r}",
                hint=f"it is one of {', '.join(tally.DIMENSIONS)}",
            )
    return tuple(dict.fromkeys(words))
