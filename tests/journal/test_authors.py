"""Who wrote each byte and line of a text, held against a replay one byte at a time."""

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.journal import authors
from git_anvcs.journal.authors import Step
from git_anvcs.journal.edits import between, by_lines

TEXTS = st.text(alphabet="ab é\n", max_size=24)
STEPS = st.lists(st.tuples(TEXTS, st.sampled_from(["A", "B", ""]), st.booleans()), max_size=6)


def replayed(first: str, steps: list[tuple[str, str, bool]]) -> list[tuple[str, int]]:
    """(author, operation) of each byte of the last text: the plainest way there is."""
    old, whose = first, [("", 0)] * len(first.encode())
    for n, (new, by, form) in enumerate(steps, 1):
        for at, removed, added in between(old, new):
            gone = whose[at : at + removed] or whose[:at][-1:] or whose[at : at + 1]
            kept = max(gone, key=lambda one: one[1], default=("", 0))
            whose[at : at + removed] = [kept if form else (by, n)] * len(added.encode())
        old = new
    return whose


def carried(first: str, steps: list[tuple[str, str, bool]]) -> tuple[authors.Pieces, str]:
    pieces, old = authors.begun(first), first
    for n, (new, by, form) in enumerate(steps, 1):
        pieces = authors.after(pieces, old, Step(n, by, between(old, new), form))
        old = new
    return pieces, old


@given(TEXTS, STEPS)
def test_every_byte_is_whose_a_plain_replay_says_it_is(
    first: str, steps: list[tuple[str, str, bool]]
) -> None:
    pieces, text = carried(first, steps)
    assert [one for p in pieces for one in [(p.by, p.n)] * p.size] == replayed(first, steps)
    assert len(authors.lines(pieces, text)) == len(text.split("\n")) - text.endswith("\n") - (
        not text
    )


@given(TEXTS, STEPS)
def test_a_line_whose_words_are_all_by_one_is_theirs_or_a_later_cut_changed_it(
    first: str, steps: list[tuple[str, str, bool]]
) -> None:
    pieces, text = carried(first, steps)
    whose = replayed(first, steps)
    start = 0
    for row, by in zip(text.split("\n"), authors.lines(pieces, text), strict=False):
        size = len(row.encode())
        places = zip(row.encode(), whose[start : start + size], strict=True)
        words = [one for byte, one in places if not chr(byte).isspace()]
        newest = max(words, key=lambda one: one[1], default=None)
        everybody = {"", *(who for _, who, _ in steps)}
        assert by in everybody
        if newest and newest[1] == len(steps):  # nobody can have changed it since
            assert by == newest[0]
        start += size + 1


@given(TEXTS, TEXTS)
def test_edits_told_line_by_line_make_the_same_text(old: str, new: str) -> None:
    data = old.encode()
    for at, removed, added in by_lines(old, between(old, new)):
        data = data[:at] + added.encode() + data[at + removed :]
    assert data.decode() == new


def told(*steps: tuple[str, str]) -> list[str]:
    return authors.lines(*carried("one\ntwo\n", [(text, by, False) for text, by in steps]))


def test_whoever_changed_a_line_last_has_it() -> None:
    assert told(("one\ntwo!\n", "A")) == ["", "A"]
    assert told(("one more\ntwo\n", "A"), ("one more word\ntwo\n", "B")) == ["B", ""]
    assert told(("one and two\ntwo\n", "A"), ("one two\ntwo\n", "B")) == ["B", ""]  # a cut


def test_lines_that_are_put_in_or_taken_out_leave_their_neighbours_alone() -> None:
    assert told(("zero\none\ntwo\n", "A")) == ["A", "", ""]
    assert told(("one\nand\ntwo\n", "A"), ("one\ntwo\n", "B")) == ["", ""]
    assert told(("one\ntwo\nthree", "A"), ("one\ntwo\nthree\n", "B")) == ["", "", "A"]
    assert told(("ne\ntwo\n", "A"), ("x\nne\ntwo\n", "B")) == ["B", "A", ""]


def test_indentation_and_form_take_no_line_away() -> None:
    assert told(("one!\ntwo\n", "A"), ("    one!\ntwo\n", "B")) == ["A", ""]
    steps = [("x = [1,2]\n", "A", False), ("x = [\n    1,\n    2,\n]\n", "B", True)]
    assert authors.lines(*carried("", steps)) == ["A"] * 4
