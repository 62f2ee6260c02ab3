"""Check that merges kept the work of every side, and that commits bring back nothing old.

COMMIT is one commit (HEAD by default), RANGE all of a range, such as main..topic. Any history
will do: merges by a host's button, by a tool or by hand; bare and shallow clones too. Of squashes,
rebases and picks those are checked whose record knows what they were made of. Nothing is written
and nothing is fetched; what cannot be judged here is said.

A loss that was chosen - both sides changed the same lines, or the commit's record lists it under
ext "anvcs.resolved" - is no finding; --strict counts the former.

Exit codes: 0 nothing was lost, 1 findings, 2 no such commit or range.

Example:
  git anvcs verify
  git anvcs verify origin/main..HEAD --json
  git anvcs verify v1.0..main --merges
"""

from argparse import ArgumentParser
from collections.abc import Iterable, Sequence

from git_anvcs.cli import verified
from git_anvcs.cli.command import Call
from git_anvcs.flows import reading, verify
from git_anvcs.kernel.errors import DONE, NO


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "span", nargs="?", default="HEAD", metavar="COMMIT|RANGE", help="HEAD by default"
    )
    parser.add_argument("--merges", action="store_true", help="only commits with several parents")
    parser.add_argument(
        "--strict", action="store_true", help="losses that somebody chose are findings too"
    )


def run(call: Call) -> int:
    reading.ready(call.repo, call.output.note)
    if call.args.span == "HEAD" and (refusal := reading.no_commits(call.repo)):
        raise refusal
    commits = verify.wanted(call.repo, call.args.span, merges=call.args.merges)

    def each(pages: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
        return call.output.each(pages, "looking at commits")

    verdict = verify.verify(call.repo, commits, each)
    if call.args.strict:
        verdict = verdict._replace(findings=(*verdict.findings, *verdict.decided), decided=())
    call.output.answer(
        verified.as_json(verdict),
        lambda: verified.text(verdict, call.output.verbosity, colour=call.output.colour),
    )
    return NO if verdict.findings else DONE
