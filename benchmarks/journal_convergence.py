"""Clones with a bad network between them: do all end with the same bytes, and with every edit?

Each seed is a world of three clones with a journal each; a fourth is copied from one of them in
the middle. They edit two files, alone and on top of what they have heard; segments between them
are lost, doubled and come in any order. In the end each asks each for what it lacks.

    python -m benchmarks.journal_convergence --seeds 10000 --jobs 2
"""

from argparse import ArgumentParser
from multiprocessing import get_context
from pathlib import Path
import sys
import tempfile
import time

from tests.support.clones import converges

STEPS = 14


def main() -> int:
    parser = ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=10_000, metavar="N", help="how many worlds")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the first seed")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    args = parser.parse_args()
    began, failed = time.monotonic(), 0
    numbers = range(args.first, args.first + args.seeds)
    with get_context("spawn").Pool(args.jobs) as pool:
        for number, wrong in pool.imap_unordered(_one, numbers, chunksize=20):
            if wrong:
                failed += 1
                print(f"seed {number}: {wrong}", flush=True)
    seconds = time.monotonic() - began
    print(f"{args.seeds:,} seeds, {failed} failed, {seconds:.0f} s")
    return 1 if failed else 0


def _one(number: int) -> tuple[int, str]:
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        return number, converges(Path(folder) / "world", number, STEPS)


if __name__ == "__main__":
    sys.exit(main())
