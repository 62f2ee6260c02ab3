"""Which Git verbs a shell command holds."""

import pytest

from git_anvcs.provenance.shell import git_verbs, takes_away


@pytest.mark.parametrize(
    ("command", "verbs"),
    [
        ("git commit -m x", ("commit",)),
        ("cd a && git add . && git -C b -c user.name=x commit -q", ("add", "commit")),
        ("/usr/bin/git --git-dir=.git commit", ("commit",)),
        ("git anvcs commit -m x; ai-vcs show", ("commit", "show")),
        ('bash -c "git commit -m x"', ("commit",)),
        ("echo digit commit", ()),
        ("git", ()),
        ("git -C", ()),
        ("pytest -q", ()),
    ],
)
def test_verbs_are_those_of_git_when_read_from_a_command(
    command: str, verbs: tuple[str, ...]
) -> None:
    assert git_verbs(command) == verbs


@pytest.mark.parametrize(
    "command",
    [
        "git reset --hard", "cd a && git clean -fdx", "git -C x checkout -- .", "rm -rf src",
        "find . -name '*.py' -delete", "echo > a.py", "/bin/mv a b", "sed -i s/a/b/ f",
        "git worktree remove --force ../a", "git branch -D topic", "git stash drop",
        "git apply x.diff", "git nuke", "git submodule update -f", "git commit -am x", "ln -sf a b",
    ],
)  # fmt: skip
def test_a_command_that_may_destroy_is_known(command: str) -> None:
    assert takes_away(command)


@pytest.mark.parametrize("command", ["git status", "ls -la", "cat a.py", "python -m pytest", ""])
def test_a_command_that_only_looks_destroys_nothing(command: str) -> None:
    assert not takes_away(command)
