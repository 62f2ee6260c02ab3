"""What selections take; that patterns mean what Git says is tests/git/test_ignore_rules.py."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs.selection import Selection, unbraced, words
from git_anvcs.kernel.errors import UsageError

PATHS = ["a.pt", "m/a.pt", "m/raw/b.pt", "m/c.mp4", "v/c.mp4"]


@pytest.mark.parametrize(
    ("include", "exclude", "taken"),
    [
        ([], [], PATHS),
        (["*.pt"], [], ["a.pt", "m/a.pt", "m/raw/b.pt"]),
        (["m"], ["raw/"], ["m/a.pt", "m/c.mp4"]),
        ([], ["/m/**", "!m/a.pt"], ["a.pt", "m/a.pt", "v/c.mp4"]),
        (["/*.{pt,mp4}", "v/"], ["v/c.*"], ["a.pt"]),
        (["none"], [], []),
    ],
)
def test_include_takes_and_exclude_goes_before(
    include: list[str], exclude: list[str], taken: list[str]
) -> None:
    selection = Selection(include, exclude)
    assert [path for path in PATHS if selection.takes(path)] == taken
    assert selection.narrows == bool(include or exclude)


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("a,b/", ["a", "b/"]),
        (" a , ,*.{x,y} ", ["a", "*.{x,y}"]),
        (r"a\,b,c\\,d", [r"a\,b", r"c\\", "d"]),
        ("a\\", ["a\\"]),
        ("{a,b", ["{a", "b"]),
        ("", []),
    ],
)
def test_commas_are_between_patterns(text: str, patterns: list[str]) -> None:
    assert words(text) == patterns


@given(st.lists(st.text("ab*/.", min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_was_joined_is_told_apart(patterns: list[str]) -> None:
    assert words(",".join(patterns)) == patterns
    assert unbraced(["{" + ",".join([*patterns, "c"]) + "}"]) == [*patterns, "c"]


@pytest.mark.parametrize("pattern", ["{a,b}" * 40, "{a,b}" * 12 + "{" + "," * 60_000 + "}"])
def test_braces_that_stand_for_too_much_are_a_mistake(pattern: str) -> None:
    with pytest.raises(UsageError, match="too many patterns"):
        Selection([pattern])


def test_braces_that_nobody_closes_are_no_braces() -> None:
    pattern = "{" + "," * 60_000
    assert unbraced([pattern]) == [pattern]
