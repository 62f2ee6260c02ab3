"""Tell what the last merges decided by themselves, by which rule and why, and why the rest is open.

FILE is a path in the repository: its newest merge; ID is a run as listed.
Without either, the newest run of every file. The runs of the last 256 merged
files are kept in the Git directory.

Example:
  git-ai-merge explain package.json
"""

from argparse import ArgumentParser
import os

from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows import merge_runs
from git_anvcs.flows.merge_runs import Run
from git_anvcs.kernel.clock import rfc3339
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.merge import reasons


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", metavar="FILE|ID", nargs="?", help="one file, or one run")
    parser.add_argument("--all", action="store_true", help="older runs of a file too")


def run(call: Call) -> int:
    found = _wanted(call, list(merge_runs.read(call.repo.common_dir)))
    if not found:
        raise AnvcsError(
            f"no merge of {call.args.what} is on record"
            if call.args.what
            else "no merge is on record here",
            hint="merges that Git's line merge decided alone are not written down",
        )
    call.answer({"runs": list(map(_facts, found))}, "\n\n".join(map(_text, found)))
    return 0


def _wanted(call: Call, found: list[Run]) -> list[Run]:
    what = call.args.what
    if what and any(run.id == what for run in found):
        return [run for run in found if run.id == what]
    if what:
        names = {what, os.path.relpath(call.cwd / what, call.repo.root)}
        found = [run for run in found if run.path in names]
    if call.args.all:
        return found
    newest: dict[str, Run] = {}
    for run in found:
        newest.setdefault(run.path, run)
    return list(newest.values())


def _facts(run: Run) -> dict[str, object]:
    decided = [
        {**one._asdict(), "why": reason.words, "speculative": reason.speculative}
        for one in run.resolutions
        for reason in (reasons.of_rule(one.rule),)
    ]
    left = [{**one._asdict(), "why": reasons.of_conflict(one.kind)} for one in run.conflicts]
    return {
        "id": run.id,
        "path": run.path,
        "format": run.format,
        "labels": run.options.labels._asdict(),
        "sha256": dict(run.digests),
        "resolutions": decided,
        "conflicts": left,
    }


def _text(run: Run) -> str:
    lines = [f"{run.path}  ({run.format}, {_when(run.id)}, run {run.id})"]
    for made in run.resolutions:
        lines.append(f"  decided  {made.where or '(top)'}: {made.rule}")
        lines.append(f"           {reasons.of_rule(made.rule).words}")
    for left in run.conflicts:
        lines.append(f"  open     {left.where or f'line {left.line}'}: {left.kind}")
        lines.append(f"           {reasons.of_conflict(left.kind)}")
    told = counted(len(run.resolutions), "decision"), counted(len(run.conflicts), "conflict")
    return "\n".join([*lines, f"  {told[0]}, {told[1]}"])


def _when(name: str) -> str:
    digits = name.partition("-")[0]
    return rfc3339(int(digits) / 1e9) if digits.isdigit() else "?"
