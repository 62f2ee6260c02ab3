"""What `git anvcs radar` costs a pair: every third of the newest commits as branches.

The radar looks twice, in a scratch repository over the objects of the given one that is set up as
`init` leaves one, so that the second look finds what the first one kept. Then it looks with one
more branch. Beside it: one `git merge-tree --write-tree` process a pair, plain Git. All in
processor time, which holds on a busy machine too.

    python benchmarks/radar_cost.py --repo PATH/TO/clone --sides 40
"""

from argparse import ArgumentParser
from itertools import combinations
import os
from pathlib import Path
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import reading
from benchmarks.merge_cases import scratch
from git_anvcs.flows import radar
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repo", type=Path, required=True, help="a clone, bare or not")
    parser.add_argument("--sides", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anvcs-radar-") as folder:
        place = scratch(args.repo, Path(folder) / "plain.git")
        repo = Repo.discover(place)
        Paths(repo.common_dir).home.mkdir()
        asked = ("rev-list", "--all", "--no-merges", f"--max-count={3 * args.sides + 1}")
        *sides, one_more = reading.git(args.repo, *asked).split()[::3]
        for turn, names in (
            ("first", sides), ("again", sides), ("one more", [*sides, one_more]),
        ):  # fmt: skip
            look(repo, turn, names)
        by_git(place, list(combinations(sides, 2))[:100])


def look(repo: Repo, turn: str, sides: list[str]) -> None:
    begin, cpu = time.perf_counter(), spent()
    seen = radar.look(repo, sides, dict(os.environ)).pairs
    wall, used = time.perf_counter() - begin, spent() - cpu
    conflicts = sum(bool(pair.conflicts) for pair in seen)
    print(f"{turn}: {len(seen)} pairs, {conflicts} in conflict: {wall:.2f} s")
    print(f"  {used:.2f} s of processor time, {1000 * used / len(seen):.1f} ms a pair")


def by_git(place: Path, pairs: list[tuple[str, str]]) -> None:
    cpu = spent()
    for pair in pairs:
        subprocess.run(
            ("git", "merge-tree", "--write-tree", *pair),
            cwd=place, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    print(f"git merge-tree, a process a pair: {1000 * (spent() - cpu) / len(pairs):.1f} ms a pair")


def spent() -> float:
    """Processor time of this process and those it waited for, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
