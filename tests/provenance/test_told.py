"""Digests of the lines an agent says it wrote: exactly those that came into the file."""

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.provenance.told import MOST_LINES, Wrote, digest, lines, replaced

TEXTS = st.text(alphabet="ab \n", max_size=30)


def told(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(digest(text.encode()) for text in texts))


def test_a_whole_text_tells_its_lines_each_once_whatever_ends_them() -> None:
    wrote = [Wrote("f", "one\r\ntwo\none\n")]
    assert lines(wrote, None) == told("one", "two")


def test_a_part_of_a_line_is_found_whole_in_the_file() -> None:
    content = b"def f():\n    return old + new\n"
    assert lines([Wrote("f", "new", whole=False)], content) == told("    return old + new")


def test_a_part_that_stands_in_the_file_twice_is_not_guessed() -> None:
    content = b"x = new\ny = new\n"
    assert lines([Wrote("f", "new", whole=False)], content) == told("new")


def test_whole_lines_in_a_part_do_not_draw_in_the_next_line() -> None:
    content = b"one\ntwo\nthree\n"
    assert lines([Wrote("f", "two\n", whole=False)], content) == told("two")


def test_a_deletion_tells_nothing() -> None:
    assert lines([Wrote("f", "", whole=False)], b"a\n\nb\n") == ()
    assert lines([Wrote("f", "")], b"a\n\nb\n") == ()


def test_no_more_than_the_most_are_told() -> None:
    wrote = [Wrote("f", "\n".join(map(str, range(1000))))]
    assert lines(wrote, None) == told(*map(str, range(MOST_LINES)))


def test_half_of_a_character_is_no_obstacle() -> None:
    assert lines([Wrote("f", "\ud800")], None) == told("?")
    assert lines([Wrote("f", "\udcff")], None) == (digest(b"\xff"),)


def test_replaced_gives_the_line_around_the_place() -> None:
    assert replaced("a = 1\nb = 2\n", "2", "3") == "b = 3"
    assert replaced("a = 1\nb = 2\n", "a = 1\n", "") == ""
    assert replaced("a = 1\nb = 2\n", " = 1\n", "") == "ab = 2"
    assert replaced("", "", "new\nfile\n") == "new\nfile\n"
    assert replaced("a", "b", "c") is None


def test_replaced_everywhere_gives_every_line_that_changed() -> None:
    assert replaced("f(x)\ng()\nf(y)\n", "f", "h", everywhere=True) == "h(x)\nh(y)"


@given(TEXTS, TEXTS.filter(bool), TEXTS, st.booleans())
def test_every_line_that_is_new_in_the_file_is_among_the_lines_told(
    original: str, old: str, new: str, everywhere: bool
) -> None:
    whole = replaced(original, old, new, everywhere=everywhere)
    if whole is None:
        assert old not in original
        return
    after = original.replace(old, new, -1 if everywhere else 1)
    fresh = set(after.split("\n")) - set(original.split("\n"))
    assert fresh <= set(whole.split("\n"))


@given(TEXTS, TEXTS.filter(bool), TEXTS)
def test_lines_told_without_the_original_are_whole_lines_of_the_file_or_of_the_text(
    original: str, old: str, new: str
) -> None:
    after = original.replace(old, new, 1)
    found = lines([Wrote("f", new, whole=False)], after.encode())
    assert set(found) <= set(told(*after.split("\n"), *new.split("\n")))
