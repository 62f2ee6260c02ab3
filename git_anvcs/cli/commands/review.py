"""Review what a merge decided by itself: the most doubtful first, each with its reason.

Without an argument: the merge, rebase, cherry-pick or revert in progress, else the newest merge of
HEAD. COMMIT is any merge, also one that was made elsewhere: what nobody wrote down is merged again
in memory, and says so. ID is one decision, as listed; its first digits will do.

A decision is a place where our rules wrote something else than Git's line merge: mostly a conflict
that did not need to be one. Conflicts that are open come first, then what left out a line of a side
or is only likely, then the rest.

  review --undo ID [--take ours|theirs|base]    put the conflict back, or one side's version
  review --accept ID                            agree; what was taken back is put in again

Both change one place of one file in the worktree, and refuse where that place was edited since; in
a merge in progress a file whose conflict is back is unmerged again. --accept undoes --undo exactly.

Exit codes: 0 nothing is open (or done), 1 conflicts are open (or the place was edited), 2 no such
commit or id, 3 refused: the file would no longer parse.

Example:
  git anvcs review
  git anvcs review HEAD~3 --json
  git anvcs review 4f0c
  git anvcs review --undo 4f0c --take theirs
"""

from argparse import ArgumentParser
import re

from git_anvcs.cli import reviewed
from git_anvcs.cli.command import Call
from git_anvcs.flows.review import look, put, subject
from git_anvcs.flows.review.items import Item
from git_anvcs.flows.review.look import Review
from git_anvcs.kernel.errors import DONE, NO, UsageError

_ID = re.compile(r"[0-9a-f]{4,10}")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", metavar="COMMIT|ID", help="what is in progress by default"
    )
    parser.add_argument(
        "--of", metavar="COMMIT", help="the merge that ID belongs to, by default as without it"
    )

    parser.add_argument("--undo", metavar="ID", help="put the conflict back into the file")
    parser.add_argument(
        "--take",
        choices=put.TAKES,
        default=put.MARKERS,
        help="what --undo puts there: the conflict with its markers, or one side's version",
    )
    parser.add_argument("--accept", metavar="ID", help="agree with a decision; all: with every one")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")


def run(call: Call) -> int:
    name, item = _asked(call)
    found = subject.find(call.repo, name)
    review = look.look(call.repo, found) if found else None
    if review and (call.args.undo or call.args.accept):
        return _decide(call, review)
    if item or call.args.undo or call.args.accept:
        return _one(call, review, item or call.args.undo or call.args.accept)
    output = call.output
    output.answer(
        reviewed.as_json(review),
        lambda: "\n".join(reviewed.text(review, output.verbosity, colour=output.colour)),
    )
    return NO if review and review.count("open") else DONE


def _asked(call: Call) -> tuple[str | None, str]:
    """The merge's name and the item's id, as far as they are given."""
    what, of = call.args.what, call.args.of
    if of is not None:
        return of, what or ""
    if what and _ID.fullmatch(what) and call.repo.resolve(what) is None:
        return None, what
    return what, ""


def _one(call: Call, review: Review | None, name: str) -> int:
    item = _item(review, name)
    output = call.output
    output.answer(
        reviewed.item_json(item),
        lambda: "\n".join(reviewed.one(item, output.verbosity, colour=output.colour)),
    )
    return NO if item.state == "open" else DONE


def _item(review: Review | None, name: str) -> Item:
    found = reviewed.found(review, name)
    if len(found) != 1:
        said = "no decision or conflict" if not found else f"{len(found)} of them"
        raise UsageError(f"{said} here has an id that begins with {name}", hint="git anvcs review")
    return found[0]


def _decide(call: Call, review: Review) -> int:
    """--undo and --accept."""
    args = call.args
    if args.undo and args.accept:
        raise UsageError("either --undo or --accept")
    dry = args.dry_run
    if args.undo:
        done = [put.undo(call.repo, review, _item(review, args.undo), args.take, dry=dry)]
    else:
        everything = [one for one in review.items if one.state == "decided" and not one.accepted]
        chosen = everything if args.accept == "all" else [_item(review, args.accept)]
        done = [put.accept(call.repo, review, one, dry=dry) for one in chosen]
    facts = {"dry_run": dry, "done": list(map(reviewed.put_json, done))}
    call.output.answer(facts, lambda: "\n".join(reviewed.put_text(one, dry=dry) for one in done))
    return DONE
