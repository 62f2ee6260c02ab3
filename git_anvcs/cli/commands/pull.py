"""Bring in the records of the remote, then run git pull.

All options and refs are git pull's own, untouched, and so is the exit code. Records that other
clones made are joined with ours; nothing of ours is replaced, and lines that are no records are
set aside (`git anvcs doctor` lists them). After a clone this brings everything there is. It sends
nothing, so any remote of this clone may be asked.

--records brings only records and leaves the branches alone. --dry-run is git pull's. To undo a
pull: git reset --hard ORIG_HEAD; records only ever grow, and the reflog of refs/anvcs/meta
remembers every state.

Exit codes: git pull's own, 4 records could not be brought, 5 the remote cannot be reached.

Example:
  git anvcs pull
  git anvcs pull --rebase origin main
  git anvcs pull --records
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import pull, reading, remotes, settings
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe_text

OPTIONS = {"--records": 0}

GIT_TAKES_VALUE = pull.TAKES_VALUE


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = "git anvcs pull [--records] [options of git pull] [REMOTE [REF ...]]"
    parser.add_argument("--records", action="store_true", help="only records, no git pull")


def run(call: Call) -> int:
    repo, words = call.repo, tuple(call.rest)
    in_force = settings.load(repo, call.env)
    reading.ready(repo, call.output.note)
    if call.args.records:
        remotes.only_names(words)
        remote = remotes.for_pull(repo, words, GIT_TAKES_VALUE)
        if not remote:
            raise UsageError("there is no remote to ask", hint="git remote add origin URL")
        done = pull.bring(repo, in_force, remote)
    else:
        as_json = call.output.as_json
        done = pull.pull(repo, call.cwd, in_force, words, to_stderr=as_json)
        reading.ready(repo, call.output.note)
    for note in done.notes:
        call.output.note(safe_text(note))
    facts = {
        "exit_code": done.exit_code,
        "remote": done.remote,
        "received": done.received,
        "set_aside": done.set_aside,
        "notes": list(done.notes),
    }
    aside = f"; {done.set_aside} lines set aside" if done.set_aside else ""
    new = f"of {done.received} commits are new" if done.received else "nothing new"
    call.output.answer(facts, f"records: {new}{aside}")
    return done.exit_code
