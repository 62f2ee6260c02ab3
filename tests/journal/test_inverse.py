"""What one author did is taken back exactly, and nothing that others did is lost or guessed."""

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import inverse
from git_anvcs.journal.weave import Weave

A, B, C = "a:1", "b:2", ""


class Step(NamedTuple):
    by: str
    zone: int
    at: int
    removed: int
    added: tuple[str, ...]


def is_a(by: str) -> bool:
    return by == A


def text_of(zones: list[list[str]]) -> str:
    """Lines of zones with a line between that nobody touches."""
    return "".join(f"{''.join(zone)}=== end of {k} ===\n" for k, zone in enumerate(zones))


def replayed(zones: list[list[str]], steps: list[Step]) -> list[str]:
    """The text after each step."""
    now = [list(zone) for zone in zones]
    found = []
    for step in steps:
        zone = now[step.zone]
        at = step.at % (len(zone) + 1)
        zone[at : at + step.removed] = step.added
        found.append(text_of(now))
    return found


AUTHORS = (A, B, A, C)
WORDS = ["x\n", "y = 1\n", "\n", "é 😀\n", "    y = 2\n", "x x\n"]
STEP = st.builds(
    lambda zone, at, removed, added: Step(AUTHORS[zone], zone, at, removed, tuple(added)),
    st.integers(0, 3),
    st.integers(0, 9),
    st.integers(0, 3),
    st.lists(st.sampled_from(WORDS), max_size=3),
)
ZONES = st.lists(st.lists(st.sampled_from(WORDS), max_size=5), min_size=4, max_size=4)


def woven(first: str, versions: list[tuple[str, str]]) -> Weave:
    weave = Weave(first)
    for text, by in versions:
        weave.step(text, by)
        assert b"".join(piece.data for piece in weave.pieces if piece.here).decode() == text
    return weave


def reverted(weave: Weave) -> str:
    return b"".join(hunk.text for hunk in inverse.without(weave, is_a)).decode()


@given(ZONES, st.lists(STEP, max_size=12))
def test_work_apart_is_as_if_the_author_had_never_been_there(
    zones: list[list[str]], steps: list[Step]
) -> None:
    texts = replayed(zones, steps)
    weave = woven(text_of(zones), [(t, s.by) for t, s in zip(texts, steps, strict=True)])
    hunks = inverse.without(weave, is_a)
    others = [step for step in steps if step.by != A]
    assert reverted(weave) == ([text_of(zones), *replayed(zones, others)])[-1]
    assert not any(hunk.conflict for hunk in hunks)


LINES = st.lists(st.sampled_from([*WORDS, "x"]), max_size=7).map("".join)
VERSIONS = st.lists(st.tuples(LINES, st.sampled_from([A, B, C])), max_size=8)


@given(LINES, VERSIONS)
def test_without_everybody_it_is_the_first_text(
    first: str, versions: list[tuple[str, str]]
) -> None:
    weave = woven(first, [(text, A) for text, _ in versions])
    hunks = inverse.without(weave, is_a)
    assert reverted(weave) == first
    assert not any(hunk.conflict for hunk in hunks)


@given(LINES, VERSIONS)
def test_no_byte_of_others_is_lost_and_conflicts_stay_as_they_are(
    first: str, versions: list[tuple[str, str]]
) -> None:
    weave = woven(first, versions)
    hunks = inverse.without(weave, is_a)
    assert b"".join(hunk.now for hunk in hunks).decode() == weave.text
    others = b"".join(data for by, data in weave.alive() if by != A)
    left = iter(b"".join(hunk.text for hunk in hunks))
    assert all(byte in left for byte in others)
    assert all(hunk.pieces for hunk in hunks if hunk.now != hunk.without)


@given(LINES, VERSIONS)
def test_a_version_of_another_form_is_that_text(
    first: str, versions: list[tuple[str, str]]
) -> None:
    weave = Weave(first)
    for text, by in versions:
        if by == C:
            weave.reform(text, by, is_a)
        else:
            weave.step(text, by)
        assert b"".join(piece.data for piece in weave.pieces if piece.here).decode() == text
    others = b"".join(data for by, data in weave.alive() if by != A)
    left = iter(b"".join(hunk.text for hunk in inverse.without(weave, is_a)))
    assert all(byte in left for byte in others)


@given(LINES, VERSIONS)
def test_a_revert_can_be_undone_and_done_again(first: str, versions: list[tuple[str, str]]) -> None:
    weave = woven(first, versions)
    before, hunks = weave.text, inverse.without(weave, is_a)
    wanted = reverted(weave)
    inverse.take_back(weave, hunks, "undo")
    assert weave.text == wanted
    if not any(hunk.conflict for hunk in hunks):
        assert reverted(weave) == wanted
    weave.step(before, "undo")
    assert reverted(weave) == wanted


@pytest.mark.parametrize(
    ("first", "versions", "wanted", "conflicts"),
    [
        # in one word, or touching in one line
        ("n = 100\n", [("n = 200\n", A), ("n = 205\n", B)], "n = 205\n", 1),
        ("n = 1\n", [("n = 1  # a\n", A), ("n = 1  # a, b\n", B)], "n = 1  # a, b\n", 1),
        ("a b c\n", [("A b c\n", A), ("A b C\n", B)], "a b C\n", 0),
        # others went on in the next line
        ("1\n", [("1\na\n", A), ("1\na\nb\n", B)], "1\nb\n", 0),
        ("1\n2\n", [("1\nx\n", A), ("1\nx\nb\n", B)], "1\n2\nb\n", 0),
        ("1\n2\n", [("x\n2\n", A), ("b\nx\n2\n", B)], "b\n1\n2\n", 0),
        ("1\n2\n3\n", [("1\n3\n", A), ("1\nthree\n", B)], "1\n2\nthree\n", 0),
        # inside of what the author wrote
        ("1\n", [("1\na\na2\n", A), ("1\na\nb\na2\n", B)], "1\na\nb\na2\n", 1),
        # instead of it
        ("1\n", [("1\na\n", A), ("1\nb\n", B)], "1\nb\n", 1),
        ("1\n2\n", [("1\na\n", A), ("1\nb\n", B)], "1\nb\n", 1),
        ("1\nold\n3\n", [("1\nnew\n3\n", A), ("1\n3\n", B)], "1\n3\n", 1),
        # where it was
        ("1\n2\n3\n", [("1\n3\n", A), ("1\nb\n3\n", B)], "1\nb\n3\n", 1),
        ("1\n2\n3\n4\n", [("1\n2\n4\n", A), ("1\n", B)], "1\n", 1),
        # the author wrote behind what others did
        ("f\n", [("fo\n", B), ("foo\n", A)], "fo\n", 0),
        # away, and back: a stash, a switch, an undo
        ("1\n", [("1\na\n", A), ("1\n", C), ("1\na\n", C)], "1\n", 0),
    ],
)
def test_what_cannot_be_told_apart_is_a_conflict(
    first: str, versions: list[tuple[str, str]], wanted: str, conflicts: int
) -> None:
    weave = woven(first, versions)
    assert reverted(weave) == wanted
    assert sum(hunk.conflict for hunk in inverse.without(weave, is_a)) == conflicts
