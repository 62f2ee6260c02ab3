"""kill -9 of the journal's commands and of its daemon before each of their writes.

    python -m benchmarks.journal_kills

Every system call that writes is a point (tests/support/kill_points.py); after each the journal has
to open, to hold every operation it had, and to come to what the disk holds. Ends with 1 when one
did not.
"""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
import tempfile

from tests.support import kill_stories
from tests.support.kill_stories import STORIES, Told
from tests.support.sandbox import Sandbox


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--step", type=int, default=1, help="only every so-manieth point")
    parser.add_argument("--only", choices=(*STORIES, "daemon"), help="one of them")
    args = parser.parse_args()
    wrong = 0
    for name in [args.only] if args.only else [*STORIES, "daemon"]:
        with tempfile.TemporaryDirectory(prefix="anvcs-kills-") as folder:
            told = commands(Path(folder), name, args.step)
            wrong += told
    return 1 if wrong else 0


def commands(base: Path, name: str, step: int) -> int:
    """One story at all its points; how many ended wrong."""
    if name == "daemon":
        return daemon(base, step)
    story = Told(base, name)
    runs = {at: story.told(at) for at in range(1, story.points + 1, step)}
    return say(name, story.points, runs)


def daemon(base: Path, step: int) -> int:
    runs, at, points = {}, 0, 0
    while at <= points:
        folder = base / str(at)
        folder.mkdir()
        repo = Sandbox(folder)
        kill_stories.committed(repo)
        runs[at] = kill_stories.daemon_killed(repo, at)
        points = runs[0].ended.points
        at += step if at else 1
    return say("daemon", points, runs)


def say(name: str, points: int, runs: dict[int, kill_stories.Run]) -> int:
    calls = Counter(run.ended.at.split(" ")[0] or "ended" for run in runs.values())
    wrong = {at: run for at, run in runs.items() if run.problems}
    print(f"{name}: {points} writes, killed {len(runs)} times, {len(wrong)} ended wrong")
    print("  before " + ", ".join(f"{count} {call}" for call, count in calls.most_common()))
    for at, run in wrong.items():
        print(f"  {at} ({run.ended.at}): {'; '.join(run.problems)}")
    return len(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
