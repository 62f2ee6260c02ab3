"""Tell what the last merges decided by themselves, by which rule, and what they left open.

FILE is a path in the repository: its newest merge; ID is a run as listed.
Without either, the newest run of every file. The runs of the last 256 merged
files are kept in the Git directory.

Example:
  git-ai-merge explain package.json
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
import json
import os
from pathlib import Path

from git_anvcs.drivers.say import Call, counted
from git_anvcs.kernel.clock import rfc3339
from git_anvcs.kernel.errors import AnvcsError


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("what", metavar="FILE|ID", nargs="?", help="one file, or one run")
    parser.add_argument("--all", action="store_true", help="older runs of a file too")


def run(call: Call) -> int:
    found = _wanted(call, list(runs(call.repo.common_dir)))
    if not found:
        raise AnvcsError(
            f"no merge of {call.args.what} is on record"
            if call.args.what
            else "no merge is on record here",
            hint="merges that Git's line merge decided alone are not written down",
        )
    call.answer({"runs": found}, "\n\n".join(_text(facts) for facts in found))
    return 0


def runs(home: Path) -> Iterator[dict[str, object]]:
    """The runs kept under the common Git dir `home`, newest first; unreadable ones are skipped."""
    folder = home / "anvcs" / "merges"
    for file in sorted(folder.glob("*.json"), reverse=True):
        try:
            facts = json.loads(file.read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(facts, dict) and isinstance(facts.get("path"), str):
            yield {**facts, "id": file.stem}


def _wanted(call: Call, found: list[dict[str, object]]) -> list[dict[str, object]]:
    what = call.args.what
    if what and any(facts["id"] == what for facts in found):
        return [facts for facts in found if facts["id"] == what]
    if what:
        names = {what, os.path.relpath(call.cwd / what, call.repo.root)}
        found = [facts for facts in found if facts["path"] in names]
    if call.args.all:
        return found
    newest: dict[object, dict[str, object]] = {}
    for facts in found:
        newest.setdefault(facts["path"], facts)
    return list(newest.values())


def _text(facts: Mapping[str, object]) -> str:
    decided, left = _list(facts, "resolutions"), _list(facts, "conflicts")
    head = (
        f"{facts['path']}  ({facts.get('format', '?')}, {_when(str(facts['id']))},"
        f" run {facts['id']})"
    )
    lines = [head]
    lines += [
        f"  decided  {one.get('where') or '(top)'}: {one.get('rule', '?')}" for one in decided
    ]
    lines += [
        f"  open     {one.get('where') or 'line ' + str(one.get('line'))}: {one.get('kind', '?')}"
        for one in left
    ]
    lines.append(f"  {counted(len(decided), 'decision')}, {counted(len(left), 'conflict')}")
    return "\n".join(lines)


def _list(facts: Mapping[str, object], key: str) -> list[dict[str, object]]:
    value = facts.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _when(name: str) -> str:
    digits = name.partition("-")[0]
    return rfc3339(int(digits) / 1e9) if digits.isdigit() else "?"
