"""Review what a merge decided by itself: the most doubtful first, each with its reason.

Without an argument: the merge, rebase, cherry-pick or revert in progress, else the newest merge of
HEAD. COMMIT is any merge, also one that was made elsewhere: what nobody wrote down is merged again
in memory, and says so. ID is one decision, as listed; its first digits will do.

A decision is a place where our rules wrote something else than Git's line merge: mostly a conflict
that did not need to be one. Conflicts that are open come first, then what left out a line of a side
or is only likely, then the rest.

  review --undo ID [--take ours|theirs|base]    put the conflict back, or one side's version
  review --accept ID                            agree; what was taken back is put in again
  review --propose [ID]                         ask a program or a model about what is open

Both change one place of one file in the worktree, and refuse where that place was edited since; in
a merge in progress a file whose conflict is back is unmerged again. --accept undoes --undo exactly.

--propose asks the proposer of the settings (merge.proposer), secrets taken out, and shows what it
would write; --dry-run shows what would be sent. --accept ID puts a proposal in. With --gate, where
nothing else is open, the merge with all proposals is tested first, and put in if it passes.

Exit codes: 0 nothing is open (or done), 1 conflicts are open (or the place was edited), 2 no such
commit or id, 3 refused: the file would no longer parse, or the settings are not approved, 5 the
proposer cannot be reached.

Example:
  git anvcs review
  git anvcs review HEAD~3 --json
  git anvcs review 4f0c
  git anvcs review --undo 4f0c --take theirs
"""

from argparse import ArgumentParser
import re

from git_anvcs.cli import gated, reviewed
from git_anvcs.cli.command import Call
from git_anvcs.flows import kept_proposals as kept
from git_anvcs.flows.review import look, put, subject
from git_anvcs.flows.review.items import OPEN, PROPOSED, Item
from git_anvcs.flows.review.look import Review
from git_anvcs.flows.review.put import Put
from git_anvcs.kernel.errors import DONE, NO, REFUSED, AnvcsError, UsageError
from git_anvcs.merge.places import STANDS, UNDONE

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
    parser.add_argument(
        "--propose",
        nargs="?",
        const="all",
        metavar="ID",
        help="ask about one conflict, or all",
    )
    parser.add_argument(
        "--gate", "--check", action="append", default=[], metavar="CMD",
        help="what the merge with all proposals must pass; `configured`",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="change nothing, send nothing")


def run(call: Call) -> int:
    name, item = _asked(call)
    found = subject.find(call.repo, name)
    with call.output.working("looking at the merge"):
        review = look.look(call.repo, found, call.env) if found else None
    args = call.args
    if sum(map(bool, (args.undo, args.accept, args.propose))) > 1:
        raise UsageError("one of --undo, --accept and --propose")
    if args.propose:
        return _propose(call, review)
    if review and (args.undo or args.accept):
        return _decide(call, review)
    if item or args.undo or args.accept:
        return _one(call, review, item or args.undo or args.accept)
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
    facts, said = None, list[str]()
    if waiting := kept.read(call.repo).get(item.id) if item.proposal else None:
        from git_anvcs.cli import proposing

        facts = proposing.proposal_json(waiting)
        said = list(proposing.proposal_text(waiting)) if item.state == OPEN else []
    output.answer(
        {**reviewed.item_json(item), "proposal": facts},
        lambda: "\n".join([*reviewed.one(item, output.verbosity, colour=output.colour), *said]),
    )
    return NO if item.state == OPEN else DONE


def _item(review: Review | None, name: str) -> Item:
    found = reviewed.found(review, name)
    if len(found) != 1:
        said = "no decision or conflict" if not found else f"{len(found)} of them"
        raise UsageError(f"{said} here has an id that begins with {name}", hint="git anvcs review")
    return found[0]


def _propose(call: Call, review: Review | None) -> int:
    """--propose: exit 0 where every question has an answer that may be put in."""
    from git_anvcs.cli import proposing  # loads who is asked, and the guard

    if review is None or not review.subject.in_progress:
        raise AnvcsError("no merge is in progress here", hint="a proposal is for what is open")
    name = call.args.propose
    chosen = proposing.conflicts(review) if name == "all" else [_item(review, name)]
    if call.args.dry_run:
        proposing.dry(call, review, chosen)
        return DONE
    gate = bool(call.args.gate)
    checks, notebooks = (gated.asked(call), gated.notebooks(call)) if gate else ((), False)
    done = proposing.ask(call, review, chosen, checks, notebooks=notebooks)
    call.output.answer(proposing.as_json(done), lambda: "\n".join(proposing.text(done)))
    if done.tested and done.tested.verdict and not done.tested.passed:
        return REFUSED
    return DONE if done.made and all(one.state != kept.REFUSED for one in done.made) else NO


def _decide(call: Call, review: Review) -> int:
    """--undo and --accept."""
    args, dry = call.args, call.args.dry_run
    if args.undo:
        done = [_undone(call, review, _item(review, args.undo))]
    elif args.accept == "all":
        chosen = [one for one in review.items if one.state == "decided" and not one.accepted]
        done = [put.accept(call.repo, review, one, dry=dry) for one in chosen]
    else:
        done = [_accepted(call, review, _item(review, args.accept))]
    facts = {"dry_run": dry, "done": list(map(reviewed.put_json, done))}
    call.output.answer(facts, lambda: "\n".join(reviewed.put_text(one, dry=dry) for one in done))
    return DONE


def _accepted(call: Call, review: Review, item: Item) -> Put:
    """What a rule decided, or what was proposed for an open conflict."""
    dry = call.args.dry_run
    proposal = kept.read(call.repo).get(item.id) if item.state == OPEN else None
    if proposal is None or proposal.state == kept.REFUSED:
        return put.accept(call.repo, review, item, dry=dry)
    if not dry:
        from git_anvcs.flows.proposals import offer

        offer.accept(call.repo, review, item, proposal, "a person")
    return Put(item, STANDS, written=True, unmerged=True)


def _undone(call: Call, review: Review, item: Item) -> Put:
    dry = call.args.dry_run
    if item.state != PROPOSED:
        return put.undo(call.repo, review, item, call.args.take, dry=dry)
    if call.args.take != put.MARKERS:
        raise UsageError("a proposal is undone to its conflict: without --take")
    if not dry:
        from git_anvcs.flows.proposals import offer

        offer.take_out(call.repo, review.file_of(item), kept.read(call.repo)[item.id])
    return Put(item, UNDONE, written=True, unmerged=True)
