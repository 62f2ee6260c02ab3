"""Merge branches into what is checked out here, by what files mean, and say what was decided.

It is `git merge` with our strategy: Git's messages, hooks, markers and index. Then comes what
`git anvcs review` says of it: how many files Git merged, how many our rules, what is open, what to
look at first.

  merge BRANCH...      several branches as one octopus, if none of them conflicts
  merge --dry-run …    what it would do, in memory: as `git anvcs preview`
  merge --abort        end a merge in progress; files you edited since are kept beside
  merge --undo         take back the last merge made here, if it is still the newest commit

Work that is not committed is never lost: where it is in the way nothing is done. Where checks are
configured (merge.guard.checks) or given (--gate), the merge is first made in memory and judged; one
that they refuse never reaches the worktree. --propose asks about the conflicts that are left, as
`git anvcs review --propose` does.

Exit codes: 0 done, 1 conflicts are left, or a hook refused the commit (or there is nothing to take
back), 2 no such branch, 3 refused: uncommitted work is in the way, something is in progress, or a
check failed.

Example:
  git anvcs merge topic
  git anvcs merge topic --gate 'python -m pytest -q' --json
  git anvcs merge --abort
"""

from argparse import ArgumentParser

from git_anvcs.cli import gated, merged
from git_anvcs.cli.command import Call
from git_anvcs.flows import settings as settings_flow
from git_anvcs.flows.merging import back, merge
from git_anvcs.flows.merging.merge import Asked, Outcome
from git_anvcs.flows.review import look, subject
from git_anvcs.flows.review.look import Review
from git_anvcs.kernel.errors import DONE, NO, REFUSED, AnvcsError, UsageError

_TO_GIT = ("no_ff", "ff_only", "no_commit")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("branches", nargs="*", metavar="BRANCH", help="what to merge")
    parser.add_argument("-m", dest="message", metavar="TEXT", help="message of the merge commit")
    parser.add_argument("--no-ff", action="store_true", help="a merge commit in any case")
    parser.add_argument("--ff-only", action="store_true", help="only where none is needed")
    parser.add_argument("--no-commit", action="store_true", help="stop before the commit")
    gated.add_arguments(parser)
    parser.add_argument(
        "--propose", action="store_true", help="ask the proposer about conflicts that are left"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what it would do")
    parser.add_argument("--abort", action="store_true", help="end the merge in progress")
    parser.add_argument("--undo", action="store_true", help="take back the last merge made here")


def run(call: Call) -> int:
    args = call.args
    if args.abort or args.undo:
        if args.branches or (args.abort and args.undo):
            raise UsageError("--abort and --undo stand alone")
        return _abort(call) if args.abort else _undo(call)
    if not args.branches:
        raise UsageError("merge what?", hint="git anvcs merge BRANCH")
    if args.dry_run:
        return _try(call)
    asked = _asked(call)
    done = merge.merge(call.repo, asked, call.env, call.output.note, to_stderr=call.output.as_json)
    review = _review(call, done)
    facts: list[object] = []
    said: list[str] = []
    if review and done.state == merge.CONFLICTS:
        facts, said = _proposed(call, review, asked)
    call.output.answer(
        {**merged.as_json(done, review), "proposals": facts},
        lambda: "\n".join([*merged.text(done, review, colour=call.output.colour), *said]),
    )
    if done.state == merge.REFUSED:
        return REFUSED
    return NO if done.stopped else DONE


def _asked(call: Call) -> Asked:
    args = call.args
    options = [f"--{name.replace('_', '-')}" for name in _TO_GIT if getattr(args, name)]
    if args.message is not None:
        options += ["-m", args.message]
    if call.output.verbosity < 0:
        options.append("-q")
    understand = call.env.get("ANVCS") != "0"
    checks = gated.asked(call)
    return Asked(
        tuple(args.branches),
        tuple(options),
        checks,
        gated.notebooks(call),
        fresh=args.fresh,
        understand=understand,
    )


def _review(call: Call, done: Outcome) -> Review | None:
    """What there is to look at; a summary that cannot be made is no reason to fail."""
    if done.state not in (merge.MERGED, merge.CONFLICTS, merge.UNCOMMITTED):
        return None
    if done.squashed and done.state == merge.UNCOMMITTED:  # Git does not say of what
        return None
    try:
        found = subject.find(call.repo, None)
        return look.look(call.repo, found, call.env) if found else None
    except AnvcsError as error:
        call.output.note(f"not reviewed: {error.message}")
        return None


def _proposed(call: Call, review: Review, asked: Asked) -> tuple[list[object], list[str]]:
    """What the proposer says of the conflicts, for JSON and as text; the merge stands anyhow."""
    settings = settings_flow.load(call.repo, call.env)
    if not (call.args.propose or settings.flag("merge.proposer.on_merge")):
        return [], []
    from git_anvcs.cli import proposing  # loads who is asked

    try:
        items = proposing.conflicts(review)
        done = proposing.ask(call, review, items, asked.checks, notebooks=asked.notebooks)
    except AnvcsError as error:
        call.output.note(f"nothing is proposed: {error.message}")
        return [], []
    return [proposing.proposal_json(one) for one in done.made], list(proposing.text(done))


def _try(call: Call) -> int:
    """--dry-run: one branch in detail, several only as to whether they conflict."""
    from git_anvcs.cli import previewed
    from git_anvcs.flows import preview, reading

    args = call.args
    merge.ready(call.repo)
    asked = _asked(call)
    if len(args.branches) == 1 and not asked.guarded:
        merge.tryable(call.repo, asked.names, call.env)
        onto = merge.head(call.repo).commit
        source = args.branches[0]
        found = preview.of_merge(call.repo, onto, reading.find(call.repo, source), call.env)
        call.output.answer(
            {"dry_run": True, **previewed.as_json(found)},
            lambda: "\n".join(previewed.text(found, source, "HEAD", colour=call.output.colour)),
        )
        return NO if found.conflicts or found.findings else DONE
    tried = merge.attempt(call.repo, asked, call.env, call.output.note)
    call.output.answer(merged.tried_json(tried), lambda: "\n".join(merged.tried_text(tried)))
    if tried.verdict and not tried.verdict.good:
        return REFUSED
    return NO if tried.clashes else DONE


def _abort(call: Call) -> int:
    done = back.abort(call.repo, dry=call.args.dry_run)
    call.output.answer(
        merged.aborted_json(done, dry=call.args.dry_run),
        lambda: "\n".join(merged.aborted_text(done, dry=call.args.dry_run)),
    )
    return DONE


def _undo(call: Call) -> int:
    done = back.undo(call.repo, dry=call.args.dry_run)
    call.output.answer(
        {"dry_run": call.args.dry_run, "was": done.was, "now": done.now},
        lambda: merged.undone_text(done, dry=call.args.dry_run),
    )
    return DONE
