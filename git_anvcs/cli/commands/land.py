"""Land branches: merge them together, test the result, and move the target to exactly that.

Every BRANCH (a pattern such as 'agent/*' will do) is merged onto the target in memory. One that
conflicts is set aside, and so is one that would undo work that has landed. What is left runs
through the checks in a scratch worktree; when they fail, the branch that breaks them is found and
set aside, and the others are tested again. Then the target moves, if nobody moved it meanwhile;
else all is done again on what it is now. No worktree is touched, but the one that has the target
checked out, which goes along if it has no changes.

The checks are those of the setting merge.guard.checks, or what --gate says: a command, run by sh
(may be repeated), `configured` for the setting, `none` for no check at all. A tree that passed
before is not run again, unless --fresh. $ANVCS_CHECKOUT is the worktree that land was started in.

Exit codes: 0 all landed, 1 none did, 2 no such branch, 3 the checks are not approved or cannot
say anything, 4 some were set aside, the rest landed. --dry-run ends as the landing itself would.

Example:
  git anvcs land agent/a agent/b --onto main --gate 'python -m pytest -q'
  git anvcs land 'agent/*' --dry-run
  git anvcs land topic --gate configured --json
"""

from argparse import ArgumentParser

from git_anvcs.cli import gated, landed
from git_anvcs.cli.command import Call
from git_anvcs.drivers import runs
from git_anvcs.flows import reading
from git_anvcs.flows.land import land
from git_anvcs.flows.land.land import Asked, Landed
from git_anvcs.kernel.errors import DONE, NO, PARTLY


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("branches", nargs="+", metavar="BRANCH", help="what is to land, in order")
    parser.add_argument(
        "--onto", "--into", default="", metavar="TARGET", help="the branch that is checked out here"
    )
    gated.add_arguments(parser)
    parser.add_argument(
        "--keep-going", action="store_true",
        help="a check that hits its time limit is a failure: look for the branch",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="do all of it but move the target")


def run(call: Call) -> int:
    reading.ready(call.repo, call.output.note)
    asked = Asked(
        tuple(call.args.branches),
        call.args.onto,
        gated.asked(call),
        gated.notebooks(call),
        dry_run=call.args.dry_run,
        patient=call.args.keep_going,
        fresh=call.args.fresh,
        understand=call.env.get("ANVCS") != "0",
    )
    done = land.land(call.repo, asked, call.env, call.output.note)
    if done.commit != done.target.commit:
        _keep(call, done)
    call.output.answer(
        landed.as_json(done, asked.checks),
        lambda: landed.text(done, asked.checks, call.output.verbosity, colour=call.output.colour),
    )
    if not done.aside:
        return DONE
    return PARTLY if done.steps else NO


def _keep(call: Call, done: Landed) -> None:
    """What rules decided, for `git anvcs review`, as the strategy keeps it."""
    for step in done.steps:
        for versions, options, merged in step.decided:
            runs.keep(str(call.repo.common_dir), versions, options, merged)
