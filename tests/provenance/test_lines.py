"""Whose the lines are: carried through edits, formatters and moves; in doubt nobody's."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import lines, ranges
from git_anvcs.provenance.lines import Source, carried, owned, owners

A, B = "claude:a", "codex:b"


def source(*said: tuple[str, str]) -> Source:
    """A version from (text, owner) pairs."""
    return Source([text.encode() for text, _ in said], [owner for _, owner in said])


def after(before: Source, *texts: str) -> list[str | None]:
    return carried(before, [text.encode() for text in texts])


TWO = source(("def f(a):", A), ("    return a", B), ("", ""), ("x = 1", A))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["def f(a):", "    return a", "", "x = 1"], [A, B, "", A]),
        (["def f(a):", "    a += 1", "    return a", "", "x = 1"], [A, None, B, "", A]),
        (["def f(a, b):", "    return a", "", "x = 1"], [None, B, "", A]),
        (["if y:", "    def f(a):", "        return a", "", "x = 1"], [None, A, B, "", A]),
        (["x = 1", "", "def f(a):", "    return a"], ["", None, A, B]),
        ([], []),
    ],
)
def test_lines_keep_their_owner_when_they_stay_move_or_are_indented(
    texts: list[str], expected: list[str | None]
) -> None:
    found = after(TWO, *texts)
    # Which of two equal empty lines stayed is nobody's business.
    assert [f for f, t in zip(found, texts, strict=True) if t] == [
        e for e, t in zip(expected, texts, strict=True) if t
    ]


def test_a_formatter_that_wraps_and_joins_changes_no_owner() -> None:
    long = source(("call(one, two, 'three')", A), ("other(1)", B))
    assert after(long, "call(", "    one,", "    two,", '    "three",', ")", "other(1)") == [
        *[A] * 5,
        B,
    ]
    wrapped = source(("call(", A), ("  one", B), (")", A))
    assert after(wrapped, "call(one)") == [""]


def test_of_two_equal_lines_none_is_taken_for_moved() -> None:
    before = source(("same", A), ("same", B), ("k", ""))
    assert A not in after(before, "k", "same")
    assert B not in after(before, "k", "same")
    assert after(source(("}", A), ("k", "")), "k", "}") != ["", A]


def test_of_lines_that_a_conflict_holds_twice_none_is_new() -> None:
    both = [("x 1", A), ("y 1", B), ("z 1", "")]
    before = source(("<<<", ""), *both, ("===", ""), *both)
    assert after(before, "z 1", "new", "y 1", "x 1") == ["", None, B, ""]
    unsure = source(("<<<", ""), ("x 1", A), ("===", ""), ("x 1", B), ("k", ""))
    assert after(unsure, "k", "x 1")[1] == ""


def test_lines_that_move_and_are_indented_keep_their_owner() -> None:
    before = source(("f(x)", A), ("g(x)", A), ("if y:", B), ("z()", B), ("k()", B))
    new = ("if y:", "    f(x)", "    g(x)", "z()", "k()")
    assert after(before, *new) == [B, A, A, B, B]


def test_a_line_that_moves_alone_may_have_been_typed_anew() -> None:
    before = source(("return None", A), ("if y:", B), ("k()", B))
    new = [b"if y:", b"k()", b"return None"]
    assert carried(before, new) == [B, B, ""]
    assert carried(before, new, likely={2: B}) == [B, B, ""]
    assert carried(before, new, likely={2: A}) == [B, B, A]  # its own, however it came there


def test_an_older_version_answers_only_for_lines_that_tell_something() -> None:
    old = source(("baz()", ""), ("foo()", A), ("}", A), ("", A))
    new = [b"bar()", b"baz()", b"foo()", b"}", b""]
    assert lines.answers(old, new, range(5)) == {1: "", 2: A}
    assert lines.answers(old, new, [0, 3, 4]) == {}


def test_an_older_version_answers_only_for_lines_beside_those_that_stood_beside_them() -> None:
    old = source(("def f():", ""), ("    return None", A), ("x = 1", ""))
    assert lines.answers(old, [b"def g():", b"    return None"], [1]) == {1: ""}
    assert lines.answers(old, [b"def f():", b"return None"], [1]) == {1: A}
    assert lines.answers(old, [b"return None", b"", b"x = 1"], [0]) == {0: A}
    alone = source(("foo()", A), ("}", A))
    assert lines.answers(alone, [b"  foo( )"], [0]) == {0: A}


def test_claims_that_contradict_prove_nobody() -> None:
    assert owners(4, {A: "1-3", B: "3-9"}) == [A, A, "", B]
    with pytest.raises(ValueError, match="x"):
        owners(4, {A: "x"})


def test_lines_are_counted_as_git_does() -> None:
    assert lines.split(b"") == []
    assert lines.split(b"\n") == [b""]
    assert lines.split(b"a\r\nb\rc\x0cd") == [b"a", b"b\rc\x0cd"]


@given(st.sets(st.integers(1, 60)))
def test_ranges_and_numbers_are_each_others_inverse(numbers: set[int]) -> None:
    text = ranges.of_numbers(numbers)
    pairs = ranges.pairs(text) or []
    back = {n for first, last in pairs for n in range(first, last + 1)}
    assert set(back) == numbers


texts = st.lists(st.sampled_from([b"a", b"b", b"c", b"  a", b"}", b"", b"d d", b"dd"]), max_size=12)


@given(texts, texts, st.data())
def test_no_owner_is_made_up(old: list[bytes], new: list[bytes], data: st.DataObject) -> None:
    """A line's owner wrote a line of the same characters in the old version."""
    whose = [data.draw(st.sampled_from([A, B, ""])) for _ in old]
    found = carried(Source(old, whose), new)
    assert len(found) == len(new)
    wrote: dict[str, bytes] = {}
    for text, owner in zip(old, whose, strict=True):
        wrote[owner] = wrote.get(owner, b"") + lines.squeezed(text)
    for text, owner in zip(new, found, strict=True):
        if owner:
            assert set(lines.squeezed(text)) <= set(wrote[owner])
    assert carried(Source(old, whose), old) == whose
    assert owners(len(new), owned(found)) == [owner or "" for owner in found]
