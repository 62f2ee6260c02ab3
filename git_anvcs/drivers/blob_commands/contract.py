"""Check tables against the data contracts of this repository, contracts/*.json.

A contract names files, and what their rows and columns must be: types, ranges,
allowed values, null rates, uniqueness, how many rows. `check` without a PATH
checks every file that a contract names, with it only those there.

Exit code 0: all hold; 1: a rule is broken, or a file cannot be read as a
table; 2: a contract is none; 5: some contents are not in this clone, the rest
holds.

Example:
  git-ai-blob contract check
  git-ai-blob contract check data/ --json
"""

from argparse import ArgumentParser
from typing import Any

from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import contracts
from git_anvcs.flows.blobs.contracts import Checked
from git_anvcs.kernel.errors import DONE, NO, OFFLINE, UsageError
from git_anvcs.kernel.terminal import quoted


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("action", choices=("check",), help="what to do")
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only these files or folders")


def run(call: Call) -> int:
    within = [(call.cwd / path).resolve() for path in call.args.paths]
    for path, word in zip(within, call.args.paths, strict=True):
        if not path.exists():
            raise UsageError(f"there is no file {word}")
    found = contracts.read(call.repo)
    if not found:
        call.note("no contract in contracts/*.json: nothing was checked")
    checked = list(contracts.check(call.repo, found, within))
    code = _code(checked)
    value = {"ok": code == DONE, "checked": [one._asdict() for one in checked]}
    call.answer(value, "\n".join(line for one in checked for line in _lines(one, call.quiet)))
    return code


def _code(checked: list[Checked]) -> int:
    if any(one.findings or (one.problem and not one.missing) for one in checked):
        return NO
    return OFFLINE if any(one.missing for one in checked) else DONE


def _lines(one: Checked, quiet: bool) -> list[str]:
    name = quoted(f"{one.file or one.contract}")
    if one.problem:
        return [f"{name}: {one.problem}"]
    if one.findings:
        said = [f"{name}: {counted(len(one.findings), 'broken rule')} of {one.contract}"]
        return said + [f"  {_told(finding)}" for finding in one.findings]
    return [] if quiet else [f"{name}: holds {one.contract}"]


def _told(finding: dict[str, Any]) -> str:
    column = f"{finding['column']}: " if finding["column"] else ""
    first = f" (first: row {finding['first']})" if finding["first"] else ""
    return f"{column}{finding['message']}{first}"
