"""Our options and Git's on one command line."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.cli.commands import commit
from git_anvcs.cli.passing import split


@pytest.mark.parametrize(
    ("words", "ours", "rest"),
    [
        ("-qam text --prompt p", "--prompt p", "-qam text"),
        ("-m --prompt --model a/b", "--model a/b", "-m --prompt"),
        ("--message --json --json", "--json", "--message --json"),
        ("-mtext --preview", "--preview", "-mtext"),
        ("--amend --no-edit -C HEAD", "", "--amend --no-edit -C HEAD"),
        ("--model=a/b --message=--prompt", "--model=a/b", "--message=--prompt"),
        ("-- --prompt", "", "-- --prompt"),
        ("--coverage 5 -- a b", "--coverage 5", "-- a b"),
        ("--prompt", "--prompt", ""),
        ("--fixup HEAD~1 a.py", "", "--fixup HEAD~1 a.py"),
    ],
)
def test_words_are_told_apart(words: str, ours: str, rest: str) -> None:
    found = split(words.split(), commit.OPTIONS, commit.GIT_TAKES_VALUE)
    assert found == (ours.split(), rest.split())


@given(st.lists(st.sampled_from(["-m", "--prompt", "x", "--", "-am", "--json", "--x=1", "-"])))
def test_no_word_is_lost_or_made_up(words: list[str]) -> None:
    mine, rest = split(words, commit.OPTIONS, commit.GIT_TAKES_VALUE)
    assert sorted([*mine, *rest]) == sorted(words)
