"""Show the commit graph with lanes, refs, agents and tests.

It is read lazily: the first page comes at once, however long the history. With a filter,
commits that are not wanted are left out and a dotted line leads past them. With --watch it is
drawn again whenever refs, HEAD or records change, until ^C (exit code 130).

Example:
  git anvcs graph --since 2w
  git anvcs graph --all -n 40 --filter 'agent:claude,tests:failed'
  git anvcs graph --all --watch
"""

from argparse import ArgumentParser
import sys

from git_anvcs.cli import drawn
from git_anvcs.cli.command import Call
from git_anvcs.cli.pager import paged
from git_anvcs.flows import read_graph, reading
from git_anvcs.flows.read_graph import Wanted
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import filters


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", metavar="PATH", help="only commits that touch it")
    parser.add_argument("--since", metavar="WHEN", help="a duration (2w, 3d, 36h) or a date")
    parser.add_argument("--until", metavar="WHEN", help="the same; a date includes its day")
    parser.add_argument(
        "--filter", action="append", default=[], metavar="FILTER", help="agent:NAME,tests:failed,…"
    )
    parser.add_argument("--all", action="store_true", help="all branches and tags, not only HEAD")
    parser.add_argument("--from", dest="start", metavar="REV", help="start there, not at HEAD")
    parser.add_argument("-n", dest="limit", type=int, metavar="N", help="show at most N commits")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    parser.add_argument("--watch", action="store_true", help="draw it again when it changes")


def run(call: Call) -> int:
    args = call.args
    if args.limit is not None and args.limit < 0:
        raise UsageError("-n takes a number of commits", hint="git anvcs graph -n 20")
    wanted = Wanted(
        args.since,
        args.until,
        filters.parse(*args.filter) if args.filter else filters.Filter(),
        args.limit,
        args.all,
        args.start,
        tuple(args.paths),
    )
    plain = args.ascii or "utf" not in sys.stdout.encoding.lower()
    if args.watch:
        from git_anvcs.cli import watched

        watched.graph(call, wanted, plain=plain)
        return 0
    reading.ready(call.repo, call.output.note)
    nodes = read_graph.read(call.repo, call.cwd, wanted)
    if call.output.as_json:
        call.output.stream("commits", drawn.as_json(nodes))
        return 0
    with paged(call):
        for line in drawn.text(nodes, colour=call.output.colour, plain=plain):
            print(line, flush=False)
    return 0
