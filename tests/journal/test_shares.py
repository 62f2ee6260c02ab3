"""What one author alone changed of a text: never a byte of another's, and all of it when alone."""

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.journal import shares
from git_anvcs.journal.weave import Weave

LINES = st.lists(st.sampled_from(["a", "bb", "é", "", "x y"]), max_size=6)
STEPS = st.lists(st.tuples(st.sampled_from("AB"), LINES, st.booleans()), max_size=6)


def text(lines: list[str], *, ended: bool) -> str:
    return "\n".join(lines) + ("\n" if ended and lines else "")


def woven(first: str, steps: list[tuple[str, str]]) -> Weave:
    weave = Weave(first)
    for by, now in steps:
        weave.step(now, by)
    return weave


@given(LINES, STEPS)
def test_hunks_are_the_first_text_and_the_last(
    first: list[str], steps: list[tuple[str, list[str], bool]]
) -> None:
    begin = text(first, ended=True)
    made = [(by, text(lines, ended=ended)) for by, lines, ended in steps]
    weave = woven(begin, made)
    found = list(shares.hunks(weave))
    assert b"".join(hunk.first for hunk in found) == begin.encode()
    assert b"".join(hunk.now for hunk in found) == weave.text.encode()
    assert all(hunk.first == hunk.now for hunk in found if not hunk.authors)
    # All by one: all of it. Nothing by one: nothing.
    alone = woven(begin, [("A", now) for _, now in made])
    assert shares.of(alone, "A")[:3] == (alone.text.encode(), True, 0)
    assert shares.of(alone, "B").text == begin.encode()


@given(st.lists(st.sampled_from("AB -"), min_size=1, max_size=12), st.booleans())
def test_lines_apart_go_to_whoever_changed_them(marks: list[str], turned: bool) -> None:
    """Each author changes lines of his own between lines that nobody touches."""
    lines = [f"{number}\n" for number in range(2 * len(marks) + 1)]
    now, only = list(lines), {by: list(lines) for by in "AB"}
    steps = []
    for number, by in list(enumerate(marks))[:: -1 if turned else 1]:
        if by in "AB":
            for found in (now, only[by]):
                found[2 * number + 1] = f"{by} {number}\n" * (number % 3)
            steps.append((by, "".join(now)))
    weave = woven("".join(lines), steps)
    for by in "AB":
        share = shares.of(weave, by)
        assert share.text.decode() == "".join(only[by])
        assert share.mixed == 0
        other = "B" if by == "A" else "A"
        assert share.whole == (only[other] == lines)


def test_one_line_of_two_is_nobodys() -> None:
    weave = woven("a b\nc\n", [("A", "a bb\nc\n"), ("B", "aa bb\nc\n"), ("A", "aa bb\nc\nd\n")])
    assert shares.of(weave, "A") == (b"a b\nc\nd\n", False, 1, True)
    # Also what was there in between counts: A built on it.
    weave = woven("a\n", [("B", "a\nb\n"), ("A", "a\nB\n")])
    assert shares.of(weave, "A") == (b"a\n", False, 1, False)


def test_what_was_committed_in_part_is_nobodys_any_more() -> None:
    weave = woven("1\n2\n3\n4\n", [("A", "1\na\n3\n4\n"), ("B", "1\na\n3\nb\n")])
    first = shares.commit(weave, "1\na\n3\n4\n")
    assert weave.text == "1\na\n3\nb\n"
    assert shares.of(weave, "A", first) == (b"1\na\n3\n4\n", False, 0, False)
    assert shares.of(weave, "B", first) == (b"1\na\n3\nb\n", True, 0, True)
    weave.step("A\na\n3\nb\n", "A")
    assert shares.of(weave, "A", first).text == b"A\na\n3\n4\n"
    assert shares.of(weave, "B", first).text == b"1\na\n3\nb\n"


@given(LINES, STEPS, LINES, STEPS)
def test_hunks_since_a_commit(
    first: list[str],
    before: list[tuple[str, list[str], bool]],
    committed: list[str],
    after: list[tuple[str, list[str], bool]],
) -> None:
    weave = woven(text(first, ended=True), [(by, text(s, ended=e)) for by, s, e in before])
    disk = weave.text
    since = shares.commit(weave, text(committed, ended=True))
    assert weave.text == disk
    for by, lines, ended in after:
        weave.step(text(lines, ended=ended), by)
    found = list(shares.hunks(weave, since))
    assert b"".join(hunk.first for hunk in found) == text(committed, ended=True).encode()
    assert b"".join(hunk.now for hunk in found) == weave.text.encode()
    assert all(hunk.first == hunk.now for hunk in found if not hunk.authors)
