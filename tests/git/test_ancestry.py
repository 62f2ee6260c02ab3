"""Merge bases as Git has them, and what a history that ends early makes of them."""

from pathlib import Path
import random

import pytest

from git_anvcs.git.ancestry import Bases, open_ancestry
from git_anvcs.git.repo import Repo
from tests.support.sandbox import Sandbox


def history(repo: Sandbox, seed: int, size: int = 40) -> list[str]:
    """Commits with one to three random parents; some clocks went wrong."""
    chosen = random.Random(seed)
    stream = []
    for number in range(1, size + 1):
        known = range(1, number)
        parents = chosen.sample(known, min(len(known), chosen.choice((1, 1, 2, 2, 3))))
        if chosen.random() < 0.05:
            parents = []
        date = 1_700_000_000 + 60 * number + chosen.choice((0, 0, 0, -7200))
        stream.append(
            f"commit refs/heads/c{number}\nmark :{number}\ncommitter T <t@x> {date} +0000\ndata 0\n"
        )
        links = [f"{'merge' if place else 'from'} :{one}\n" for place, one in enumerate(parents)]
        stream += [*links, f"M 644 inline f{number}\ndata 1\nx\n\n"]
    repo.git("fast-import", "--quiet", stdin="".join(stream))
    return repo.git(
        "rev-parse", *(f"refs/heads/c{number}" for number in range(1, size + 1))
    ).split()


@pytest.mark.parametrize("seed", range(6))
def test_bases_are_those_of_git(repo: Sandbox, seed: int) -> None:
    commits = history(repo, seed)
    chosen = random.Random(seed)
    with open_ancestry(Repo.discover(repo.root)) as ancestry:
        for size in (2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 4):
            tips = chosen.sample(commits, size)
            how = ("--octopus", "--all")
            said = repo.run("git", "merge-base", *how, *tips).stdout.split()
            found = ancestry.bases(*tips)
            assert set(found.commits) == set(said), tips
            assert found.whole
            known = repo.run("git", "merge-base", "--is-ancestor", *tips[:2]).returncode == 0
            assert ancestry.is_ancestor(*tips[:2]) == known


def test_a_shallow_clone_says_that_it_does_not_know(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit("base", {"a": "1\n"})
    repo.commit("on", {"a": "2\n"})
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("topic one", {"b": "0\n"})
    topic = repo.commit("topic", {"b": "1\n"})
    repo.git("switch", "-q", "main")
    main = repo.commit("main", {"c": "1\n"})
    repo.git("merge", "-q", "--no-edit", "topic")
    shallow = tmp_path / "shallow"
    repo.git("clone", "-q", "--depth=2", f"file://{repo.root}", str(shallow), cwd=tmp_path)

    with open_ancestry(Repo.discover(shallow)) as ancestry:
        assert ancestry.bases(main, topic) == Bases((), whole=False)
