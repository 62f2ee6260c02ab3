"""Two minutes of the soak: the twenty are `python -m benchmarks.journal_soak`."""

from pathlib import Path

import pytest

from tests.support.sandbox import Sandbox
from tests.support.soak import Manner, soak

# Few steps a second, and more patience than where nothing else runs: other tests run beside it.
MANNER = Manner(seconds=100, pause=1.6, quiet=9, stood=4)


@pytest.mark.waits
def test_nothing_saved_is_lost_while_five_processes_work_in_three_worktrees(tmp_path: Path) -> None:
    found = soak(Sandbox(tmp_path, name="tree-0"), 7, MANNER)
    assert found.problems == []
    assert found.figures["steps"] > 50
    assert found.figures["contents that stood"] > 30
    assert found.figures["quiet moments"] > 10
