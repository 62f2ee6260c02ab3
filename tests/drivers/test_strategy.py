"""The strategy git-merge-anvcs under every command of Git that takes one."""

import json
from pathlib import Path

import pytest

from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    SOLVED,
    THEIRS,
    THEIRS_CLASH,
    has_both_sides,
    two_sides,
)
from tests.support.sandbox import Sandbox, newer_git


@pytest.fixture(params=["this git", "git 2.50"])
def plain(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    """A repository with no attribute, no driver and no include."""
    env = newer_git(tmp_path / "newer") if request.param == "git 2.50" else {}
    return Sandbox(tmp_path, **env)


@pytest.fixture
def sides(plain: Sandbox) -> Sandbox:
    two_sides(
        plain,
        {"a.json": BASE, "old.txt": "1\n2\n3\n4\n5\n"},
        {"a.json": OURS, "old.txt": "one\n2\n3\n4\n5\n"},
        {"a.json": THEIRS},
    )
    plain.git("switch", "-q", "feature")
    plain.git("mv", "old.txt", "new.txt")
    plain.commit("renamed")
    plain.git("switch", "-q", "main")
    return plain


def is_merged(repo: Sandbox) -> bool:
    return json.loads(repo.read("a.json")) == SOLVED and repo.git("status", "--porcelain") == ""


def test_merge_with_the_strategy_merges_by_meaning_and_follows_renames(sides: Sandbox) -> None:
    sides.git("merge", "-q", "-s", "anvcs", "feature", "-m", "both")
    assert is_merged(sides)
    assert sides.read("new.txt") == "one\n2\n3\n4\n5\n"
    assert len(sides.git("log", "-1", "--format=%P").split()) == 2


def test_pull_twohead_makes_it_the_default(sides: Sandbox) -> None:
    sides.git("config", "pull.twohead", "anvcs")
    sides.git("merge", "-q", "feature", "-m", "both")
    assert is_merged(sides)


def test_cherry_pick_and_rebase_take_the_strategy(sides: Sandbox) -> None:
    sides.git("branch", "other")
    sides.git("cherry-pick", "--strategy=anvcs", "feature~1")
    assert is_merged(sides)
    sides.git("switch", "-q", "other")
    sides.git("rebase", "-q", "-s", "anvcs", "feature")
    assert is_merged(sides)


def test_conflicts_leave_stages_and_markers_as_git_does(plain: Sandbox) -> None:
    two_sides(plain, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    done = plain.run("git", "merge", "-s", "anvcs", "feature")
    assert done.returncode == 1
    assert has_both_sides(plain.read("a.json"))
    assert ">>>>>>> feature" in plain.read("a.json")
    assert len(plain.git("ls-files", "-u").splitlines()) == 3
    plain.git("merge", "--abort")
    assert plain.git("status", "--porcelain") == ""


def test_labels_name_the_commit_in_a_cherry_pick(plain: Sandbox) -> None:
    two_sides(plain, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    assert plain.run("git", "cherry-pick", "--strategy=anvcs", "feature").returncode == 1
    short = plain.git("rev-parse", "--short", "feature").strip()
    text = plain.read("a.json")
    assert "<<<<<<< HEAD\n" in text
    assert f">>>>>>> {short} (theirs)\n" in text


def test_options_reach_git(plain: Sandbox) -> None:
    two_sides(plain, {"a.txt": "1\n"}, {"a.txt": "of ours\n"}, {"a.txt": "of theirs\n"})
    plain.git("merge", "-q", "-s", "anvcs", "-X", "theirs", "feature", "-m", "theirs")
    assert plain.read("a.txt") == "of theirs\n"


def test_attributes_of_the_repository_win(plain: Sandbox) -> None:
    base = {".gitattributes": "*.json -merge\n", "a.json": BASE}
    two_sides(plain, base, {"a.json": OURS}, {"a.json": THEIRS})
    done = plain.run("git", "merge", "-s", "anvcs", "feature")
    assert done.returncode == 1
    assert plain.read("a.json") == OURS


def test_attributes_of_the_user_win_and_stay_as_they_are(plain: Sandbox) -> None:
    mine = plain.home / ".config/git/attributes"
    mine.parent.mkdir(parents=True)
    mine.write_text("a.json -merge\n")
    two_sides(
        plain,
        {"a.json": BASE, "b.json": BASE},
        {"a.json": OURS, "b.json": OURS},
        {"a.json": THEIRS, "b.json": THEIRS},
    )
    assert plain.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    assert plain.read("a.json") == OURS
    assert json.loads(plain.read("b.json")) == SOLVED
    assert mine.read_text() == "a.json -merge\n"


def test_attributes_file_that_is_configured_is_respected(plain: Sandbox) -> None:
    plain.write("../mine", "*.json -merge\n")
    plain.git("config", "core.attributesFile", str(plain.base / "mine"))
    two_sides(plain, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    assert plain.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    assert plain.read("a.json") == OURS


def test_local_changes_survive_when_the_merge_would_overwrite_them(sides: Sandbox) -> None:
    sides.write("a.json", "not committed\n")
    sides.write("mine.txt", "untracked\n")
    before = sides.git("rev-parse", "HEAD")
    done = sides.run("git", "merge", "-s", "anvcs", "feature")
    assert done.returncode == 2
    assert sides.read("a.json") == "not committed\n"
    assert sides.read("mine.txt") == "untracked\n"
    assert sides.git("rev-parse", "HEAD") == before


def test_the_strategy_is_plain_git_when_anvcs_is_off(sides: Sandbox) -> None:
    done = sides.run("git", "merge", "-s", "anvcs", "feature", env={"ANVCS": "0"})
    assert done.returncode == 1
    assert "<<<<<<<" in sides.read("a.json")


def test_configuration_of_the_caller_is_kept(sides: Sandbox) -> None:
    env = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "merge.conflictStyle",
        "GIT_CONFIG_VALUE_0": "diff3",
    }
    two = {"ANVCS": "0", **env}
    sides.run("git", "merge", "-s", "anvcs", "feature", env=two)
    assert "|||||||" in sides.read("a.json")
    sides.git("merge", "--abort")
    sides.ok("git", "merge", "-q", "-s", "anvcs", "feature", "-m", "both", env=env)
    assert is_merged(sides)


def test_a_wrong_command_line_is_refused(sides: Sandbox) -> None:
    done = sides.run("git-merge-anvcs", "a", "HEAD")
    assert done.returncode == 2
    assert "usage" in done.stderr
