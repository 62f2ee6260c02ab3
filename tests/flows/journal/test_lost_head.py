"""Git has lost the commit of HEAD, as after a gc beside an amend: saves are kept all the same."""

import json

from tests.support.sandbox import Sandbox


def lose(repo: Sandbox, oid: str) -> None:
    (repo.root / f".git/objects/{oid[:2]}/{oid[2:]}").unlink()


def test_saves_are_kept_where_heads_commit_is_gone(repo: Sandbox) -> None:
    repo.commit("one", {"a": "a\n", "sub/b": "b\n", "c": "c\n", ".gitignore": "*.log\n"})
    repo.ok("git-anvcs", "journal", "look")
    lose(repo, repo.git("rev-parse", "HEAD").strip())
    assert repo.run("git", "status").returncode
    repo.write("sub/b", "b, worked on\n")
    repo.write("new", "new\n")
    repo.write("noise.log", "ignored\n")
    (repo.root / "c").unlink()
    made = json.loads(repo.ok("git-anvcs", "journal", "look", "--json"))
    assert made["operations"] == 4  # HEAD, and three files
    assert json.loads(repo.ok("git-anvcs", "journal", "look", "--json")) == made
    for path, text in (("sub/b", "b, worked on\n"), ("new", "new\n")):
        repo.write(path, "destroyed\n")
        repo.ok("git-anvcs", "journal", "look")
        repo.ok("git-anvcs", "restore", "--yes", path)
        assert (repo.root / path).read_text() == text
