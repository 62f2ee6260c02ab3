"""A path without one author: text, mode, bytes and being there at all."""

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.journal.disk import FILE, LINK, PROGRAM
from git_anvcs.journal.trail import REVERT, Trail
from git_anvcs.journal.versions import ABSENT, State

A, B, C = "a:1", "b:2", ""
TEXTS = ["", "x\n", "x\ny\n", "y\n", "x\nz\ny\n", "longer than half of others\nx\n"]
STATES = st.one_of(
    st.just(ABSENT),
    st.tuples(st.sampled_from([FILE, PROGRAM]), st.sampled_from(TEXTS), st.booleans()).map(
        lambda facts: State(*facts)
    ),
    st.builds(lambda data: State(FILE, data=data), st.sampled_from([b"\0", b"\0\1"])),
    st.just(State(LINK, data=b"nowhere")),
)
STEPS = st.lists(st.tuples(STATES, st.sampled_from([A, B, C])), max_size=7)


def is_a(by: str) -> bool:
    return by == A


def trail(first: State, steps: list[tuple[State, str]]) -> Trail:
    made = Trail(first, is_a)
    for state, by in steps:
        made.step(state, by)
    return made


@given(STATES, STEPS)
def test_without_its_only_author_a_path_is_as_it_was(
    first: State, steps: list[tuple[State, str]]
) -> None:
    found = trail(first, [(state, A) for state, _ in steps]).without()
    assert found.then == first
    assert not found.why


@given(STATES, STEPS)
def test_without_somebody_who_was_never_there_it_stays(
    first: State, steps: list[tuple[State, str]]
) -> None:
    others = [(state, B) for state, _ in steps]
    found = trail(first, others).without()
    assert found.then == found.now == ([first, *(state for state, _ in others)])[-1]
    assert not found.why


@given(STATES, STEPS)
def test_a_revert_undone_by_its_undo_can_be_done_again(
    first: State, steps: list[tuple[State, str]]
) -> None:
    once = trail(first, steps).without()
    done = trail(first, [*steps, (once.then, REVERT + A)])
    assert done.without().then == once.then
    undone = trail(first, [*steps, (once.then, REVERT + A), (once.now, "undo")])
    assert undone.without().then == once.then


@given(STATES, STEPS)
def test_a_path_that_was_put_away_and_back_is_the_same(
    first: State, steps: list[tuple[State, str]]
) -> None:
    """A stash, a switch: what it held before is there again, and whose it was is known."""
    wanted = trail(first, steps).without()
    put_away = trail(first, [*steps, (first, C), (wanted.now, C)]).without()
    assert (put_away.now, put_away.then) == (wanted.now, wanted.then)


def test_what_is_not_to_be_had_is_left_and_told() -> None:
    made = Trail(State(FILE, "x\n"), is_a)
    made.step(None, B)
    made.step(State(FILE, "y\n"), A)
    found = made.without()
    assert found.then == found.now
    assert found.why


def test_a_file_that_is_cut_and_written_again_in_two_saves_is_one_change() -> None:
    first = State(FILE, "".join(f"line {n}\n" for n in range(9)))
    made = Trail(first, is_a)
    made.step(first._replace(text=""), A)
    made.step(first._replace(text=str(first.text).replace("line 4", "four")), A)
    made.step(first._replace(text=str(first.text).replace("line 4", "four") + "by b\n"), B)
    made.step(
        first._replace(
            text=str(first.text).replace("line 4", "four").replace("line 8", "8") + "by b\n"
        ),
        B,
    )
    assert made.without().then.text == str(first.text).replace("line 8", "8") + "by b\n"


def test_who_changes_only_form_builds_on_nothing() -> None:
    made = Trail(State(FILE, "a = 0\nz = 0\n"), is_a)
    made.step(State(FILE, "a = 0\nb=1\nc=2\nz = 0\n"), A)
    made.step(State(FILE, "a = 0\nb=1\nc=2\nd=3\nz = 0\n"), B)
    made.step(State(FILE, "a = 0\nb = 1\nc = 2\nd = 3\nz = 0\n"), C, form=True)
    assert made.alive() == 2
    found = made.without()
    assert found.then.text == "a = 0\nd = 3\nz = 0\n"
    assert not found.why
