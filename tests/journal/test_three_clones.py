"""Clones that hear of each other late, twice or in any order end with the same bytes."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.support import traces
from tests.support.clones import Patch, converges

SHARES = 10


@pytest.mark.parametrize("share", range(SHARES))
def test_clones_converge_and_nothing_acknowledged_is_lost(share: int, tmp_path: Path) -> None:
    """More of it: `python -m benchmarks.journal_convergence --seeds 10000 --jobs 2`."""
    failed = {
        number: wrong
        for number in range(share, 200, SHARES)
        if (wrong := converges(tmp_path / str(number), number, steps=14))
    }
    assert failed == {}


def patches(name: str) -> Iterator[Patch]:
    """Every patch of a trace, again and again."""
    if name == "friendsforever":
        said, _ = traces.concurrent(name)
        return cycle([patch for one in said for patch in one.patches])
    return cycle([patch for one in traces.read(name).transactions for patch in one])


@pytest.mark.parametrize("name", ["rustcode", "sveltecomponent", "friendsforever"])
def test_clones_that_type_what_people_typed_converge(name: str, tmp_path: Path) -> None:
    if not traces.there(name):
        pytest.skip(f"the trace {name} is not here")
    assert converges(tmp_path / name, 1, 150, patches(name)) == ""
