"""Give back what was destroyed in this worktree: files, tracked or not, and what Git moved.

Without --to it takes back the last burst of destruction: commands such as `git reset --hard`,
`git clean`, `git checkout --`, `rm -rf`, and branches or stashes that were deleted, that followed
each other within seconds. What was changed again since stays as it is, and is named. With --to
WHEN the whole worktree, its branch, HEAD and the index go back to that moment. With --op N one line
of the timeline is taken back, and nothing else: a commit, a merge, a rebase, a branch that was
deleted, a `git add`, or a save. When something since depends on it, it says what. A worktree that
was deleted comes back with --worktree NAME: where it was, or --into DIR.

WHEN: -5m, 14:30, 2026-11-22T14:30, an operation (#120), a commit, or before:reset.

Shows what it would change and asks first; --yes does not ask. What it did can be undone by the
command it prints. Only what was seen can be given back: the daemon, and agents' hooks, look.

Exit codes: 0 done, 1 nothing to undo or not agreed to, 4 some stays as it is.

Example:
  git anvcs undo
  git anvcs undo --to before:reset --dry-run
  git anvcs undo --to -10m --yes
  git anvcs undo --op 120
  git anvcs undo --worktree topic
"""

from argparse import ArgumentParser, Namespace

from git_anvcs.cli import brought_back, undone
from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows.journal import gone, moments, resume, undo
from git_anvcs.flows.journal.gone import Gone
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git.repo import NotARepository
from git_anvcs.journal.bursts import Span
from git_anvcs.journal.journal import Journal
from git_anvcs.kernel.errors import DONE, NO, PARTLY, UsageError
from git_anvcs.store.paths import Paths

_MOST_HINTS = 3
_NOWHERE = (
    "go to the repository whose work is lost, or name it: git anvcs -C DIR undo;"
    " a worktree that was deleted: git anvcs undo --worktree NAME, in any other of its repository"
)


def add_arguments(parser: ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--to", metavar="WHEN", help="go back to a moment, whatever happened since")
    what.add_argument("--op", type=operation, metavar="N", help="take back this one operation")
    parser.add_argument("--worktree", metavar="NAME", help="of another worktree, also one deleted")
    parser.add_argument("--into", metavar="DIR", help="where a deleted worktree is made anew")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")


def run(call: Call) -> int:
    try:
        _ = call.repo
    except NotARepository as error:
        raise NotARepository(error.message, hint=_NOWHERE) from None
    if not call.args.worktree:
        if call.args.into is not None:
            raise UsageError(
                "--into needs --worktree NAME", hint="git anvcs at WHEN --checkout DIR"
            )
        return _run(call)
    with Journal(Paths(call.repo.common_dir)) as journal:
        lane = gone.lane_named(journal, call.args.worktree)
        deleted = gone.named(journal, lane)
        if deleted:
            return brought_back.run(call, journal, deleted)
        root = journal.lanes()[lane]
    call.args.worktree = None
    return _run(Call(call.args, root, call.env, call.output))


def _run(call: Call) -> int:
    args = call.args
    with journal_of(call) as here:
        missed = gone.all_of(here.journal)[:_MOST_HINTS]
        try:
            plan = _plan(here, args)
        except undo.NothingToUndo as error:
            raise _with_hint(error, missed) if missed else error from None
        for one in missed:
            if one.seconds > plan.seconds and args.to is None and args.op is None:
                call.output.note(brought_back.hint(one))
        shown = call.output.verbosity > 0 or args.dry_run
        if not call.output.as_json and (shown or not args.yes):
            print("\n".join(undone.planned(plan, colour=call.output.colour, diffs=shown)))
        agreed = args.yes or (not args.dry_run and call.output.confirm("take this back?"))
        if args.dry_run or not agreed:
            call.output.answer(undone.as_json(plan, None), undone.not_done(plan, args))
            return DONE if args.dry_run else NO
        done = undo.apply(here, resume.begin(here, plan))
    call.output.answer(undone.as_json(plan, done), lambda: undone.text(plan, done))
    return PARTLY if done.left else DONE


def _with_hint(error: undo.NothingToUndo, missed: list[Gone]) -> undo.NothingToUndo:
    return undo.NothingToUndo(error.message, hint="; ".join(map(brought_back.hint, missed)))


def _plan(here: Opened, args: Namespace) -> undo.Plan:
    if args.op is not None:
        return resume.operation(here, args.op)
    if args.to is not None:
        span = Span(moments.resolve(here, args.to), here.journal.last())
        return undo.plan(here, span, all_since=True)
    return resume.unfinished(here) or undo.last_burst(here)


def operation(said: str) -> int:
    """As the timeline writes it, `#120`, or without the sign."""
    return int(said.removeprefix("#"))
