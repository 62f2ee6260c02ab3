"""Run git add, and remember which agent's session staged the files.

All options and paths are git add's own, untouched, and so is the exit code. When the shell
belongs to an agent (ANVCS_SESSION is set, or Codex's CODEX_THREAD_ID), the paths that became
staged are noted for the record of the commit that takes them. Undo as ever: git restore --staged
PATH. --dry-run is git add's.

Example:
  git anvcs add -p src/parser.py
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import staging
from git_anvcs.kernel.errors import DONE
from git_anvcs.provenance.environment import session_in

OPTIONS: dict[str, int] = {}

# git-add(1): options that take the next word.
GIT_TAKES_VALUE = frozenset({"--chmod", "--pathspec-from-file"})


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = "git anvcs add [options of git add] [--] [PATH ...]"


def run(call: Call) -> int:
    session = session_in(call.env)
    done = staging.add(
        call.repo, call.cwd, call.rest, session=session, to_stderr=call.output.as_json
    )
    if call.output.as_json or done.exit_code == DONE:
        facts = {"exit_code": done.exit_code, "staged": list(done.staged), "session": done.who}
        call.output.answer(facts, "")
    return done.exit_code
