"""Review what a merge decided by itself: the most doubtful first, each with its reason.

Without an argument: the merge, rebase, cherry-pick or revert in progress, else the newest merge of
HEAD. COMMIT is any merge, also one that was made elsewhere: what nobody wrote down is merged again
in memory, and says so. ID is one decision, as listed; the first digits will do.

A decision is a place where our rules wrote something else than Git's line merge: mostly a conflict
that did not need to be one. Conflicts that are open come first, then what left out a line of a side
or is only likely, then the rest.

Exit codes: 0 nothing is open, 1 conflicts are open, 2 no such commit or id.

Example:
  git anvcs review
  git anvcs review HEAD~3 --json
  git anvcs review 4f0c
"""

from argparse import ArgumentParser
import re

from git_anvcs.cli import reviewed
from git_anvcs.cli.command import Call
from git_anvcs.flows.review import look, subject
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


def run(call: Call) -> int:
    name, item = _asked(call)
    found = subject.find(call.repo, name)
    review = look.look(call.repo, found) if found else None
    if item:
        return _one(call, review, item)
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
    found = reviewed.found(review, name)
    if len(found) != 1:
        said = "no decision or conflict" if not found else f"{len(found)} of them"
        raise UsageError(f"{said} here has an id that begins with {name}", hint="git anvcs review")
    output = call.output
    output.answer(
        reviewed.item_json(found[0]),
        lambda: "\n".join(reviewed.one(found[0], output.verbosity, colour=output.colour)),
    )
    return NO if found[0].state == "open" else DONE
