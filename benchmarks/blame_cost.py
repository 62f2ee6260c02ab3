"""`git anvcs blame` beside `git blame --porcelain`, on a file of 8,000 lines.

The file grows by 800 commits, each adding lines at one place and changing some at another; every
commit has a record. Both run turn by turn.

    python benchmarks/blame_cost.py --runs 7
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
import random
import sys

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading

LINES, COMMITS = 8000, 800


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--keep", metavar="DIR", help="make the repository there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = reading.scratch(make, args.keep)
    commands = {
        "git blame --porcelain": ("git", "blame", "--porcelain", "file.py"),
        "git anvcs blame": (reading.PROGRAM, "blame", "file.py"),
        "git anvcs blame --json": (reading.PROGRAM, "blame", "--json", "file.py"),
        "git anvcs blame --porcelain": (reading.PROGRAM, "blame", "--porcelain", "file.py"),
    }
    times = reading.in_turns(folder, commands, args.runs)
    what = f"blame of {LINES} lines by {COMMITS} commits, all with records"
    reading.report(times, what, as_json=args.json)


def make(folder: Path) -> None:
    reading.fast_import(folder, history())
    reading.git(folder, "reset", "-q", "--hard", "main")
    reading.git(folder, "gc", "-q")
    reading.write_records(folder)


def history() -> Iterator[bytes]:
    chosen = random.Random(7)
    lines: list[str] = []
    each = LINES // COMMITS
    for number in range(1, COMMITS + 1):
        for _ in range(each // 2 if lines else 0):
            at = chosen.randrange(len(lines))
            lines[at] = code(chosen)
        at = chosen.randint(0, len(lines))
        lines[at:at] = [code(chosen) for _ in range(each)]
        data = "".join(lines).encode()
        change = b"M 100644 inline file.py\ndata %d\n%s\n" % (len(data), data)
        yield reading.commit(number, "", f"change {number}", change)


def code(chosen: random.Random) -> str:
    words = ("value", "index", "result", "parse", "node", "return", "if", "for", "self", "key")
    return "    " + " ".join(chosen.choices(words, k=6)) + f" = {chosen.randrange(1000)}\n"


if __name__ == "__main__":
    main()
