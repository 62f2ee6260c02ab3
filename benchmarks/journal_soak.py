"""Processes work at random in several worktrees beside a daemon; what is lost, or differs, is told.

    python -m benchmarks.journal_soak --minutes 20 --processes 5 --worktrees 3 --seed 1

Ends with 1 when anything was. `--keep` leaves the repository there, to be looked at.
"""

from argparse import ArgumentParser
import json
import os
from pathlib import Path
import platform
import shutil
import tempfile

from tests.support.sandbox import Sandbox
from tests.support.soak import Manner, soak


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--processes", type=int, default=5)
    parser.add_argument("--worktrees", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.5, help="between two steps, seconds")
    parser.add_argument("--quiet", type=float, default=12, help="between quiet moments")
    parser.add_argument("--stood", type=float, default=1, help="what stood so long is kept")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    manner = Manner(
        args.minutes * 60, args.processes, args.worktrees, args.pause, args.quiet, args.stood
    )
    base = Path(tempfile.mkdtemp(prefix="anvcs-soak-"))
    try:
        found = soak(Sandbox(base, name="tree-0"), args.seed, manner)
    finally:
        if not args.keep:
            shutil.rmtree(base)
    if args.json:
        print(json.dumps(found._asdict(), indent=2))
    else:
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, seed {args.seed}")
        print("\n".join(f"{name:28}{value:>10}" for name, value in found.figures.items()))
        print("\n".join(found.problems) or "nothing was lost, nothing differs")
    if args.keep:
        print(base)
    return 1 if found.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
