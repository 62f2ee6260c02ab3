"""`git anvcs blame` beside `git blame`, on a file of 8,000 lines by 5,000 commits.

The file grows by every commit, at one place, and changes at another; every commit has a record,
and every tenth record attests forty ranges of the file and of thirty others. Both run in turn,
so that a busy machine is busy for both. The overlay is the median of the differences of the
turns, over the least that Git takes.

    python benchmarks/blame_cost.py --runs 7
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
import random
import subprocess
import sys
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading

LINES, COMMITS = 8000, 5000
FILE = "file.py"


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--keep", metavar="DIR", help="make the repository there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = reading.scratch(make, args.keep)
    commands = {
        "git blame": ("git", "blame", FILE),
        "git blame --porcelain": ("git", "blame", "--porcelain", FILE),
        "git anvcs blame": (reading.PROGRAM, "blame", FILE),
        "git anvcs blame --json": (reading.PROGRAM, "blame", "--json", FILE),
        "git anvcs blame --porcelain": (reading.PROGRAM, "blame", "--porcelain", FILE),
    }
    what = f"blame of {LINES} lines by {COMMITS} commits, {authors(folder)} of them still in it"
    times = reading.in_turns(folder, commands, args.runs)
    reading.report(times, what, as_json=args.json)
    firsts = first_lines(folder, commands, args.runs)
    reading.report(firsts, "the same until the first line is out", as_json=args.json)


def first_lines(
    folder: Path, commands: dict[str, Sequence[str]], runs: int
) -> dict[str, list[float]]:
    """Seconds until each command has printed its first line, turn by turn."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    times |= {f"{name}{reading.CPU}": [] for name in commands}
    for _ in range(runs):
        for name, argv in commands.items():
            begin, used = time.perf_counter(), reading.processor_time()
            with subprocess.Popen(argv, cwd=folder, stdout=subprocess.PIPE) as program:
                assert program.stdout is not None
                program.stdout.readline()
                times[name].append(time.perf_counter() - begin)
                program.stdout.read()
            times[f"{name}{reading.CPU}"].append(reading.processor_time() - used)
    return times


def authors(folder: Path) -> int:
    """Commits that wrote a line of the file as it is; checks that it is the file we promise."""
    assert len((folder / FILE).read_bytes().splitlines()) == LINES
    assert reading.git(folder, "rev-list", "--count", "HEAD", "--", FILE).strip() == str(COMMITS)
    said = reading.git(folder, "blame", "-s", "-l", FILE)
    return len({line.split(" ", 1)[0] for line in said.splitlines()})


def make(folder: Path) -> None:
    reading.fast_import(folder, history())
    reading.git(folder, "reset", "-q", "--hard", "main")
    reading.write_records(folder, attested=FILE)
    reading.git(folder, "gc", "-q")


def history() -> Iterator[bytes]:
    """Each commit adds one line or two at one place and changes another line."""
    chosen = random.Random(7)
    sizes = [2] * (LINES - COMMITS) + [1] * (2 * COMMITS - LINES)
    chosen.shuffle(sizes)
    lines: list[str] = []
    for number, size in enumerate(sizes, start=1):
        if lines:
            lines[chosen.randrange(len(lines))] = code(chosen)
        at = chosen.randint(0, len(lines))
        lines[at:at] = [code(chosen) for _ in range(size)]
        data = "".join(lines).encode()
        change = b"M 100644 inline %s\ndata %d\n%s\n" % (FILE.encode(), len(data), data)
        yield reading.commit(number, "", f"change {number}", change)


def code(chosen: random.Random) -> str:
    words = ("value", "index", "result", "parse", "node", "return", "if", "for", "self", "key")
    return "    " + " ".join(chosen.choices(words, k=6)) + f" = {chosen.randrange(1000)}\n"


if __name__ == "__main__":
    main()
