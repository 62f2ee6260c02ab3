"""Show the commit graph with lanes, refs, agents and tests.

It is read lazily: the first page comes at once, however long the history. With a filter,
commits that are not wanted are left out and a dotted line leads past them.

Example:
  git anvcs graph --since 2w
  git anvcs graph --all -n 40 --filter 'agent:claude-*,tests:failed'
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
import sys

from git_anvcs.cli import paint
from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.cli.pager import paged
from git_anvcs.flows import read_graph, reading
from git_anvcs.flows.read_graph import Node, Wanted
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import fit, safe, shown
from git_anvcs.provenance import filters, summary
from git_anvcs.provenance.graph import ASCII, UNICODE, Lanes

_WHO = 24
_NODES = {
    "agent": ("●", "*"),
    "human": ("○", "o"),
    "untracked": ("◦", "."),
}


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
    reading.ready(call.repo, call.output.note)
    nodes = read_graph.read(call.repo, call.cwd, wanted)
    if call.output.as_json:
        call.output.stream("commits", _json(nodes))
        return 0
    plain = args.ascii or "utf" not in sys.stdout.encoding.lower()
    with paged(call):
        for line in _text(nodes, colour=call.output.colour, plain=plain):
            print(line, flush=False)
    return 0


def _text(nodes: Iterable[Node], *, colour: bool, plain: bool) -> Iterator[str]:
    lanes = Lanes(ASCII if plain else UNICODE)
    for node in nodes:
        commit, who = node.commit, summary.who(node.record)
        if not node.shown:
            lanes.skip(commit.oid, commit.parents)
            continue
        dot = paint.agent_paint(who, _NODES[who.kind][plain], colour=colour)
        row = lanes.add(commit.oid, commit.parents, dot)
        yield from row.before
        above = "".join(f"  (parent {oid[:9]} is above)" for oid in row.above)
        yield f"{row.node}  {_said(node, colour=colour)}{above}"
        if row.after is not None:
            yield row.after


def _said(node: Node, *, colour: bool) -> str:
    commit, who = node.commit, summary.who(node.record)
    ident = styled(commit.oid[:9], "yellow", colour=colour)
    mark = paint.mark(summary.tests(node.record), colour=colour)
    name = paint.agent_paint(who, fit(paint.described(who), _WHO), colour=colour)
    refs = ", ".join(map(safe, commit.refs))
    said = styled(f"  ({refs})", "cyan", colour=colour) if refs else ""
    date = styled(commit.date[:10], "dim", colour=colour)
    return f"{ident} {date} {mark} {name}  {safe(commit.subject)}{said}"


def _json(nodes: Iterable[Node]) -> Iterator[dict[str, object]]:
    lanes = Lanes()
    for node in nodes:
        commit = node.commit
        if not node.shown:
            lanes.skip(commit.oid, commit.parents)
            continue
        yield {
            "commit": commit.oid,
            "parents": list(commit.parents),
            "column": lanes.add(commit.oid, commit.parents).column,
            "refs": [shown(ref) for ref in commit.refs],
            "author": shown(commit.author),
            "date": commit.date,
            "subject": shown(commit.subject),
            **summary.facts(node.record),
        }
