"""A cut of benchmarks/merge_kills.py: programs that are killed lose nothing and block nothing."""

from pathlib import Path

import pytest

from benchmarks.merge_kills import (
    BY_LINES,
    KINDS,
    LOCKED,
    MERGED,
    RESTORED,
    Kind,
    ends,
)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_nothing_is_lost_when_it_is_killed_at_any_moment(tmp_path: Path, kind: Kind) -> None:
    found = ends(tmp_path, kind, runs=20, seed=7)
    assert found.keys() <= {MERGED, BY_LINES, RESTORED, LOCKED}
    assert found[MERGED] < found.total(), "nothing was killed in time"
