"""Show everything a session did: its commits, its lines and how many are there still.

SESSION is TOOL:SESSION, the tool's own id, a key of records (s_...), or the beginning or end of
one. Each commit comes with its prompt, tests, files and what it was before rewrites. Lines are
looked for at HEAD (or --at REV) with git blame, one file after the other.

Example:
  git anvcs trace claude:8f21
  git anvcs trace 8f21 --since 2w --no-survival --json
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence

from git_anvcs.cli import traced
from git_anvcs.cli.command import Call
from git_anvcs.cli.pager import paged
from git_anvcs.flows import reading, session_records, trace
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import filters


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("session", metavar="SESSION", help="TOOL:SESSION, s_…, or part of it")
    parser.add_argument("--at", metavar="REV", help="look for its lines there, not at HEAD")
    parser.add_argument(
        "--no-survival", action="store_true", help="do not look which lines are there still"
    )
    parser.add_argument("--since", metavar="WHEN", help="a duration (2w, 3d, 36h) or a date")
    parser.add_argument("--until", metavar="WHEN", help="the same; a date includes its day")
    parser.add_argument(
        "--filter", action="append", default=[], metavar="FILTER", help="lane:NAME,tests:failed,…"
    )


def run(call: Call) -> int:
    args = call.args
    if not args.session.strip():
        raise UsageError("which session?", hint="git anvcs trace TOOL:SESSION")
    chosen = filters.parse(*args.filter) if args.filter else filters.Filter()
    reading.ready(call.repo, call.output.note)
    at = reading.find(call.repo, args.at) if args.at else call.repo.resolve("HEAD")
    found = session_records.find(call.repo, args.session)
    wanted = trace.Wanted(at, args.since, args.until, chosen, not args.no_survival)

    def each(paths: Sequence[str]) -> Iterable[str]:
        return call.output.each(paths, "looking for its lines")

    followed = trace.follow(call.repo, found, wanted, each)
    if call.output.as_json:
        call.output.answer(traced.as_json(followed, args.at or "HEAD"), "")
        return 0
    with paged(call):
        for line in traced.text(followed, args.at or "HEAD", colour=call.output.colour):
            print(line)
    return 0
