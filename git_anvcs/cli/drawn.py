"""The commit graph drawn: lanes and commits in colour, and never told apart by colour alone."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from git_anvcs.cli import paint
from git_anvcs.cli.output import styled
from git_anvcs.flows.read_graph import Node
from git_anvcs.kernel.terminal import fit, safe, shown
from git_anvcs.provenance import summary
from git_anvcs.provenance.graph import ASCII, UNICODE, Lanes

_WHO = 24

# Of xterm's 256: quieter than the agents' colours, visible on dark and light grounds.
_LANE_COLOURS = (67, 136, 65, 132, 73, 131)


def text(nodes: Iterable[Node], *, colour: bool, plain: bool) -> Iterator[str]:
    """The lines of the graph; plain: ASCII only."""
    lanes = Lanes(ASCII if plain else UNICODE)
    for node in nodes:
        commit, who = node.commit, summary.who(node.record)
        if not node.shown:
            lanes.skip(commit.oid, commit.parents)
            continue
        dot = paint.symbol(who, plain=plain)
        row = lanes.add(commit.oid, commit.parents, dot)
        yield from (_lanes(line, colour=colour) for line in row.before)
        at = 2 * row.column
        left, right = row.node[:at], row.node[at + 1 :]
        drawn = _lanes(left, colour=colour) + paint.agent_paint(who, dot, colour=colour)
        drawn += _lanes(right, at + 1, colour=colour)
        above = "".join(f"  (parent {oid[:9]} is above)" for oid in row.above)
        yield f"{drawn}  {_said(node, colour=colour)}{above}"
        if row.after is not None:
            yield _lanes(row.after, colour=colour)


def as_json(nodes: Iterable[Node]) -> Iterator[dict[str, object]]:
    """The commits that are shown, in the order of the drawing."""
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


def _lanes(line: str, start: int = 0, *, colour: bool) -> str:
    """Characters of lanes, each in the colour of its column; start: where they stand in the row."""
    if not colour or not line.strip():
        return line
    cells = groupby(enumerate(line, start), key=lambda cell: (cell[1] == " ", (cell[0] + 1) // 2))
    return "".join(
        _cell("".join(character for _, character in group), column, blank=blank)
        for (blank, column), group in cells
    )


def _cell(drawn: str, column: int, *, blank: bool) -> str:
    number = _LANE_COLOURS[column % len(_LANE_COLOURS)]
    return drawn if blank else f"\x1b[38;5;{number}m{drawn}\x1b[m"


def _said(node: Node, *, colour: bool) -> str:
    commit, who = node.commit, summary.who(node.record)
    ident = styled(commit.oid[:9], "yellow", colour=colour)
    mark = paint.mark(summary.tests(node.record), colour=colour)
    name = paint.agent_paint(who, fit(paint.described(who), _WHO), colour=colour)
    refs = ", ".join(map(safe, commit.refs))
    said = styled(f"  ({refs})", "cyan", colour=colour) if refs else ""
    date = styled(commit.date[:10], "dim", colour=colour)
    return f"{ident} {date} {mark} {name}  {safe(commit.subject)}{said}"
