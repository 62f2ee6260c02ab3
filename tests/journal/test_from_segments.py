"""A database made anew of its rows and segments answers as the one that was lost."""

from pathlib import Path

import pytest

from git_anvcs.journal import checking, rebuilt, sealing
from git_anvcs.journal.from_segments import ends, with_segments
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.salvage import Salvaged, salvaged
from git_anvcs.journal.texts import Texts
from git_anvcs.store import pages
from git_anvcs.store.paths import Paths
from tests.journal.test_freezing import frozen
from tests.journal.test_segment import sign
from tests.journal.test_thinning import Slowly, moments, state


def made_anew(journal: Journal) -> Salvaged:
    """What can be had of the files of a closed journal; a new database takes its place."""
    packed = [file.read_bytes() for file in sorted(journal.segments.iterdir())]
    found = salvaged(pages.records(journal.file.read_bytes()), ends(packed))
    found = rebuilt.numbered(with_segments(found, packed))
    journal.file.unlink()
    rebuilt.build(journal.file, found)
    return found


@pytest.mark.parametrize("seed", [0, 1, 23])
def test_what_was_frozen_under_several_names_comes_back(tmp_path: Path, seed: int) -> None:
    """Actors and paths look alike in rows, and a name's texts do not build on another's."""
    with Journal(Paths(tmp_path)) as journal:
        made = Slowly(journal, seed)
        for step in range(24):
            made.look()
            if step in (6, 12, 17):
                list(sealing.seal(journal, sign, now=made.seconds, older=0))
            if step == 12:
                with journal.writing():
                    journal.renew()
                made.texts = Texts(journal)
        list(sealing.seal(journal, sign, now=made.seconds, older=0))
        made.look()
        asked = [(lane, n) for lane, n, _ in moments(journal)]
        then = {(lane, n): state(journal, lane, n) for lane, n in asked}
        frozen(journal)
    found = made_anew(journal)
    assert (found.lost, found.unproved) == (0, 0)
    with Journal(Paths(tmp_path)) as journal:
        assert {(lane, n): state(journal, lane, n) for lane, n in asked} == then
        assert checking.check(journal, full=True).problems == ()
