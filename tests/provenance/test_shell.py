"""Which Git verbs a shell command holds."""

import pytest

from git_anvcs.provenance.shell import git_verbs


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
