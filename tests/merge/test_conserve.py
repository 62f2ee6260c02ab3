"""The conservation check of one path: what counts as lost, and what does not."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.merge import conserve, lines
from git_anvcs.merge.conserve import Case, Loss, bounds, judge
from git_anvcs.merge.result import Options, Versions

BASE = b"".join(b"line number %d\n" % number for number in range(1, 13))


def edited(text: bytes, **changes: bytes) -> bytes:
    """The text with lines exchanged: `_3=b"new\\n"`; empty takes one away."""
    parts = text.splitlines(keepends=True)
    for place, line in changes.items():
        parts[int(place[1:]) - 1] = line
    return b"".join(parts)


def found(
    base: bytes | None, ours: bytes | None, theirs: bytes | None, result: bytes | None
) -> list[tuple[str, int, list[int], bool]]:
    losses = judge(Case("f", base, (ours, theirs), result))
    return [(one.kind, one.side, [n for n, _ in one.lines], one.decided) for one in losses]


OURS = edited(BASE, _2=b"ours has this\n")
THEIRS = edited(BASE, _11=b"theirs has that\n")
BOTH = edited(OURS, _11=b"theirs has that\n")


def test_a_merge_that_keeps_both_has_lost_nothing() -> None:
    assert found(BASE, OURS, THEIRS, BOTH) == []
    assert found(BASE, OURS, BASE, OURS) == []
    assert found(BASE, BASE, THEIRS, THEIRS) == []
    assert found(BASE, OURS, OURS, OURS) == []


def test_a_side_that_was_taken_whole_loses_the_other_ones_lines() -> None:
    assert found(BASE, OURS, THEIRS, THEIRS) == [
        ("lost-line", 0, [2], False),
        ("resurrected-line", 0, [2], False),
    ]


def test_a_change_that_is_gone_altogether_reverts_the_file() -> None:
    assert found(BASE, OURS, BASE, BASE) == [("reverted-file", 0, [2], False)]
    assert found(BASE, OURS, THEIRS, BASE) == [
        ("reverted-file", 0, [2], False),
        ("reverted-file", 1, [11], False),
    ]


def test_a_line_that_a_side_removed_must_not_come_back() -> None:
    ours = edited(BASE, _2=b"")
    result = edited(BASE, _11=b"theirs has that\n")
    assert found(BASE, ours, THEIRS, result) == [("resurrected-line", 0, [2], False)]


def test_files_come_and_go_with_the_side_that_worked_on_them() -> None:
    assert found(None, b"made here\n", None, None) == [("lost-file", 0, [1], False)]
    assert found(BASE, None, BASE, None) == []
    assert found(BASE, None, BASE, BASE) == [("reverted-file", 0, [], False)]
    assert found(BASE, OURS, None, OURS)[0][3], "modified here, removed there: somebody chose"
    [(kind, side, _, decided)] = found(BASE, OURS, None, None)
    assert (kind, side, decided) == ("lost-file", 0, True)
    [(kind, _, told, _)] = found(BASE, BASE, BASE, None)
    assert (kind, len(told)) == ("lost-file", 12)


def test_where_both_changed_the_same_line_somebody_chose() -> None:
    ours, theirs = edited(BASE, _5=b"port = 8080\n"), edited(BASE, _5=b"host = local\n")
    assert found(BASE, ours, theirs, ours) == [("lost-line", 1, [5], True)]


def test_two_lines_added_in_one_place_both_stay() -> None:
    ours, theirs = BASE + b"def one(): pass\n", BASE + b"def two(): pass\n"
    assert found(BASE, ours, theirs, ours) == [("lost-line", 1, [13], False)]


def test_a_line_that_the_merge_develops_further_is_not_lost() -> None:
    ours = edited(BASE, _5=b"call(first, second)\n")
    result = edited(THEIRS, _5=b"call(first, second, third)\n")
    assert found(BASE, ours, THEIRS, result) == []


@pytest.mark.parametrize(
    "again",
    [
        b"\tcall('first',second)\n",
        b"call(\n  'first',\n  second,\n)\n",
        b'call ( "first", second );\n',
    ],
)
def test_spacing_and_wrapping_are_no_loss(again: bytes) -> None:
    ours = edited(BASE, _5=b"call('first', second)\n")
    assert found(BASE, ours, THEIRS, edited(THEIRS, _5=again)) == []


def test_a_word_within_another_is_not_the_line() -> None:
    ours = edited(BASE, _5=b"total = 1\n")
    result = edited(THEIRS, _5=b"", _6=b"subtotal = 10 and more and more of it\n")
    assert ("lost-line", 0, [5], False) in found(BASE, ours, THEIRS, result)


def test_a_line_that_moves_is_not_lost() -> None:
    result = edited(THEIRS, _2=b"", _9=b"line number 9\nours has this\n")
    assert found(BASE, OURS, THEIRS, result) == []


def test_a_repeated_line_is_missed_in_its_place() -> None:
    base = b"begin one\nwork\nend one\nbegin two\nwork\nend two\n"
    ours = base.replace(b"work\nend one", b"work\nrelease()\nend one").replace(
        b"work\nend two", b"work\nrelease()\nend two"
    )
    result = b"header x\n" + ours.replace(b"work\nrelease()\nend two", b"work\nend two")
    assert found(base, ours, b"header x\n" + base, result) == [("lost-line", 0, [7], False)]


def test_brackets_are_no_evidence() -> None:
    assert found(BASE, BASE + b"}\n", THEIRS, THEIRS) == []


def test_what_a_program_makes_is_made_anew() -> None:
    [loss] = judge(Case("uv.lock", BASE, (OURS + b"x = more\n", THEIRS), THEIRS + b"line\n"))[:1]
    assert loss.decided


def test_binary_files_count_as_wholes() -> None:
    assert found(b"\0a", b"\0b", b"\0a", b"\0a") == [("reverted-file", 0, [], False)]
    assert found(b"\0a", b"\0b", b"\0c", b"\0c") == []


def test_more_than_two_sides() -> None:
    third = edited(BASE, _6=b"third has it\n")
    all_of_it = edited(BOTH, _6=b"third has it\n")
    assert judge(Case("f", BASE, (OURS, THEIRS, third), all_of_it)) == []
    [lost, back] = judge(Case("f", BASE, (OURS, THEIRS, third), BOTH))
    assert (lost.kind, lost.side, back.kind, back.side) == (
        "lost-line", 2, "resurrected-line", 2,
    )  # fmt: skip


def test_lines_that_went_to_another_file_are_not_lost() -> None:
    loss = Loss("lost-line", 0, (conserve.Line(2, b"ours has this"), conserve.Line(3, b"and it")))
    assert conserve.without([loss], conserve.tokens(b"ours has this\n"))[0].lines == loss.lines[1:]
    assert conserve.without([loss], conserve.tokens(b"ours has this\nand it\n")) == []


@given(st.integers(0, 5), st.lists(st.integers(0, 5), min_size=1, max_size=4))
def test_bounds_admit_every_side_alone_with_an_untouched_base(base: int, sides: list[int]) -> None:
    least, most = bounds(base, sides)
    assert 0 <= least <= most
    for side in sides:
        assert bounds(base, [side, *(base for _ in sides[1:])]) == (side, side)


WORDS = st.sampled_from([b"alpha", b"bravo", b"charlie", b"delta", b"echo"])
TEXT = st.lists(st.tuples(WORDS, WORDS).map(b" ".join), max_size=9).map(
    lambda found: b"".join(line + b"\n" for line in found)
)


@given(TEXT, TEXT, TEXT)
def test_what_git_merges_without_a_conflict_has_lost_nothing(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    merged = lines.merge(Versions(base, ours, theirs), Options(path="f"))
    if not merged.conflicts:
        losses = judge(Case("f", base, (ours, theirs), merged.text))
        assert [loss for loss in losses if loss.kind != "reverted-file"] == []


@given(TEXT, TEXT, TEXT, TEXT)
def test_the_order_of_the_sides_does_not_matter(
    base: bytes, ours: bytes, theirs: bytes, result: bytes
) -> None:
    here = judge(Case("f", base, (ours, theirs), result))
    there = judge(Case("f", base, (theirs, ours), result))

    def told(losses: list[Loss], flip: int) -> set[tuple[object, ...]]:
        return {(one.kind, one.side ^ flip, one.lines, one.decided) for one in losses}

    assert told(here, 0) == told(there, 1)
