from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance.order import topological


class Commit(NamedTuple):
    oid: str
    parents: tuple[str, ...]


@st.composite
def histories(draw: st.DrawFn) -> list[Commit]:
    size = draw(st.integers(0, 25))
    return [
        Commit(
            str(number),
            tuple(map(str, draw(st.lists(st.integers(number + 1, size + 2), max_size=3)))),
        )
        for number in range(size)
    ]


@given(histories(), st.randoms(use_true_random=False))
def test_children_come_before_parents_whatever_the_dates_say(
    history: list[Commit], random: object
) -> None:
    mixed = list(history)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    given_out = list(topological(mixed, window=len(mixed) + 1))

    assert sorted(given_out) == sorted(history)
    place = {commit.oid: number for number, commit in enumerate(given_out)}
    for commit in history:
        for parent in commit.parents:
            assert place[commit.oid] < place.get(parent, len(place))


@given(histories(), st.integers(1, 6))
def test_any_window_gives_each_commit_once_and_keeps_a_good_order_good(
    history: list[Commit], window: int
) -> None:
    given_out = list(topological(history, window))

    assert sorted(given_out) == sorted(history)
    place = {commit.oid: number for number, commit in enumerate(given_out)}
    for commit in history:
        for parent in commit.parents:
            assert place[commit.oid] < place.get(parent, len(place))


@given(histories(), st.integers(1, 6))
def test_no_more_than_the_window_is_read_ahead(history: list[Commit], window: int) -> None:
    read = 0

    def counted() -> Iterator[Commit]:
        nonlocal read
        for commit in history:
            read += 1
            yield commit

    for number, _ in enumerate(topological(counted(), window)):
        assert read <= number + window


def test_a_line_of_work_stays_together() -> None:
    history = [
        Commit("m", ("a2", "b2")),
        Commit("a2", ("a1",)),
        Commit("b2", ("b1",)),
        Commit("a1", ("r",)),
        Commit("b1", ("r",)),
        Commit("r", ()),
    ]

    assert [c.oid for c in topological(history, 9)] == ["m", "b2", "b1", "a2", "a1", "r"]
