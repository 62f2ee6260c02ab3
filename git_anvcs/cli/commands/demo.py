"""Play the whole story on a real repository in a scratch folder.

Two scripted agents edit the same files in two worktrees. Plain Git stops with conflicts; git-anvcs
merges, the tests run, their result goes into the record; then: who wrote this line, a rebase that
keeps the record, four branches that land at once, what it costs on this machine, and an
uninstallation without a trace. Every
command is a real one and is printed before it runs. Needs no network; touches nothing outside the
folder it names, which it deletes at the end (`--keep` leaves it for a look around).

Example:
  git anvcs demo
  git anvcs demo --keep
"""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
import shutil
import tempfile
import time

from git_anvcs.cli.command import Call
from git_anvcs.cli.output import styled
from git_anvcs.flows.demo import story


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--keep", action="store_true", help="leave the scratch folder in place")


def run(call: Call) -> int:
    start = time.monotonic()
    root = Path(tempfile.mkdtemp(prefix="anvcs-demo-")).resolve()
    say = _silent if call.output.as_json else _speaker(colour=call.output.colour)
    say(f"git-anvcs demo: everything happens in {root}, nothing else is touched.")
    try:
        facts, stage = story.tell(root, call.env, say)
    finally:
        if not call.args.keep:
            _remove(root)
    seconds = time.monotonic() - start
    git, ours = facts.conflicts
    answer = {
        "directory": str(root),
        "kept": call.args.keep,
        "seconds": round(seconds, 2),
        "conflicted_files": {"git": git, "anvcs": ours},
        "merge_ms": _pair(facts.merge_ms),
        "commit_ms": _pair(facts.commit_ms),
        "record_survived_rebase": facts.record_survived,
        "authors_of_a_squash": list(facts.authors),
        "left_behind": list(facts.left_behind),
        "landed": list(facts.landing.landed),
        "set_aside": list(facts.landing.set_aside),
        "commands": [
            {"command": ran.command, "exit_code": ran.exit_code, "ms": round(ran.seconds * 1000, 1)}
            for ran in stage.ran
        ],
    }
    plain, with_ours = facts.merge_ms
    text = (
        f"\nFiles in conflict: {git} with plain Git, {ours} with git-anvcs"
        f" (the merge took {plain:.0f} ms and {with_ours:.0f} ms).\n"
        f"{len(stage.ran)} commands in {seconds:.1f} s. "
        + (f"The folder is still there: {root}" if call.args.keep else f"{root} is deleted.")
        + "\nIn a repository of yours: git anvcs init"
    )
    call.output.answer(answer, text)
    return 0


def _pair(values: tuple[float, float]) -> dict[str, float]:
    return {"git": round(values[0], 1), "anvcs": round(values[1], 1)}


def _silent(text: str) -> None:
    """With --json nothing is told on the way."""


def _speaker(*, colour: bool) -> Callable[[str], None]:
    def say(text: str) -> None:
        style = "bold" if text.startswith(("$ ", "\n")) else ""
        print(styled(text, style, colour=colour) if style else text, flush=True)

    return say


def _remove(root: Path) -> None:
    """Delete the scratch folder; a record being written in the background may need a moment."""
    for _ in range(20):
        shutil.rmtree(root, ignore_errors=True)
        if not root.exists():
            return
        time.sleep(0.1)
