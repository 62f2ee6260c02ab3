"""Put files back as they were at a moment: PATH@WHEN, a file or a whole folder.

WHEN: -5m, 14:30, 2026-11-22T14:30, an operation (#120), a commit, or before:reset. Without @WHEN,
as it was before its last change.

Shows what it would change and asks first; --yes does not ask. What it did can be undone by the
command it prints. HEAD, branches and the index stay as they are.

Exit codes: 0 done, 1 nothing to restore or not agreed to, 2 no such moment, 4 some stays.

Example:
  git anvcs restore src/app.py@-5m
  git anvcs restore notes@before:clean --yes
"""

from argparse import ArgumentParser

from git_anvcs.cli import undone
from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import add_worktree, journal_of
from git_anvcs.flows.journal import restore, undo
from git_anvcs.flows.journal.observe import lane_of
from git_anvcs.kernel.errors import DONE, NO, PARTLY


def add_arguments(parser: ArgumentParser) -> None:
    add_worktree(parser)
    parser.add_argument("paths", nargs="+", metavar="PATH@WHEN", help="what, and as it was when")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")


def run(call: Call) -> int:
    args = call.args
    with journal_of(call) as here:
        plan = restore.plan(here, [restore.asked(here, call.cwd, said) for said in args.paths])
        shown = call.output.verbosity > 0 or args.dry_run
        if not call.output.as_json and (shown or not args.yes):
            print("\n".join(undone.planned(plan, colour=call.output.colour, diffs=shown)))
        wanted = bool(plan.files) and not args.dry_run
        if not wanted or not (args.yes or call.output.confirm("put these back?")):
            call.output.answer(undone.as_json(plan, None), undone.not_done(plan, args))
            return DONE if args.dry_run else NO
        done = undo.apply(here._replace(lane=lane_of(here.repo)), plan)
    call.output.answer(undone.as_json(plan, done), lambda: undone.text(plan, done))
    return PARTLY if done.left else DONE
