"""What each agent's session did between commits, and taking back what one of them did.

  sessions list                  every session: when, files, lines, commits; the newest first
  sessions show S                its files, saves, commits and prompts; what is still there
  sessions revert S [PATH...]    take back what S did here, and nothing that others did
  sessions export S              write a replay of it that plays anywhere

S is TOOL:SESSION, the tool's own id, a key of records (s_...), or the beginning or end of one.

revert deletes what S put in and is still there, and puts back what S took out where nobody
rewrote it; files it made go, files it deleted come back. What others built on cannot be taken
back alone: it stays, and is shown as a conflict (--markers writes conflict markers into the
file). HEAD, branches and the index stay as they are; committed work is taken back in the files.
It shows what it would change and asks first; --yes does not ask. What it did can be undone by
the command it prints.

export writes .ai/sessions/<key>/ (or --output DIR): a manifest, and the changes of every file S
changed, with their times. `git anvcs replay` plays it. Files that Git ignores are not in it, and
nothing of what a file with a secret holds.

Exit codes: 0 done, 1 nothing to do, no such session or not agreed to, 2 wrong usage, 4 some
stays as it is.

Example:
  git anvcs sessions list --since 2d
  git anvcs sessions revert claude:7f3a --dry-run
  git anvcs sessions revert 7f3a src/app.py --yes
"""

from argparse import ArgumentParser
import sys

from git_anvcs.cli import sessioned
from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import count
from git_anvcs.cli.journaling import journal_of
from git_anvcs.cli.pager import paged
from git_anvcs.flows import reading
from git_anvcs.flows.journal import moments, replaying, revert, sessions, shown_session, whole
from git_anvcs.flows.journal.sessions import Lines
from git_anvcs.kernel.errors import DONE, NO, PARTLY, UsageError
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=tuple(_ACTIONS), help="what to do, see above")
    parser.add_argument("session", nargs="?", metavar="S", help="which session")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="revert: only these")
    parser.add_argument("--since", metavar="WHEN", help="list: a duration (2w, 36h) or a date")
    parser.add_argument(
        "-n", type=count, default=20, metavar="N", help="at most N sessions or looks; 0: all"
    )
    parser.add_argument("--all-worktrees", action="store_true", help="list: not of this one alone")
    parser.add_argument("--output", metavar="DIR", help="export: where to")
    parser.add_argument("--markers", action="store_true", help="revert: write conflict markers")
    parser.add_argument("-y", "--yes", action="store_true", help="revert: do not ask")
    parser.add_argument("--dry-run", action="store_true", help="revert: only show")


def run(call: Call) -> int:
    action = call.args.action
    if action == "list" and call.args.session:
        raise UsageError(f"git anvcs sessions list takes no {call.args.session!r}")
    if action != "list" and not (call.args.session or "").strip():
        raise UsageError("which session?", hint="`git anvcs sessions list` names them")
    reading.ready(call.repo, call.output.note)
    return _ACTIONS[action](call)


def _list(call: Call) -> int:
    args = call.args
    since = moments.seconds_of(args.since) if args.since else 0.0
    with journal_of(call, reads=True) as here:
        found = sessions.listed(here, since, None if args.all_worktrees else here.lane)
        shown = found[: args.n] if args.n else found
        counted = sessions.lines(here, shown)
    if call.output.as_json:
        facts = (sessioned.facts(one, counted.get(one.name, Lines())) for one in shown)
        call.output.stream("sessions", facts)
        return DONE
    with paged(call):
        for line in sessioned.rows(shown, counted, colour=call.output.colour):
            print(line)
    if not found:
        where = "" if args.all_worktrees else " in this worktree (--all-worktrees asks all)"
        call.output.note(f"no session is known{where}: agents' hooks tell whose a save is")
    if len(found) > len(shown):
        call.output.note(f"{len(found) - len(shown):,} older ones: -n 0 lists all")
    return DONE


def _show(call: Call) -> int:
    if call.args.paths:
        raise UsageError("git anvcs sessions show takes no paths", hint="git anvcs timeline PATH")
    with journal_of(call, reads=True) as here:
        session = sessions.named(here, call.args.session)
        found = shown_session.shown(here, session, call.args.n)
    if call.output.as_json:
        call.output.answer(sessioned.whole_json(found), "")
        return DONE
    with paged(call):
        for line in sessioned.whole(found, colour=call.output.colour):
            print(line)
    return DONE


def _revert(call: Call) -> int:
    args = call.args
    with journal_of(call) as here:
        session = sessions.named(here, args.session)
        if session.running:
            call.output.note(f"{safe(session.name)} has not ended: it may go on writing")
        paths = [whole.named(call.repo, call.cwd, path) for path in args.paths]
        plan = revert.plan(here, session.name, paths, marked=args.markers)
        shown = call.output.verbosity > 0 or args.dry_run
        if not call.output.as_json and (shown or not args.yes):
            lines = sessioned.planned(plan, colour=call.output.colour, diffs=shown)
            print("\n".join(lines))
        wanted = bool(plan.files) and not args.dry_run
        if not wanted or not (args.yes or call.output.confirm("take this back?")):
            said = sessioned.not_done(plan, dry=args.dry_run, asked=sys.stdin.isatty())
            call.output.answer(sessioned.as_json(plan, None), said)
            return DONE if args.dry_run else PARTLY if plan.left else NO
        done = revert.apply(here, plan)
    call.output.answer(sessioned.as_json(plan, done), lambda: sessioned.text(plan, done))
    return PARTLY if done.left else DONE


def _export(call: Call) -> int:
    args = call.args
    if args.paths:
        raise UsageError("git anvcs sessions export takes no paths: a session goes as a whole")
    with journal_of(call) as here:
        session = sessions.named(here, args.session)
        folder = (call.cwd / args.output).absolute() if args.output else None
        done = replaying.export(here, session, folder)
    call.output.answer(sessioned.exported_json(done), lambda: sessioned.exported(done))
    return PARTLY if done.withheld else DONE


_ACTIONS = {"list": _list, "show": _show, "revert": _revert, "export": _export}
