"""Lists of patterns mean the files that the same lines of a .gitignore would ignore."""

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.git.ignore_rules import Patterns
from tests.git.test_ignored import FILES, LINES, gits
from tests.support.sandbox import Sandbox


@pytest.fixture
def tree(repo: Sandbox) -> Sandbox:
    for name in FILES:
        repo.write(name, "x")
    return repo


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=5))
@example(["b/", "!b/c/"])
@example(["b/*", "!b/c"])
@example(["/a", "a b "])
@example(["[b-a]", "**/c/"])
def test_git_ignores_the_same_files(tree: Sandbox, lines: list[str]) -> None:
    tree.write(".gitignore", "".join(f"{line}\n" for line in lines))
    patterns = Patterns(lines)
    assert {name for name in FILES if patterns.take(name)} == gits(tree)


@pytest.mark.parametrize("line", ["", "#a", "!", "/", "!a"])
def test_a_line_that_says_nothing_takes_nothing(line: str) -> None:
    assert not any(Patterns([line]).take(name) for name in FILES)


@pytest.mark.parametrize("line", ["a" + "*a" * 40 + "b", "**/a/" * 40 + "b", "**/" * 40 + "*a*b"])
def test_stars_that_do_not_fit_take_no_time(line: str) -> None:
    """A regular expression that tried them all would not end in a lifetime."""
    assert not Patterns([line]).take("a/" * 60 + "a" * 120)
