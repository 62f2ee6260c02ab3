"""Merge the conflicting notebooks of a history again, with our driver and with nbdime's nbmerge.

For every notebook that Git conflicts on: does each leave a valid notebook, is it clean, and has it
the sources that people committed. "Valid" is judged by nbformat, cells are compared by type and
source; outputs are left out, because no merge can know them. Where people committed one side's
sources whole, and so threw away what the other did, that is counted by itself. "Lines": all source
lines that a side added or removed, white space aside; "lines alike": those that are there as often
as in what was committed. The given repository is only read.

    python -m benchmarks.notebook_merge --repo PATH/TO/clone --nbmerge PATH/TO/nbmerge
"""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
import json
from pathlib import Path
import resource
import shutil
from statistics import median
import subprocess
import sys
import tempfile
from typing import NamedTuple

import nbformat

from benchmarks.merge_cases import Case, History
from benchmarks.merge_data import Cells, cells


class Result(NamedTuple):
    """What a tool made of a case; seconds: of processor time."""

    text: bytes
    clean: bool
    seconds: float


def main() -> None:
    args = arguments()
    tools = {"git merge-file": git_argv, "git-ai-merge": ours_argv}
    if args.nbmerge:
        tools["nbmerge"] = nbmerge_argv
    found: dict[str, Counter[str]] = {name: Counter() for name in tools}
    times: dict[str, list[float]] = {name: [] for name in tools}
    with tempfile.TemporaryDirectory(prefix="anvcs-notebooks-") as folder:
        for case in cases(args, Path(folder)):
            for name, argv in tools.items():
                result = run(argv, case, Path(folder), args)
                found[name].update(verdicts(case, result))
                times[name].append(result.seconds)
    report(found, times)


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--nbmerge", help="nbdime's program, to compare with")
    parser.add_argument("--limit", type=int, help="only the newest N merges")
    args = parser.parse_args()
    if shutil.which("git-ai-merge") is None:
        sys.exit("git-ai-merge is not on PATH")
    return args


def cases(args: Namespace, folder: Path) -> Iterator[Case]:
    history = History(args.repo, folder)
    for merge in history.merges(args.limit):
        for case in history.cases(merge, {"ipynb"}, clean=False):
            if isinstance(case, Case):
                yield case
    history.close()


def git_argv(files: list[str], _args: Namespace) -> list[str]:
    base, ours, theirs = files
    return ["git", "merge-file", "-p", ours, base, theirs]


def ours_argv(files: list[str], _args: Namespace) -> list[str]:
    return ["git-ai-merge", "merge", *files]


def nbmerge_argv(files: list[str], args: Namespace) -> list[str]:
    return [args.nbmerge, *files]


def run(argv: object, case: Case, folder: Path, args: Namespace) -> Result:
    """The merged text on standard output; a tool that fails leaves none."""
    files = [folder / f"{name}.ipynb" for name in ("base", "ours", "theirs")]
    for file, text in zip(files, (case.base, case.ours, case.theirs), strict=True):
        file.write_bytes(text)
    before = processor_time()
    words = argv([str(file) for file in files], args)
    done = subprocess.run(words, capture_output=True, check=False)
    return Result(done.stdout, done.returncode == 0, processor_time() - before)


def processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def verdicts(case: Case, result: Result) -> Iterator[str]:
    yield "files"
    ours, human = (cells(text) for text in (result.text, case.human or b""))
    if valid(result.text, case):
        yield "valid"
    if result.clean and ours is not None:
        yield "clean"
        yield from likeness(case, ours, human)


def likeness(case: Case, ours: Cells, human: Cells | None) -> Iterator[str]:
    """How a clean result compares with what was committed."""
    sides = [cells(text) or [] for text in (case.base, case.ours, case.theirs)]
    if not human:
        yield "deleted"
    elif ours == human:
        yield "equal"
    elif human in sides[1:]:
        yield "one side's"
    else:
        yield "different"
        before, mine, yours, made, committed = map(lines, (*sides, ours, human))
        touched = [one for one in before | mine | yours if {mine[one], yours[one]} != {before[one]}]
        yield from ["lines"] * len(touched)
        yield from ["lines alike"] * sum(made[one] == committed[one] for one in touched)


def lines(listed: Cells) -> Counter[tuple[str, str]]:
    """The lines of all sources by type of cell, without white space."""
    rows = ((kind, "".join(row.split())) for kind, text in listed for row in text.split("\n"))
    return Counter((kind, row) for kind, row in rows if row)


def valid(text: bytes, case: Case) -> bool:
    """Whether nbformat accepts the text, or nothing but what it says of a side too."""
    complaints = [complaint(one) for one in (text, case.ours, case.theirs)]
    return not complaints[0] or complaints[0] in complaints[1:]


def complaint(text: bytes) -> str:
    try:
        nbformat.validate(json.loads(text))
    except (ValueError, nbformat.ValidationError) as error:
        return str(error).partition("\n")[0]
    return ""


def report(found: dict[str, Counter[str]], times: dict[str, list[float]]) -> None:
    names = ("files", "valid", "clean", "equal", "one side's", "different", "deleted")
    names += ("lines", "lines alike")
    width = max(map(len, found))
    print(" " * width, *(f"{name:>11}" for name in names), f"{'median ms':>11}")
    for tool, counts in found.items():
        spent = median(times[tool]) * 1000 if times[tool] else 0
        print(f"{tool:{width}}", *(f"{counts[name]:11}" for name in names), f"{spent:11.0f}")


if __name__ == "__main__":
    main()
