"""kill -9 of the commands on large files before each of their writes.

    python -m benchmarks.blob_kills
    python -m benchmarks.blob_kills --step 5 --only commit push

Every system call of ours that writes, renames, links, unlinks, syncs or sends is a point, in every
thread and in every program that a command or a hook starts (tests/support/kill_points.py). What
must hold after each is in tests/support/blob_kills.py. Ends with 1 when something did not.
"""

from argparse import ArgumentParser
from collections import Counter
from contextlib import ExitStack
import os
from pathlib import Path
import tempfile

from tests.support import blob_kills, blob_parts
from tests.support.blob_kills import STORIES, Bucket, Run, Told
from tests.support.servers import certificate, faulty, identity, seaweed

PARTS = "push in parts"
NAMES = (*STORIES, PARTS)


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--step", type=int, default=1, help="only every so-manieth point")
    parser.add_argument("--only", choices=NAMES, nargs="+", default=NAMES, metavar="STORY")
    args = parser.parse_args()
    wrong = 0
    with ExitStack() as stack:
        bucket = None
        if any(name == PARTS or STORIES[name].bucket for name in args.only):
            bucket = _served(stack)
        print(f"{'story':28} {'writes':>6} {'killed':>6} {'wrong':>6}")
        for name in args.only:
            with tempfile.TemporaryDirectory(prefix="anvcs-kills-") as folder:
                wrong += story(Path(folder), name, args.step, bucket)
    return 1 if wrong else 0


def story(base: Path, name: str, step: int, bucket: Bucket | None) -> int:
    """One story at all its points; how many ended wrong."""
    told: Told | blob_parts.InParts
    if name == PARTS:
        assert bucket is not None
        told = blob_parts.InParts(base, bucket)
    else:
        told = Told(base, name, bucket if STORIES[name].bucket else None)
    runs = {0: Run(blob_kills.Ended(told.points, "", 0), told.problems)}
    at = 1
    while True:  # threads may make one point more or less than the last time
        runs[at] = told.told(at)
        if not runs[at].ended.at and at > told.points:
            break
        at += step
    return say(name, told.points, runs)


def say(name: str, points: int, runs: dict[int, Run]) -> int:
    calls = Counter(run.ended.at.split(" ")[0] or "ended" for run in runs.values())
    wrong = {at: run for at, run in runs.items() if run.problems}
    print(f"{name:28} {points:6} {len(runs) - calls['ended']:6} {len(wrong):6}", flush=True)
    print("    before " + ", ".join(f"{count} {call}" for call, count in calls.most_common()))
    for at, run in wrong.items():
        print(f"    {at} ({run.ended.at}): {'; '.join(run.problems)[:600]}")
    return len(wrong)


def _served(stack: ExitStack) -> Bucket:
    """A server of S3 with a bucket, and a relay before it that counts what is sent."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="anvcs-kills-s3-")))
    issuer = stack.enter_context(identity.serving())
    found = stack.enter_context(seaweed.serving(folder, issuer, certificate.made(folder)))
    found.bucket("versioned")
    relay = stack.enter_context(faulty.before(found.url))
    keys = f"aws_access_key_id = {seaweed.ACCESS}\naws_secret_access_key = {seaweed.SECRET}\n"
    (folder / "credentials").write_text(f"[tests]\n{keys}")
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    return Bucket(found, relay, folder)


if __name__ == "__main__":
    raise SystemExit(main())
