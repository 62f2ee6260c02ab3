"""What is ignored by files alone, beside what Git itself says."""

import os
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.git.ignored import is_ignored
from git_anvcs.git.locate import locate
from tests.support.sandbox import Sandbox

FILES = [
    "a",
    "ab",
    "a b",
    ".a",
    "b/a",
    "b/a.log",
    "b/c/a",
    "b/c/d/ab",
    "c/[a]",
    "c/A1",
    "c/a-b",
    "c/é",
]
TOKENS = ["a", "b", "c", "d", "A", "1", ".", "-", "é", " ", "log"]
SIGNS = ["*", "**", "?", "/", "/**/", "!", "#", "\\", "[", "]", "[a]", "[!a]", "[^b]", "[a-c]"]
MORE = ["[]a]", "[a-]", "[[:alpha:]]", "[[:digit:]-]", "[[:no:]]", "[\\]a]", "\\ ", "\r", "***"]
LINES = st.lists(st.sampled_from([*TOKENS, *SIGNS, *MORE]), min_size=1, max_size=6).map("".join)


@pytest.fixture
def tree(repo: Sandbox) -> Sandbox:
    for name in FILES:
        repo.write(name, "x")
    return repo


def ours(repo: Sandbox) -> set[str]:
    place = locate(repo.root)
    assert place is not None
    return {name for name in FILES if is_ignored(place, name)}


def gits(repo: Sandbox) -> set[str]:
    names = "\0".join(FILES) + "\0"
    done = repo.run("git", "check-ignore", "--no-index", "-z", "--stdin", stdin=names)
    assert done.returncode in (0, 1), done.stderr
    return set(done.stdout.split("\0")[:-1])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, max_size=5), st.lists(LINES, max_size=3), st.lists(LINES, max_size=2))
@example(["*", "!*/", "!*.log"], [], [])
@example(["b/"], ["!a"], [])
@example(["[a-A]", "[b-[[:digit:]-]"], [], [])
@example(["b**/d/", "c**/c"], ["c**/**/"], [])
@example(["***/c", "***/**/[!a]"], [], [])
@example(["**/d/**"], [], ["b/**/ab"])
@example(["/b/c"], ["!c/"], ["c"])
@example(["a\\ b  ", "a  "], [], [])
@example(["\ufeffa"], ["\\!a", "#a"], [])
def test_it_is_what_git_says(
    tree: Sandbox, top: list[str], inside: list[str], exclude: list[str]
) -> None:
    for name, lines in ((".gitignore", top), ("b/.gitignore", inside)):
        tree.write(name, "\n".join(lines) + "\n")
    tree.write(".git/info/exclude", "\n".join(exclude))
    assert ours(tree) == gits(tree)


def test_a_tracked_file_is_not_ignored(tree: Sandbox) -> None:
    tree.write(".gitignore", "b/\n")
    tree.git("add", "-f", "b/a")
    place = locate(tree.root)
    assert place is not None
    assert [is_ignored(place, name) for name in ("b/a", "b/a.log")] == [False, True]


def test_a_file_of_rules_that_cannot_be_read_rules_nothing(tree: Sandbox) -> None:
    (tree.base / "rules").write_text("*\n")
    (tree.root / ".gitignore").symlink_to("../rules")
    os.mkfifo(tree.root / "b/.gitignore")
    (tree.root / "c/.gitignore").mkdir()
    assert ours(tree) == set()


def test_in_a_linked_worktree_its_own_rules_count(tree: Sandbox) -> None:
    tree.commit("start", {".gitignore": "x\n"})
    tree.git("worktree", "add", "-q", "../other")
    (tree.base / "other/.gitignore").write_text("y\n")
    place = locate(Path(tree.base / "other"))
    assert place is not None
    assert [is_ignored(place, name) for name in ("x", "y")] == [False, True]
