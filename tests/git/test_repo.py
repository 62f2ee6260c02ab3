import os
from pathlib import Path

import pytest

from git_anvcs.git import config, refs
from git_anvcs.git.repo import GitFailed, NotARepository, Repo
from git_anvcs.kernel.errors import UsageError
from tests.support.sandbox import Sandbox


def test_discover_finds_the_worktree_from_a_subdirectory(repo: Sandbox) -> None:
    repo.commit("one", {"a/b/c.txt": "x\n"})

    found = Repo.discover(repo.root / "a" / "b")

    assert found.root == repo.root
    assert found.common_dir == repo.root / ".git"
    assert not found.bare


def test_worktrees_share_the_common_directory_but_not_their_own(repo: Sandbox) -> None:
    repo.commit("one", {"a.txt": "x\n"})
    repo.git("worktree", "add", "-q", str(repo.base / "other"), "-b", "other")

    found = Repo.discover(repo.base / "other")

    assert found.common_dir == repo.root / ".git"
    assert found.git_dir == repo.root / ".git" / "worktrees" / "other"


def test_discover_understands_bare_repositories(repo: Sandbox) -> None:
    repo.commit("one", {"a.txt": "x\n"})
    repo.git("clone", "-q", "--bare", str(repo.root), str(repo.base / "bare.git"))

    found = Repo.discover(repo.base / "bare.git")

    assert found.bare
    assert found.common_dir == repo.base / "bare.git"
    assert found.resolve("main") == repo.git("rev-parse", "main").strip()


def test_discover_inside_the_git_directory_finds_the_worktree(repo: Sandbox) -> None:
    found = Repo.discover(repo.root / ".git")

    assert found.root == repo.root
    assert not found.bare
    assert found.git("status", "--porcelain") == b""


def test_discover_says_where_there_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NotARepository, match="not inside a Git repository"):
        Repo.discover(tmp_path)


def test_discover_tells_how_to_trust_a_foreign_owner(repo: Sandbox) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root to give the repository to somebody else")
    os.chown(repo.root / ".git", 12345, 12345)
    os.chown(repo.root, 12345, 12345)

    with pytest.raises(UsageError, match="does not trust the owner"):
        Repo.discover(repo.root)


def test_paths_may_hold_newlines_and_invalid_utf8(repo: Sandbox) -> None:
    odd = repo.base / os.fsdecode(b"odd\n\xff name")
    odd.mkdir()
    repo.git("init", "-q", str(odd))

    assert Repo.discover(odd).root == odd


def test_git_variables_of_a_hook_do_not_lead_astray(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit("one", {"a.txt": "x\n"})
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")

    assert Repo.discover(repo.root).resolve("HEAD") == commit


def test_resolve_is_none_for_what_is_no_commit(repo: Sandbox) -> None:
    found = Repo.discover(repo.root)

    assert found.resolve("HEAD") is None
    assert found.resolve("--help") is None


def test_a_failing_git_carries_its_last_line(repo: Sandbox) -> None:
    with pytest.raises(GitFailed, match="git rev-parse failed: fatal"):
        Repo.discover(repo.root).git("rev-parse", "--verify", "nothing")


def test_refs_move_together_or_not_at_all(repo: Sandbox) -> None:
    one = repo.commit("one")
    two = repo.commit("two")
    here = Repo.discover(repo.root)
    refs.update(here, [refs.Update("refs/anvcs/a", None, one)], "test")

    with pytest.raises(refs.RefMoved):
        refs.update(
            here,
            [refs.Update("refs/anvcs/b", None, two), refs.Update("refs/anvcs/a", two, one)],
            "test",
        )

    assert refs.read(here, "refs/anvcs") == {"refs/anvcs/a": one}
    refs.update(
        here,
        [refs.Update("refs/anvcs/b", None, two), refs.Update("refs/anvcs/a", one, None)],
        "test",
    )
    assert refs.read(here, "refs/anvcs") == {"refs/anvcs/b": two}


def test_config_entries_say_where_they_come_from(repo: Sandbox) -> None:
    repo.git("config", "anvcs.odd", "two\nlines")
    here = Repo.discover(repo.root)

    found = {entry.key: entry for entry in config.entries(here)}

    assert found["anvcs.odd"].value == "two\nlines"
    assert found["anvcs.odd"].scope == "local"
    assert config.get(here, "anvcs.odd") == "two\nlines"
    assert config.get(here, "anvcs.none", "default") == "default"
