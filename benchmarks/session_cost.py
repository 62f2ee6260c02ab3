"""`git anvcs trace` and `stats` on 20,000 commits that all have a record, beside plain Git.

Each commit changes two of 300 files; every tenth record attests lines. Git itself can find a
session in the notes (`git log --grep` reads them), and count lines for everybody together.

    python benchmarks/session_cost.py --runs 5
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
import random
import sys

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading

COMMITS = 20_000
FILES = 300
SESSION = "codex:session-5"


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", metavar="DIR", help="make the repository there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = reading.scratch(make, args.keep)
    trace, stats = (reading.PROGRAM, "trace", SESSION), (reading.PROGRAM, "stats")
    grep = ("git", "log", "--notes=anvcs", f"--grep={SESSION}", "--oneline", "--numstat")
    commands = {
        "git log --notes=anvcs --grep=SESSION": (*grep, "--fixed-strings"),
        "git anvcs trace SESSION --no-survival": (*trace, "--no-survival"),
        "git anvcs trace SESSION": trace,
    }
    times = reading.in_turns(folder, commands, args.runs)
    reading.report(times, f"a session among {COMMITS} records", as_json=args.json)
    commands = {
        "git log --numstat -M": ("git", "log", "--numstat", "-M", "--format=%H"),
        "git anvcs stats": stats,
        "git anvcs stats --by session,week": (*stats, "--by", "session,week"),
        "git anvcs stats HEAD~1000..": (*stats, "HEAD~1000.."),
    }
    times = reading.in_turns(folder, commands, args.runs)
    reading.report(times, f"lines of {COMMITS} commits by agent", as_json=args.json)


def make(folder: Path) -> None:
    reading.fast_import(folder, history())
    reading.write_records(folder, attested=name(0), notes=True, long=200)
    reading.git(folder, "gc", "-q")


def name(number: int) -> str:
    return f"src/file{number}.py"


def history() -> Iterator[bytes]:
    """Each commit adds lines to two files and changes others; no file grows beyond 200 lines."""
    chosen = random.Random(11)
    files: list[list[str]] = [[] for _ in range(FILES)]
    for number in range(1, COMMITS + 1):
        changes = b""
        for index in chosen.sample(range(FILES), 2):
            lines = files[index]
            at = chosen.randint(0, len(lines))
            lines[at : at + chosen.randint(0, 2)] = [
                f"value_{chosen.getrandbits(40):x} = {number}\n" for _ in range(3)
            ]
            del lines[200:]
            data = "".join(lines).encode()
            path = name(index).encode()
            changes += b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(data), data)
        yield reading.commit(number, "", f"change {number}", changes)


if __name__ == "__main__":
    main()
