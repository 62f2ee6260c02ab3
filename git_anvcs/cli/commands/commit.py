"""Run git commit, and say who made the commit and how; its record is complete on return.

Takes all of git commit's own options and paths, untouched, and Git's exit code is the answer.
What is told here wins over `git anvcs context` and over what hooks observe. Everything told is
checked before Git runs: a report that cannot be read, a model not named PROVIDER/MODEL stop it.

Tests count only for the tree they ran on: the tracked files as they lie in the worktree. If a
file of the commit is newer than the report, an untracked source file may have helped, or the
commit takes only a part of the changes, the result is not recorded, and a note says why.

An artifact is a file that belongs to the commit, tracked in Git or not: its content is kept beside
Git, goes to the store as large files do, and `git-ai-blob checkout --record COMMIT` brings it back.

--preview and --dry-run show what would be committed and recorded, and change nothing. A commit
is undone as ever (git reset --soft HEAD~1); its record stays with the old commit.

Examples:
  git anvcs commit -am "Round half up" --test-report junit.xml --coverage coverage.xml
  git anvcs commit -m "Fix #12" --agent claude:42 --model anthropic/claude-opus-4-6 \\
      --prompt-file prompt.txt
  git anvcs commit -am "Train longer" --artifact out/model.safetensors:model
  git anvcs commit --preview -a
"""

from argparse import ArgumentParser
from pathlib import Path
import sys
from typing import Any

from git_anvcs.cli.command import Call
from git_anvcs.flows import commit
from git_anvcs.flows.commit import Checked, Committed, Told
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import DONE, UsageError
from git_anvcs.kernel.terminal import safe
from git_anvcs.provenance.artifacts import TYPES
from git_anvcs.provenance.prompts import LONGEST, POLICIES

# Our options and how many words follow each.
OPTIONS = {
    "--agent": 1,
    "--model": 1,
    "--prompt": 1,
    "--prompt-file": 1,
    "--prompt-policy": 1,
    "--test-report": 1,
    "--coverage": 1,
    "--artifact": 1,
    "--preview": 0,
    "--dry-run": 0,
}

# git-commit(1): options that take the next word.
GIT_TAKES_VALUE = frozenset(
    {
        *("-m", "-F", "-C", "-c", "-t", "--message", "--file", "--template", "--author", "--date"),
        *("--reuse-message", "--reedit-message", "--fixup", "--squash", "--cleanup", "--trailer"),
        "--pathspec-from-file",
    }
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.usage = "git anvcs commit [our options] [options of git commit] [--] [PATH ...]"
    parser.add_argument("--agent", metavar="ID", help="TOOL:SESSION, or human")
    parser.add_argument("--model", metavar="PROVIDER/MODEL", help="as models.dev names it")
    prompt = parser.add_mutually_exclusive_group()
    prompt.add_argument("--prompt", metavar="TEXT", help="what was asked for")
    prompt.add_argument("--prompt-file", metavar="FILE", help="the same from a file; - is stdin")
    parser.add_argument(
        "--prompt-policy", metavar="P", help=f"what the record holds of it: {', '.join(POLICIES)}"
    )
    parser.add_argument(
        "--test-report", metavar="FILE", action="append", default=[],
        help="JUnit XML or JSON; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--coverage", metavar="N|FILE", help="a percentage, or coverage.py, Cobertura, lcov"
    )
    parser.add_argument(
        "--artifact", metavar="FILE[:TYPE]", action="append", default=[],
        help="pin a file by its content, and keep it as a large file; may be repeated",
    )  # fmt: skip
    parser.add_argument("--preview", "--dry-run", action="store_true", help="change nothing")


def run(call: Call) -> int:
    checked = commit.check(call.repo, call.cwd, _told(call))
    if call.args.preview:
        return _preview(call, checked)
    as_json = call.output.as_json
    done = commit.commit(call.repo, call.cwd, call.env, checked, call.rest, to_stderr=as_json)
    if done.commit is None:
        if as_json:
            call.output.answer({"commit": None, "record": None, "exit_code": done.exit_code}, "")
        return done.exit_code
    for note in _notes(done):
        call.output.note(note)
    value = done.record.value if done.record else None
    facts = {"commit": done.commit, "record": value, "untested": done.untested}
    call.output.answer(facts, "")
    return DONE


def _told(call: Call) -> Told:
    args = call.args
    return Told(
        agent=args.agent,
        model=args.model,
        prompt=_prompt(call),
        policy=args.prompt_policy,
        reports=tuple(map(Path, args.test_report)),
        coverage=args.coverage,
        artifacts=tuple(_artifact(call.cwd, word) for word in args.artifact),
    )


def _artifact(cwd: Path, word: str) -> tuple[Path, str]:
    """The file, and its type behind a colon, unless the whole word is a file. Raises UsageError."""
    name, colon, kind = word.rpartition(":")
    if not colon or not name or (cwd / word).exists():
        return Path(word), "other"
    if kind not in TYPES:
        raise UsageError(
            f"--artifact {word}: {kind!r} is no type of artifact", hint=f"one of {', '.join(TYPES)}"
        )
    return Path(name), kind


def _prompt(call: Call) -> str | None:
    name: str | None = call.args.prompt_file
    if name is None:
        prompt: str | None = call.args.prompt
        return prompt
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LONGEST * 4)
        else:
            with (call.cwd / name).open("rb") as file:
                data = file.read(LONGEST * 4)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    return data.decode(errors="replace")


def _preview(call: Call, checked: Checked) -> int:
    found = commit.preview(call.repo, call.env, checked)
    argv = ("git", "commit", "--dry-run", *call.rest)
    code = process.attach(argv, cwd=call.cwd, to_stderr=call.output.as_json, configured=True)
    call.output.answer({**found, "exit_code": code}, lambda: _claim_text(found))
    return code


def _claim_text(found: dict[str, Any]) -> str:
    claim = found["claim"]
    how = claim["ext"]["anvcs.intake"]
    lines = [
        "the record would say",
        f"  agent    {safe(claim['agent_id'])}  ({how['method']}, {how['confidence']} confidence)",
        f"  model    {safe(claim['model'] or 'not known')}",
        f"  prompt   {claim.get('prompt_info', {}).get('policy', 'none')}",
    ]
    if "tests_passed" in claim:
        tests = claim["tests"]
        lines.append(f"  tests    {tests['failed']} of {tests['total']} failed")
    if "coverage" in claim:
        lines.append(f"  coverage {claim['coverage']} %")
    lines += [f"  artifact {safe(entry['name'])}" for entry in claim.get("artifacts", [])]
    if found["untested"]:
        lines.append(f"  no test result: {safe(found['untested'])}")
    return "\n".join(lines)


def _notes(done: Committed) -> list[str]:
    notes = []
    if done.drained.problem:
        notes.append(f"the record waits to be written: {done.drained.problem.message}")
    elif done.record is None:
        notes.append("the record waits for the end of the rebase")
    if done.untested:
        notes.append(f"the tests' result is not recorded: {safe(done.untested)}")
    return notes
