"""What `git anvcs radar` costs a pair: every third of the newest commits as branches.

Beside it: one `git merge-tree --write-tree` process a pair, plain Git. All in processor time, which
holds on a busy machine too.

    python benchmarks/radar_cost.py --repo PATH/TO/clone --sides 40
"""

from argparse import ArgumentParser
from itertools import combinations
import os
from pathlib import Path
import resource
import subprocess
import sys
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading
from git_anvcs.flows import radar
from git_anvcs.git.repo import Repo


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--sides", type=int, default=40)
    args = parser.parse_args()
    repo = Repo.discover(args.repo)
    asked = ("rev-list", "--all", "--no-merges", f"--max-count={3 * args.sides}")
    sides = reading.git(args.repo, *asked).split()[::3]
    pairs = list(combinations(sides, 2))
    for turn in ("first", "again"):
        begin, cpu = time.perf_counter(), spent()
        seen = radar.look(repo, sides, dict(os.environ))
        wall, used = time.perf_counter() - begin, spent() - cpu
        conflicts = sum(bool(pair.conflicts) for pair in seen.pairs)
        print(f"{turn}: {len(pairs)} pairs, {conflicts} in conflict: {wall:.2f} s")
        print(f"  radar: {1000 * used / len(pairs):.1f} ms of processor time a pair")
    cpu, some = spent(), pairs[:100]
    for pair in some:
        subprocess.run(
            ("git", "merge-tree", "--write-tree", *pair),
            cwd=args.repo, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    print(f"git merge-tree, a process a pair: {1000 * (spent() - cpu) / len(some):.1f} ms a pair")


def spent() -> float:
    """Processor time of this process and those it waited for, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
