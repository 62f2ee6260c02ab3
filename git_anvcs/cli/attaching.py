"""`git anvcs meta attach`: its options, and what it says when it is done."""

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from git_anvcs.cli.command import Call
from git_anvcs.flows import edit_record, reading
from git_anvcs.kernel.errors import DONE, UsageError

if TYPE_CHECKING:  # what attaching needs is half of what `meta` would load
    from git_anvcs.flows.attach import Attached, Told

TYPES = ("blob", "model", "dataset", "report", "coverage", "log", "transcript", "other")


def add_arguments(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("attach")
    group.add_argument("--type", choices=TYPES, default="report", help="what the FILEs are")
    group.add_argument(
        "--test-report", metavar="FILE", action="append", default=[],
        help="JUnit XML or JSON; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--coverage", metavar="N|FILE", help="a percentage, or coverage.py, Cobertura, lcov"
    )
    passed = group.add_mutually_exclusive_group()
    passed.add_argument(
        "--tests-passed", dest="passed", action="store_true", default=None,
        help="they passed, without a report",
    )  # fmt: skip
    passed.add_argument(
        "--tests-failed", dest="passed", action="store_false",
        help="they failed, whatever a report says",
    )  # fmt: skip
    group.add_argument(
        "--artifact", metavar="FILE", action="append", default=[],
        help="keep a file and pin it; may be repeated",
    )  # fmt: skip
    group.add_argument("--runner", metavar="ID", default="", help="who ran the tests")
    group.add_argument("--command", metavar="TEXT", default="", help="how they were run")
    group.add_argument(
        "--ran-on", metavar="TREE|COMMIT", default="", help="what was tested, if not the worktree"
    )


def run(call: Call) -> int:
    """Attach what the options tell to the commit's record."""
    from git_anvcs.flows import attach

    told = _told(call)
    repo = call.repo
    commit = reading.find(repo, call.args.words[0] if call.args.words else "HEAD")
    with edit_record.alone(repo):
        done = attach.attached(repo, call.cwd, commit, told)
        if done.large and not call.args.dry_run:
            attach.keep(repo, call.env, done)
        if done.says_more and not call.args.dry_run:
            message = f"anvcs: revision {done.record.rev} of {commit[:12]}'s record"
            edit_record.write(repo, done.record, message)
    if done.old is None:
        call.output.note("no record of that commit was here: this is a new one; `git anvcs pull`"
                         " first brings those that others made")  # fmt: skip
    facts = {
        "commit": commit,
        "record": done.record.value,
        "changed": done.says_more,
        "dry_run": call.args.dry_run,
    }
    call.output.answer(facts, _said(done, dry=call.args.dry_run))
    return DONE


def _told(call: Call) -> "Told":
    from git_anvcs.flows.attach import Told

    args = call.args
    files = [(Path(name), args.type) for name in args.words[1:]]
    told = Told(
        reports=tuple(map(Path, args.test_report)),
        coverage=args.coverage,
        passed=args.passed,
        files=tuple(files),
        kept=tuple(map(Path, args.artifact)),
        runner=args.runner,
        command=args.command,
        ran_on=args.ran_on,
    )
    if not told.tests and not told.files and not told.kept:
        raise UsageError(
            "say what to attach: git anvcs meta attach HEAD --test-report report.xml",
            hint="a report, --coverage, --tests-passed, --tests-failed or files",
        )
    if not told.tests and (told.runner or told.command or told.ran_on):
        raise UsageError("--runner, --command and --ran-on tell of tests: give their result too")
    return told


def _said(done: "Attached", *, dry: bool) -> str:
    short = done.record.commit[:12]
    if not done.says_more:
        return f"the record of {short} says that already"
    return f"the record of {short} {'would be' if dry else 'is now'} revision {done.record.rev}"
