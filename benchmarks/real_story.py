"""Tells the acceptance story in a clone of a real repository and prints what it found.

Example:
    python -m benchmarks.real_story --repo PATH/TO/flask
"""

from argparse import ArgumentParser
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
import time

from tests.support.sandbox import Sandbox
from tests.support.story import tell


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--repo", required=True, type=Path, help="repository to clone")
    source = parser.parse_args().repo.resolve()
    with TemporaryDirectory() as scratch:
        box = Sandbox(Path(scratch), init=False)
        box.git("clone", "-q", str(source), str(box.root), cwd=box.base)
        box.git("switch", "-q", "-C", "main")
        history = int(box.git("rev-list", "--count", "HEAD"))
        started = time.monotonic()
        report = tell(box)
        took = time.monotonic() - started
    print(f"history of {history} commits; the story took {took:.1f} s")
    for name, value in report._asdict().items():
        print(f"{name}: {value}")
    bad = (report.without_record, report.wrong_agent, report.without_note)
    return int(any(bad) or bool(report.changed_by_uninstall) or bool(report.fsck.get("findings")))


if __name__ == "__main__":
    sys.exit(main())
