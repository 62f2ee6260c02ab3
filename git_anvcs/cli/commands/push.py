"""Run git push, then send the records of what the remote has to where records may go.

All options and refs are git push's own, untouched, and it runs first: nothing of ours can make it
fail. Records go to remotes on the list only (`git anvcs init --remote NAME`), or all of them to
`anvcs.meta.remote` if that is set; prompts stay here unless the policy `inline` let them into the
record. A plain `git push` does the same through the pre-push hook, in the background.

Out of reach: the push and the records wait (exit code 5) and the next `git anvcs push` sends
them. A push that forces or deletes is never repeated later. --dry-run changes nothing anywhere.
What was sent is undone by nothing: a writer's ref only ever grows.

Exit codes: git push's own, 4 the branches are pushed but records were refused, 5 it waits.

Example:
  git anvcs push
  git anvcs push -u origin main
  git anvcs push --records origin
"""

from argparse import SUPPRESS, ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import push, reading, remotes, settings
from git_anvcs.git.repo import GUARD
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import DONE, UsageError
from git_anvcs.kernel.settings import Settings
from git_anvcs.kernel.terminal import safe_text

# Our options and how many words follow each.
OPTIONS = {"--records": 0, "--fallback": 0, "--after": 1, "--dry-run": 0}

GIT_TAKES_VALUE = push.TAKES_VALUE


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = (
        "git anvcs push [--records] [--fallback] [options of git push] [REMOTE [REF ...]]"
    )
    parser.add_argument("--records", action="store_true", help="only records, no git push")
    parser.add_argument(
        "--fallback",
        action="store_true",
        help="let a host that refuses refs/anvcs/ have records as a branch",
    )
    parser.add_argument("--dry-run", action="store_true", help="show it, send nothing")
    parser.add_argument("--after", type=int, metavar="PID", help=SUPPRESS)


def run(call: Call) -> int:
    args = call.args
    if args.records:
        remotes.only_names(call.rest)
    in_force = settings.load(call.repo, call.env)
    asked = push.Asked(tuple(call.rest), args.records, args.fallback, to_stderr=call.output.as_json)
    if args.after is not None:
        names = [word for word in call.rest if word != "--"]
        if len(names) != 1:
            raise UsageError("--after needs the name of a remote")
        push.after(call.repo, in_force, names[0], args.after)
        return DONE
    reading.ready(call.repo, call.output.note)
    if args.dry_run or push.only_tries(asked.words):
        return _preview(call, in_force, asked)
    with call.output.working("sending records"):
        done = push.push(call.repo, call.cwd, in_force, asked)
    for note in done.notes:
        call.output.note(safe_text(note))
    facts = {
        "exit_code": done.exit_code,
        "remote": done.remote,
        "target": done.target or None,
        "ref": done.sent.ref or None,
        "sent": done.sent.records,
        "envelopes": done.sent.envelopes,
        "held_back": done.sent.held_back,
        "received": done.sent.received,
        "queued": done.queued,
        "notes": list(done.notes),
    }
    call.output.answer(facts, lambda: _text(done))
    return done.exit_code


def _preview(call: Call, in_force: Settings, asked: push.Asked) -> int:
    code = DONE
    if not asked.only_records:
        argv = ("git", "push", "--dry-run", *asked.words)
        code = process.attach(
            argv, cwd=call.cwd, env=GUARD, to_stderr=asked.to_stderr, configured=True
        )
    target, count, held_back = push.preview(call.repo, in_force, asked)
    facts = {
        "exit_code": code,
        "target": target or None,
        "would_send": count,
        "held_back": held_back,
        "dry_run": True,
    }
    where = f"records of {count} commits would go to {target}" if target else "records stay here"
    call.output.answer(facts, where)
    return code


def _text(done: push.Pushed) -> str:
    if not done.target or done.queued or done.exit_code:
        return ""
    signed = f", {done.sent.envelopes} signed statements" if done.sent.envelopes else ""
    if not done.sent.records and not signed:
        return f"records: {done.target} has them all"
    return f"records: those of {done.sent.records} commits{signed} went to {done.target}"
