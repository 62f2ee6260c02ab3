"""branch.NAME.mergeOptions is read as Git reads it."""

import pytest

from git_anvcs.flows.merging.configured import read
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied
from tests.support.sandbox import Sandbox

CASES = [
    ("--squash", ["--squash"], [], []),
    ("--no-ff -s ort", ["--no-ff"], ["ort"], []),
    ("-nsanvcs -m 'a b'", ["-n", "-m", "a b"], ["anvcs"], []),
    ("--strategy=recursive -Xours", ["-Xours"], ["recursive"], ["ours"]),
    ("--strategy-option patience -X theirs",
     ["--strategy-option", "patience", "-X", "theirs"], [], ["patience", "theirs"]),
    ("-m -s --file=-sours -Ssresolve", ["-m", "-s", "--file=-sours", "-Ssresolve"], [], []),
    ("-s", [], [""], []),
    ("", [], [], []),
]  # fmt: skip


@pytest.mark.parametrize(("said", "words", "strategies", "favours"), CASES)
def test_the_words_of_the_setting(
    repo: Sandbox, said: str, words: list[str], strategies: list[str], favours: list[str]
) -> None:
    repo.git("config", "branch.a=b/c.mergeoptions", said)
    here = Repo.discover(repo.root)
    if "" in strategies:
        with pytest.raises(PolicyDenied):
            read(here, "refs/heads/a=b/c", {})
        return
    found = read(here, "refs/heads/a=b/c", {})
    assert (list(found.words), list(found.strategies)) == (words, strategies)
    assert list(found.favours) == favours
