"""`git anvcs meta fsck` on 20,000 records, beside what Git needs to print and to check them.

The records are of 1.3 kB, every tenth of 8 kB (with attestations of many ranges); both refs hold
them. Once as a plain clone has them, once with the mirror that `git anvcs init` keeps.

    python benchmarks/fsck_cost.py --runs 7
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
import subprocess
import sys

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading

RECORDS = 20_000
META_REF = "refs/anvcs/meta"
_TO = {
    "without": [("uninstall", "--yes")],  # where nothing is set up yet it refuses
    "with": [
        ("init", "--agents", "none", "--drivers", "none", "--yes"),
        ("meta", "fsck", "--repair"),
    ],
}


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--keep", metavar="DIR", help="make the repository there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    folder = reading.scratch(lambda folder: make(folder, args.records), args.keep)
    oids = listed(folder)
    assert len(oids) == args.records
    ids = folder / ".git" / "ids"
    ids.write_text("\n".join([*oids, ""]))
    commands = {
        "git cat-file --batch, all records": (
            *("sh", "-c", f"git cat-file --batch --buffer <{ids}"),
        ),
        "git fsck": ("git", "fsck", "--no-progress"),
        "git anvcs meta fsck": (reading.PROGRAM, "meta", "fsck"),
    }
    for state in ("without", "with"):
        for words in _TO[state]:
            argv = (reading.PROGRAM, *words)
            subprocess.run(argv, cwd=folder, check=state == "with", capture_output=True)
        times = reading.in_turns(folder, commands, args.runs)
        what = f"fsck of {args.records} records, {state} hooks and mirror"
        reading.report(times, what, as_json=args.json)


def listed(folder: Path) -> list[str]:
    lines = reading.git(folder, "ls-tree", "-r", META_REF).splitlines()
    return [line.split()[2] for line in lines]


def make(folder: Path, count: int) -> None:
    reading.fast_import(folder, history(count))
    reading.git(folder, "reset", "-q", "--hard", "main")
    reading.write_records(folder, attested="file.py", notes=True)
    reading.git(folder, "gc", "-q")


def history(count: int) -> Iterator[bytes]:
    for number in range(1, count + 1):
        change = b"M 100644 inline file.py\ndata <<E\n%d\nE\n" % number
        yield reading.commit(number, "", f"change {number}", change)


if __name__ == "__main__":
    main()
