"""kill -9 at chosen writes: all of them are `python -m benchmarks.blob_kills`."""

from pathlib import Path

import pytest

from tests.support import kill_points
from tests.support.blob_kills import Told

pytestmark = pytest.mark.skipif(not kill_points.WORKS_HERE, reason="no ptrace(2) we know here")


@pytest.mark.parametrize(
    ("name", "part"), [("pin", 0.7), ("prune --now", 0.9), ("locks take", 0.5)]
)
def test_a_command_that_is_killed_loses_nothing_and_ends_when_given_again(
    name: str, part: float, tmp_path: Path
) -> None:
    told = Told(tmp_path, name)
    assert told.problems == []
    run = told.told(round(told.points * part))
    assert run.ended.at
    assert run.problems == [], run.ended
