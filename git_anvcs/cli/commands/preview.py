"""Show what a merge would do: conflicts, decisions, changed functions, work that would be lost.

  preview merge SRC [into DST]    SRC into DST, any revisions; DST is HEAD by default

The merge is made in memory with our drivers, judged by what `git anvcs verify` checks, and thrown
away: no worktree, index or ref is touched, and nothing is written.

Exit codes: 0 it would be clean, 1 it would conflict or lose work, 2 no such commit.

Example:
  git anvcs preview merge topic
  git anvcs preview merge origin/topic into release --json
"""

from argparse import ArgumentParser

from git_anvcs.cli import previewed
from git_anvcs.cli.command import Call
from git_anvcs.flows import preview, reading
from git_anvcs.kernel.errors import DONE, NO, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", choices=["merge"], help="what would be done")
    parser.add_argument("words", nargs="+", metavar="SRC [into DST]", help="from where to where")


def run(call: Call) -> int:
    match call.args.words:
        case [source]:
            target = "HEAD"
        case [source, "into", target]:
            pass
        case _:
            raise UsageError("preview merge needs SRC or SRC into DST", hint="preview merge topic")
    onto = reading.find(call.repo, target)
    found = preview.of_merge(call.repo, onto, reading.find(call.repo, source), call.env)
    call.output.answer(
        previewed.as_json(found),
        lambda: "\n".join(previewed.text(found, source, target, colour=call.output.colour)),
    )
    return NO if found.conflicts or found.findings else DONE
