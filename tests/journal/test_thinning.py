"""What is thinned out is said to be; what stays is exact, and work goes on from it."""

from pathlib import Path
import random
import shutil
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import checking, history, sealing, sweeping, thinning
from git_anvcs.journal.cold import DROPPED
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from tests.journal.test_freezing import BEGUN, LANES, LATER, History, frozen
from tests.journal.test_segment import sign

State = dict[str, Any]


class Slowly(History):
    """The same work over days."""

    def look(self) -> None:
        self.seconds += self.random.choice([0, 900, 20_000, 60_000])
        super().look()


def state(journal: Journal, lane: str, n: int) -> State:
    """What each path that differs held; None: that is not known any more."""
    texts = Texts(journal)
    found: State = {}
    for path, entry in journal.differing_at(lane, n).items():
        is_gone = bool(entry.op.flags & Flag.THINNED)
        found[path] = None if is_gone else (entry.op, history.content(journal, texts, entry))
        alone = journal.last_of(lane, path, n)
        assert alone
        assert alone.op == entry.op
    return found


def agrees(now: State, then: State) -> int:
    """Whether nothing is said that was not so; how much is still known."""
    assert then.keys() <= now.keys(), "a path is said to be as HEAD had it"
    known = {path: held for path, held in now.items() if held is not None}
    assert known == {path: held for path, held in then.items() if path in known}
    return len(known)


def moments(journal: Journal) -> list[tuple[str, int, int]]:
    """Lanes with the number of an operation and the time of it, or between two."""
    entries = list(journal.newest())[::-3]
    found = [(lane, e.n, e.op.time) for e in entries for lane in LANES]
    return found + [(lane, n, time + 5000) for lane, n, time in found]


@settings(max_examples=5)
@given(st.integers(0, 1 << 30))
def test_what_is_thinned_is_exact_or_said_to_be_gone(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("thinned")
    with Journal(Paths(folder)) as journal:
        made = Slowly(journal, seed)
        for _ in range(16):
            made.look()
            if made.random.random() < 0.3:
                list(sealing.seal(journal, sign, now=made.seconds, older=0))
        times = [one.last_time + 1 for one in sealing.segments(journal)] or [0]
        asked = moments(journal)
        by_number = {(lane, n): state(journal, lane, n) for lane, n, _ in asked}
        by_time = {(lane, t): state(journal, lane, journal.last_before(lane, t))
                   for lane, _, t in asked}  # fmt: skip
        frozen(journal, LATER)
        chosen = sorted(random.Random(seed).choices(times, k=2))
        done = list(thinning.thin(journal, chosen[1], chosen[0]))
        again = list(thinning.thin(journal, chosen[1], chosen[0]))
        assert [one.operations for one in again if one.operations] == []
        thinning.forget_documents(journal)
    with Journal(Paths(folder)) as journal:
        for lane, n, time in asked:
            agrees(state(journal, lane, n), by_number[lane, n])
            agrees(state(journal, lane, journal.last_before(lane, time)), by_time[lane, time])
        found = checking.check(journal, full=True)
        assert found.problems == (), found.problems
        gone = sum(one.operations for one in done)
        assert (gone > 0) == (len({e.n for e in journal.newest()}) < journal.last())
    with Journal(Paths(folder)) as journal:  # work goes on from what stayed
        more = Slowly(journal, seed + 1)
        more.seconds, more.base = made.seconds, made.base
        for _ in range(6):
            more.look()
        assert checking.check(journal, full=True).problems == ()
    shutil.rmtree(folder)


def test_of_a_day_the_last_state_of_each_path_stays(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        made = History(journal, 4)
        for _ in range(40):
            made.look()
            made.seconds = min(made.seconds, BEGUN + 3600)
        whole = {(lane, path): entry for lane in LANES
                 for path, entry in journal.differing(lane).items()}  # fmt: skip
        made.seconds += 10 * 86400
        for _ in range(3):
            made.look()
        held = {key: history.content(journal, made.texts, e) for key, e in whole.items()}
        list(sealing.seal(journal, sign, now=made.seconds, older=0))
        [names] = [{one.name for one in sealing.segments(journal)}]
        frozen(journal)
        [done] = list(thinning.thin(journal, LATER, 0))
        assert done.operations > 50
        assert {one.name for one in sealing.segments(journal)} != names
        assert sweeping.sweep(journal, 1e12).files > 3
        for (lane, path), entry in whole.items():
            found = journal.last_of(lane, path, entry.n)
            assert found
            assert found.op == entry.op
            assert history.content(journal, Texts(journal), entry) == held[lane, path]


def test_in_the_end_all_goes_but_the_chain_holds(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        made = Slowly(journal, 9)
        for step in range(20):
            made.look()
            if step == 10:
                list(sealing.seal(journal, sign, now=made.seconds, older=0))
        now = {lane: state(journal, lane, journal.last()) for lane in LANES}
        frozen(journal)
        done = list(thinning.thin(journal, LATER, LATER))
        assert done[0].operations
        assert [one.state for one in sealing.segments(journal)] == [DROPPED]
        swept = sweeping.sweep(journal, 1e12)
        assert swept.files
        assert list(journal.segments.iterdir()) == []
        assert {lane: state(journal, lane, journal.last()) for lane in LANES} == now
        found = checking.check(journal, full=True)
        assert found.problems == (), found.problems
        assert "dropped" in found.notes[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_said_under_another_name_is_not_beneath_a_text(tmp_path: Path, seed: int) -> None:
    """A copied clone begins each text anew, so that others can follow it."""
    with Journal(Paths(tmp_path)) as journal:
        made = Slowly(journal, seed)
        for step in range(20):
            if step == 8:
                with journal.writing():
                    journal.renew()
                made.texts = Texts(journal)
            made.look()
        assert checking.check(journal, full=True).problems == ()
        asked = moments(journal)
        then = {(lane, n): state(journal, lane, n) for lane, n, _ in asked}
        list(sealing.seal(journal, sign, now=made.seconds, older=0))
        frozen(journal, LATER)
        assert {(lane, n): state(journal, lane, n) for lane, n, _ in asked} == then
        assert list(thinning.thin(journal, LATER, 0))
    with Journal(Paths(tmp_path)) as journal:
        assert sum(agrees(state(journal, lane, n), then[lane, n]) for lane, n, _ in asked)
        assert checking.check(journal, full=True).problems == ()
