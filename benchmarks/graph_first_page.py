"""The first page of `git anvcs graph` beside `git log --graph`, on 100,000 commits.

Every tenth commit ends a side branch with a merge; every commit has a record. There is no
commit-graph file at first (as in a fresh clone), then there is one.

    python benchmarks/graph_first_page.py --runs 7
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
import sys

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading

COMMITS = 100_000


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--commits", type=int, default=COMMITS)
    parser.add_argument("--keep", metavar="DIR", help="make the repository there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = reading.scratch(lambda folder: make(folder, args.commits), args.keep)
    page = ("-n", "50")
    commands = {
        "git log --graph -n 50": ("git", "log", "--graph", "--oneline", *page),
        "git anvcs graph -n 50": (reading.PROGRAM, "graph", *page),
        "git anvcs graph -n 50 --json": (reading.PROGRAM, "graph", *page, "--json"),
        "git anvcs graph -n 50 --filter agent": (
            *(reading.PROGRAM, "graph", *page),
            *("--filter", "agent:codex,tests:failed"),
        ),
        "git anvcs --version (start of the program)": (reading.PROGRAM, "--version"),
    }
    for state in ("without", "with"):
        if state == "with":
            reading.git(folder, "commit-graph", "write", "--reachable")
        else:
            (folder / ".git/objects/info/commit-graph").unlink(missing_ok=True)
        times = reading.in_turns(folder, commands, args.runs)
        what = f"first page of {args.commits} commits, {state} a commit-graph file"
        reading.report(times, what, as_json=args.json)


def make(folder: Path, commits: int) -> None:
    reading.fast_import(folder, history(commits))
    reading.write_records(folder)


def history(commits: int) -> Iterator[bytes]:
    """A main line; of every ten commits three are on a side branch that is merged."""
    main = 0
    side = 0
    for number in range(1, commits + 1):
        step = number % 10
        if step in (3, 5, 7):
            parent, side = side or main, number
            yield reading.commit(number, f"from :{parent}\n", f"side {number}")
        elif step == 9 and side:
            yield reading.commit(number, f"from :{main}\nmerge :{side}\n", f"merge {number}")
            main, side = number, 0
        else:
            parents = f"from :{main}\n" if main else ""
            yield reading.commit(number, parents, f"main {number}")
            main = number


if __name__ == "__main__":
    main()
