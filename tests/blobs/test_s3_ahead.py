"""Parts of a large file on their way at the same time."""

import subprocess
import sys

import pytest

from git_anvcs.blobs.s3.ahead import ahead

HANGS = """
from threading import Event, Thread
from git_anvcs.blobs.s3.ahead import ahead
coming = ahead([Event().wait] * 9, 3)
Thread(target=lambda: next(coming), daemon=True).start()
"""


def test_results_come_in_order_and_only_a_few_are_begun() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        return number

    coming = ahead(((lambda n=n: work(n)) for n in range(9)), 3)
    assert next(coming) == 0
    assert len(begun) <= 4
    assert list(coming) == list(range(1, 9))


def test_what_goes_wrong_is_raised_in_its_place() -> None:
    coming = ahead([lambda: 1, lambda: 1 // 0, lambda: 3], 2)
    assert next(coming) == 1
    with pytest.raises(ZeroDivisionError):
        next(coming)


def test_no_exit_waits_for_what_never_ends() -> None:
    assert subprocess.run([sys.executable, "-c", HANGS], check=False, timeout=60).returncode == 0
