"""Put unpublished commits of this branch together into milestones; every record is kept.

RANGE is A..B, or A for A..HEAD. Without one: the commits after the last one that is published
(a remote or a tag leads to it), on another branch or worktree, or a merge; those are refused in a
RANGE. Commits that follow each other become one: of one task (a session and its prompt, as records
say), one session or one day; or as many as --into says, parted where the most time lies between.
Commits of different authors, or of an agent and of none, stay apart, unless --mix-authors; then
the others are named as co-authors. With --style, commits that change only the form of files, as a
formatter does, become milestones of their own (style: ...). Nothing is reordered or left out.

Each milestone is by the author of its first commit and says what its commits said. The last tree
stays as it is to the byte, so the index and the files are not touched, and changes that are not
committed do not matter. Records go to the milestones, each line with its author. Hooks are not
run; commits are signed where commit.gpgSign says so.

Shows the plan and asks; --edit opens it in your editor, as git rebase -i does. The old commits
are kept: it prints the command that goes back.

Exit codes: 0 done, or nothing to do; 1 not agreed to, or somebody moved the branch; 2 no such
range or plan; 3 what is published, shared, a merge, or in the middle of a rebase is refused.

Example:
  git anvcs tidy --dry-run
  git anvcs tidy --by session --yes
  git anvcs tidy main.. --into 3 --edit
"""

from argparse import ArgumentParser

from git_anvcs.cli import tidied
from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows.drain import drain
from git_anvcs.flows.tidy import apply, plan, row, styled, todo
from git_anvcs.flows.tidy.plan import CannotGroup, Milestone
from git_anvcs.flows.tidy.row import Row
from git_anvcs.kernel import editing
from git_anvcs.kernel.errors import DONE, NO, UsageError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("range", nargs="?", default="", metavar="RANGE", help="which commits")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--into", type=int, metavar="N", help="make so many milestones")
    how.add_argument(
        "--by", choices=("task", "session", "day"), default="task", help="what is one (task)"
    )
    parser.add_argument("--mix-authors", action="store_true", help="also of different authors")
    parser.add_argument(
        "--style", action="store_true", help="keep commits that change only form apart"
    )
    parser.add_argument("--edit", action="store_true", help="change the plan in an editor first")
    parser.add_argument("--dry-run", action="store_true", help="only show the plan")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def run(call: Call) -> int:
    args = call.args
    drain(call.repo)
    found = row.read(call.repo, args.range)
    if args.style:
        found = found._replace(steps=styled.marked(call.repo, found.base, found.steps))
    try:
        wanted = _planned(call, found)
    except CannotGroup as error:
        raise UsageError(str(error), hint=_hint(error)) from error
    fewer = [one for one in wanted if len(one.steps) > 1 or one.message != one.steps[0].message]
    if not fewer:
        call.output.answer(tidied.as_json(found, wanted, None), tidied.nothing(found))
        return DONE
    if not call.output.as_json and (args.dry_run or not args.yes):
        print("\n".join(tidied.planned(wanted, colour=call.output.colour)))
    agreed = args.yes or (not args.dry_run and call.output.confirm("put these together?"))
    if args.dry_run or not agreed:
        call.output.answer(tidied.as_json(found, wanted, None), tidied.not_done(args.dry_run))
        return DONE if args.dry_run else NO
    with journal_of(call) as here:
        done = apply.apply(here, found, wanted)
    call.output.answer(tidied.as_json(found, wanted, done), lambda: tidied.text(found, done))
    return DONE


def _planned(call: Call, found: Row) -> list[Milestone]:
    """As the options say it, and then as the person does. Raises CannotGroup."""
    args = call.args
    if not found.steps:
        return []
    if args.into is not None:
        wanted = plan.into(found.steps, args.into, mixed=args.mix_authors)
    else:
        wanted = plan.by(found.steps, args.by, mixed=args.mix_authors)
    if not args.edit:
        return wanted
    text = editing.edited(todo.written(wanted), call.repo.line("var", "GIT_EDITOR"), "tidy-todo")
    chosen = todo.read(text, found.steps)
    return chosen or [Milestone((step,), step.message) for step in found.steps]


def _hint(error: CannotGroup) -> str:
    if "authors" in str(error):
        return "--mix-authors melts them, and names the others as co-authors"
    return "nothing was changed"
