"""How files stand, asked of few paths or of many."""

from git_anvcs.git import standing
from git_anvcs.git.repo import Repo
from tests.support.sandbox import Sandbox


def test_many_paths_are_answered_as_few_are(repo: Sandbox) -> None:
    repo.commit("one", {"a/b/c": "c\n", "a/bc": "bc\n", "d": "d\n", "clean": "same\n"})
    for name in ("a/b/c", "a/bc", "d", "a/b/new", "a b", "line\nbreak"):
        repo.write(name, "changed\n")
    here = Repo.discover(repo.root)
    for asked in (("a/b", "d"), ("a",), ("a/b/c", "line\nbreak", "clean"), ("a b", "nowhere")):
        few = standing.look(here, paths=asked)
        many = standing.look(here, paths=(*asked, *(f"nothing-{n}" for n in range(300))))
        assert many == few
        assert all(any(f"{p}/".startswith(f"{one}/") for one in asked) for p in few.files)
