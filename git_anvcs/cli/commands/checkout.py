"""Run git checkout, and bring our files in step: records, and the mirror .ai/meta/.

All options and paths are git checkout's own, untouched, and so is the exit code. Undo as ever:
git checkout - goes back.

Example:
  git anvcs checkout -b fix-rounding
"""

from argparse import ArgumentParser

from git_anvcs.cli.command import Call
from git_anvcs.flows import reading
from git_anvcs.kernel import process

OPTIONS: dict[str, int] = {}

# git-checkout(1): options that take the next word.
GIT_TAKES_VALUE = frozenset({"-b", "-B", "--orphan", "--conflict", "--pathspec-from-file"})


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = "git anvcs checkout [options of git checkout] [BRANCH] [--] [PATH ...]"


def run(call: Call) -> int:
    repo, as_json = call.repo, call.output.as_json
    code = process.attach(
        ("git", "checkout", *call.rest), cwd=call.cwd, to_stderr=as_json, configured=True
    )
    reading.ready(repo, call.output.note)
    if as_json:
        head = repo.resolve("HEAD")
        branch = repo.try_git("symbolic-ref", "--quiet", "--short", "HEAD").stdout
        name = branch.decode(errors="replace").strip() or None
        call.output.answer({"exit_code": code, "commit": head, "branch": name}, "")
    return code
