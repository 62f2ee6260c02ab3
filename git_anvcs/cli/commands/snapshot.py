"""Commit what one session alone changed, or what the policy says is due.

The journal knows whose every save is. Files that only the session changed are committed whole; of
files that others changed, too, its lines, where they stand apart. What cannot be told apart stays
out, and so does what is staged, what belongs to others, and what nobody is known to have written.
The index keeps what is staged, nobody's file is touched, hooks run, the record names the session.

Without --session: the one session that changed something here. Shows what it would commit and asks.
--style commits, in a commit of their own (style: ...), the files of which only the form was changed
since HEAD, whoever did that: layout, line breaks, quotes, as a formatter changes them.
--accept commits what was proposed: with the policy ci-validated only the very tree that passed.
--due does what the setting commits.policy says: the daemon calls it; a commit is proposed, or made
where commits.mode says make and the branch is allowed (commits.branches, or a worktree of the
session's own; never the default branch unless it is named).

Nothing is committed during a merge, a rebase, a cherry-pick or a bisect, on no branch, or where a
pre-commit hook would see somebody else's work.

Exit codes: 0 done, or nothing is due; 1 nothing to commit, not agreed to, or a hook refused; 2 no
such session; 3 not now or not here.

Example:
  git anvcs snapshot --session claude:7f3a --dry-run
  git anvcs snapshot -m "Parse numbers" --yes
  git anvcs snapshot --accept
"""

from argparse import ArgumentParser

from git_anvcs.cli import snapped
from git_anvcs.cli.command import Call
from git_anvcs.cli.journaling import journal_of
from git_anvcs.flows import settings
from git_anvcs.flows.journal import sessions
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.snapshots import make, own, policy, proposed
from git_anvcs.flows.snapshots.proposed import Proposal
from git_anvcs.kernel.errors import DONE, NO, UsageError
from git_anvcs.store.paths import Paths


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--session", metavar="TOOL:ID", help="whose changes")
    parser.add_argument("-m", "--message", metavar="TEXT", help="the commit's message")
    parser.add_argument(
        "--style", action="store_true", help="commit files of which only the form was changed"
    )
    parser.add_argument("--accept", action="store_true", help="commit what was proposed")
    parser.add_argument("--due", action="store_true", help="do what the policy says is due")
    parser.add_argument("--dry-run", action="store_true", help="only show what would be committed")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def run(call: Call) -> int:
    with journal_of(call) as here:
        if call.args.due:
            found = policy.run(here, settings.load(call.repo, call.env), call.env)
            call.output.answer(snapped.due_as_json(found), lambda: snapped.due(found))
            return DONE
        return _committed(call, here)


def _committed(call: Call, here: Opened) -> int:
    args = call.args
    told = _proposed(call, here) if args.accept else None
    session = told.session if told else _named(here, args.session, style=args.style)
    share = own.form(here) if args.style else own.of(here, session)
    message = args.message or policy.message(session, share)
    if share.files and not call.output.as_json and (args.dry_run or not (args.yes or told)):
        print("\n".join(snapped.planned(session, share, message)))
    agreed = args.yes or told is not None
    asks = bool(share.files) and not args.dry_run
    agreed = agreed or (asks and call.output.confirm("commit this?"))
    if not share.files or args.dry_run or not agreed:
        call.output.answer(
            snapped.as_json(session, share, message, None), snapped.not_done(share, args.dry_run)
        )
        return DONE if args.dry_run and share.files else NO
    wanted = told.tree if told else ""
    done = make.make(here, share, session, message, call.env, wanted=wanted)
    proposed.drop(Paths(call.repo.common_dir), here.lane, session)
    call.output.answer(
        snapped.as_json(session, share, message, done),
        lambda: snapped.text(session, share, done),
    )
    return DONE


def _proposed(call: Call, here: Opened) -> Proposal:
    """What is proposed in this worktree. Raises UsageError."""
    paths = Paths(call.repo.common_dir)
    found = [one for one in proposed.read(paths) if one.lane == here.lane and not one.failed]
    found = [one for one in found if call.args.session in (None, one.session)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError("nothing is proposed here", hint="git anvcs snapshot --due looks")
    names = ", ".join(one.session for one in found)
    raise UsageError(f"several are proposed: {names}", hint="--session says which")


def _named(here: Opened, said: str | None, *, style: bool) -> str:
    """Whose work it is; empty for form alone. Raises UsageError, AnvcsError."""
    if said is None:
        return "" if style else _only(here)
    return said if said in here.journal.authors() else sessions.named(here, said).name


def _only(here: Opened) -> str:
    """The one session that changed something. Raises UsageError."""
    found = own.sessions(here)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            "no change here is known to be a session's",
            hint="agents' hooks tell whose a save is: git anvcs init --agents auto",
        )
    raise UsageError(f"several have changes here: {', '.join(found)}", hint="--session says which")
