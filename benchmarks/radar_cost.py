"""What `git anvcs radar` costs a pair: every third of the newest commits as branches.

Beside it: one `git merge-tree --write-tree` process a pair, plain Git.

    python benchmarks/radar_cost.py --repo PATH/TO/clone --sides 40
"""

from argparse import ArgumentParser
from itertools import combinations
import os
from pathlib import Path
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
    begin = time.perf_counter()
    seen = radar.look(repo, sides, dict(os.environ))
    ours = time.perf_counter() - begin
    begin = time.perf_counter()
    for pair in pairs[:100]:
        subprocess.run(
            ("git", "merge-tree", "--write-tree", *pair),
            cwd=args.repo, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    plain = (time.perf_counter() - begin) / min(len(pairs), 100)
    conflicts = sum(bool(pair.conflicts) for pair in seen.pairs)
    print(f"{len(pairs)} pairs, {conflicts} in conflict: {ours:.2f} s")
    print(f"radar: {1000 * ours / len(pairs):.1f} ms a pair")
    print(f"git merge-tree, a process a pair: {1000 * plain:.1f} ms a pair")


if __name__ == "__main__":
    main()
