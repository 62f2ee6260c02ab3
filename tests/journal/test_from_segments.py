"""A database made anew of its rows and segments answers as the one that was lost."""

from collections.abc import Callable
from pathlib import Path
import random
import shutil

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import checking, rebuilt, sealing, thinning
from git_anvcs.journal.from_segments import ends, with_segments
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.salvage import Salvaged, salvaged
from git_anvcs.journal.texts import Texts
from git_anvcs.store import pages
from git_anvcs.store.pages import Record
from git_anvcs.store.paths import Paths
from tests.journal.test_freezing import frozen
from tests.journal.test_segment import sign
from tests.journal.test_thinning import Slowly, State, agrees, moments, state


def everything(_: Record) -> bool:
    return True


def no_marks(row: Record) -> bool:
    """As if the pages that say what is gone were lost."""
    return len(row.values) != 4 or not all(isinstance(value, int) for value in row.values)


def no_segments(row: Record) -> bool:
    """As if the table of segments were lost: what is in them has no numbers any more."""
    return len(row.values) != 14


def made_anew(journal: Journal, found_in: Callable[[Record], bool] = everything) -> Salvaged:
    """What can be had of the files of a closed journal; a new database takes its place."""
    packed = [file.read_bytes() for file in sorted(journal.segments.iterdir())]
    rows = filter(found_in, pages.records(journal.file.read_bytes()))
    found = rebuilt.numbered(with_segments(salvaged(rows, ends(packed)), packed))
    journal.file.unlink()
    rebuilt.build(journal.file, found)
    return found


def worked(journal: Journal, seed: int) -> Slowly:
    """Under several names, sealed now and then."""
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
    return made


@pytest.mark.parametrize("seed", [0, 1, 23])
def test_what_was_frozen_under_several_names_comes_back(tmp_path: Path, seed: int) -> None:
    """Actors and paths look alike in rows, and a name's texts do not build on another's."""
    with Journal(Paths(tmp_path)) as journal:
        worked(journal, seed)
        asked = [(lane, n) for lane, n, _ in moments(journal)]
        then = {(lane, n): state(journal, lane, n) for lane, n in asked}
        frozen(journal)
    found = made_anew(journal)
    assert (found.lost, found.unproved) == (0, 0)
    with Journal(Paths(tmp_path)) as journal:
        assert {(lane, n): state(journal, lane, n) for lane, n in asked} == then
        assert checking.check(journal, full=True).problems == ()


def by_time(journal: Journal, lane: str, time: int) -> State:
    return state(journal, lane, journal.last_before(lane, time))


def said(found: State) -> State:
    """A text whose states have no numbers any more is said to be damaged: that is no answer."""
    return {path: held if held and held[1] else None for path, held in found.items()}


@settings(max_examples=4)
@given(st.integers(0, 1 << 30), st.sampled_from([everything, no_marks, no_segments]), st.booleans())
def test_what_was_thinned_is_still_said_to_be_gone(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    left: Callable[[Record], bool],
    some_dropped: bool,
) -> None:
    """By number and by time, in a database that is made anew, and in one made anew of that."""
    folder = tmp_path_factory.mktemp("anew")
    with Journal(Paths(folder)) as journal:
        worked(journal, seed)
        asked = moments(journal)
        numbers = {(lane, n): state(journal, lane, n) for lane, n, _ in asked}
        times = {(lane, time): by_time(journal, lane, time) for lane, _, time in asked}
        frozen(journal)
        ages = sorted(one.last_time + 1 for one in sealing.segments(journal))
        keep = random.Random(seed).choice(ages)
        drop = ages[0] if some_dropped and left is everything else 0
        for one in thinning.thin(journal, keep, drop):
            (journal.segments / one.old).unlink()
    with Journal(Paths(folder)) as journal:
        whole = {key: state(journal, *key) for key in numbers}
    for _ in range(2):
        made_anew(journal, left)
        with Journal(Paths(folder)) as journal:
            for key, then in times.items():
                agrees(said(by_time(journal, *key)), then)
            for key, then in numbers.items() if left is not no_segments else ():
                found = state(journal, *key)
                agrees(found, then)
                agrees(whole[key], {p: held for p, held in found.items() if p in whole[key]})
            if left is not no_segments:
                report = checking.check(journal, full=True)
                assert report.problems == (), report.problems
    shutil.rmtree(folder)
