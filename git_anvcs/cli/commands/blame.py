"""Show who wrote each line of a file: agent, model, and whether its tests passed.

Takes git blame's own arguments (-L, -w, -M, -C, --ignore-revs-file, a revision, ...). Each line
gets one of four classes: agent, human, untracked (nobody said), uncommitted. Where a record
attests single lines these are exact, else the record speaks for all lines of its commit.

Example:
  git anvcs blame -L 10,40 src/parser.py
  git anvcs blame --json HEAD~3 -- src/parser.py
"""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
import gc
from itertools import islice
import sys
import time

from git_anvcs.cli import paint
from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.cli.pager import paged
from git_anvcs.flows import read_blame, reading
from git_anvcs.flows.read_blame import Blamed
from git_anvcs.kernel.clock import rfc3339
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import cut, fit, safe, safe_bytes, shown, width
from git_anvcs.provenance import blame, summary
from git_anvcs.provenance.blame import Attribution, Attributor, Line, Origin
from git_anvcs.provenance.summary import AGENT, UNCOMMITTED

_WIDEST_WHO = 36
_ID = 9
_DAY = 24 * 3600  # seconds
_AT_ONCE = 100  # lines written together: the first ones of a long file must not wait for the last


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = "git anvcs blame [options of git blame] [REV] [--] FILE"
    parser.add_argument(
        "-p",
        "--porcelain",
        "--line-porcelain",
        action="store_true",
        help="git blame's porcelain with anvcs-* header lines",
    )


def run(call: Call) -> int:
    if not call.rest or "--incremental" in call.rest:
        problem = "--incremental is not supported" if call.rest else "no file is given"
        raise UsageError(problem, hint="git anvcs blame FILE")
    gc.disable()  # all that is read is kept until it is printed: a tenth of our time for nothing
    stdin = sys.stdin.buffer.read() if "-" in call.rest else b""
    found = read_blame.read_while(
        *(call.repo, call.cwd, call.rest, stdin),
        lambda: reading.ready(call.repo, call.output.note),
    )
    attribute = Attributor(found.records)
    if call.output.as_json:
        call.output.stream("lines", _json_lines(found, attribute), _json_head(found, attribute))
    elif call.args.porcelain:
        _print_porcelain(found, attribute)
    else:
        with paged(call):
            rows = _text(found, attribute, colour=call.output.colour)
            while part := list(islice(rows, _AT_ONCE)):
                print("\n".join(part))
    return 0


def _text(found: Blamed, attribute: Attributor, *, colour: bool) -> Iterator[str]:
    said = [(line, attribute(line).who) for line in found.lines]
    names = {key: _name(found, *key) for key in {(line.commit, who) for line, who in said}}
    widest = min(max(map(width, {*names.values()}), default=0), _WIDEST_WHO)
    digits = len(str(found.lines[-1].number)) if found.lines else 1
    number = styled(f"%{digits}d│", "dim", colour=colour)
    painted: dict[tuple[summary.Who, str], str] = {}
    starts: dict[tuple[str, summary.Who], str] = {}
    for line, who in said:
        key = (line.commit, who)
        if key not in starts:
            named = (who, names[key])
            if named not in painted:
                painted[named] = paint.agent_paint(who, fit(named[1], widest), colour=colour)
            starts[key] = _start(found, line.commit, painted[named], colour=colour)
        yield f"{starts[key]} {number % line.number}{safe_bytes(line.text)}"


def _start(found: Blamed, commit: str, name: str, *, colour: bool) -> str:
    """What stands before a line's number: its commit, who it was, tests and date."""
    origin = found.origins[commit]
    ident = styled(f"{'^' if origin.boundary else ''}{commit}"[:_ID], "yellow", colour=colour)
    mark = paint.mark(summary.tests(found.records.get(commit)), colour=colour)
    return f"{ident} {name} {mark} {styled(_date(origin), 'dim', colour=colour)}"


def _name(found: Blamed, commit: str, who: summary.Who) -> str:
    """The agent and its model; for others the author's name and the class."""
    if who.kind == AGENT:
        return _agent(who)
    if who.kind == UNCOMMITTED:
        return "not committed yet"
    author = safe(found.origins[commit].author.decode(errors="surrogateescape"))
    return f"{cut(author, _WIDEST_WHO - len(who.kind) - 3)} · {who.kind}"


@lru_cache
def _agent(who: summary.Who) -> str:
    return cut(paint.described(who), _WIDEST_WHO)


def _date(origin: Origin) -> str:
    sign, hours, minutes = origin.zone[:1], origin.zone[1:3], origin.zone[3:5]
    offset = 0
    if hours.isdigit() and minutes.isdigit():
        offset = (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1)
    return _day((origin.time + offset) // _DAY)


@lru_cache
def _day(number: int) -> str:
    """A day of the Unix era as a date."""
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(number * _DAY))
    except (OverflowError, ValueError, OSError):
        return "????-??-??"


def _json_head(found: Blamed, attribute: Attributor) -> dict[str, object]:
    counted = Counter(attribute(line).who.kind for line in found.lines)
    kinds = (AGENT, "human", "untracked", UNCOMMITTED)
    commits = {}
    for commit, origin in found.origins.items():
        commits[commit] = {
            **summary.facts(found.records.get(commit)),
            "author": shown(origin.author.decode(errors="surrogateescape")),
            "date": _json_date(origin.time),
            "summary": shown(origin.summary.decode(errors="surrogateescape")),
            "boundary": origin.boundary,
        }
    return {"totals": {kind: counted[kind] for kind in kinds}, "commits": commits}


def _json_lines(found: Blamed, attribute: Attributor) -> Iterator[dict[str, object]]:
    for line in found.lines:
        who, exact = attribute(line)
        yield {
            "line": line.number,
            "commit": line.commit,
            "original_line": line.original,
            "original_path": shown(line.path.decode(errors="surrogateescape")),
            "kind": who.kind,
            "agent": who.agent or None,
            "session": who.session or None,
            "model": who.model or None,
            "exact": exact,
            "text": shown(line.text.decode(errors="surrogateescape")),
        }


def _json_date(seconds: int) -> str | None:
    try:
        return rfc3339(seconds)
    except (OverflowError, ValueError, OSError):
        return None


def _print_porcelain(found: Blamed, attribute: Attributor) -> None:
    def headers(line: Line) -> list[bytes]:
        return _headers(attribute(line), summary.tests(found.records.get(line.commit)))

    sys.stdout.flush()
    sys.stdout.buffer.writelines(blame.annotated(found.porcelain, headers))


def _headers(given: Attribution, tests: str) -> list[bytes]:
    who = given.who
    facts = {
        "kind": who.kind,
        "agent": who.agent,
        "session": who.session,
        "model": who.model,
        "tests": tests,
        "exact": "true" if given.exact else "false",
    }
    return [
        f"anvcs-{name} {safe(value)}\n".encode(errors="replace")
        for name, value in facts.items()
        if value
    ]
