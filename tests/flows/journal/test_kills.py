"""kill -9 at chosen writes: all of them are `python -m benchmarks.journal_kills`."""

from pathlib import Path

import pytest

from tests.support import kill_points, kill_stories
from tests.support.kill_stories import Told
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.skipif(not kill_points.WORKS_HERE, reason="no ptrace(2) we know here")


@pytest.mark.parametrize("name", ["look", "restore", "undo"])
def test_a_command_that_is_killed_loses_nothing_and_ends_when_given_again(
    name: str, tmp_path: Path
) -> None:
    told = Told(tmp_path, name)
    assert told.problems == []
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        run = told.told(round(told.points * part))
        assert run.ended.at
        assert run.problems == [], run.ended


@pytest.mark.parametrize("kill_at", [40, 110, 150])
def test_a_daemon_that_is_killed_loses_nothing_it_told(repo: Sandbox, kill_at: int) -> None:
    kill_stories.committed(repo)
    run = kill_stories.daemon_killed(repo, kill_at)
    assert run.ended.at
    assert run.problems == [], run.ended
