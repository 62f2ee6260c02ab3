"""Lock files that only their package manager can write: ours, whole, and a conflict for Git."""

import json

import pytest

from tests.drivers.support import two_sides, wire
from tests.support.sandbox import Sandbox

BASE = '# yarn lockfile v1\n\n\na@^1.0.0:\n  version "1.0.0"\n'
OURS = BASE.replace('"1.0.0"', '"1.1.0"')
THEIRS = BASE.replace('"1.0.0"', '"1.2.0"')


@pytest.fixture
def sides(repo: Sandbox) -> Sandbox:
    wire(repo, "yarn.lock merge=anvcs\n")
    two_sides(repo, {"yarn.lock": BASE}, {"yarn.lock": OURS}, {"yarn.lock": THEIRS})
    return repo


def runs_of(repo: Sandbox) -> list[dict[str, object]]:
    folder = repo.root / ".git" / "anvcs" / "merges"
    return [json.loads(file.read_bytes()) for file in folder.glob("*.json")]


@pytest.mark.parametrize("how", [(), ("-s", "anvcs")], ids=["driver", "strategy"])
def test_a_package_raised_by_both_leaves_ours_and_the_command(
    sides: Sandbox, how: tuple[str, ...]
) -> None:
    done = sides.run("git", "merge", *how, "feature")
    assert done.returncode == 1
    assert sides.read("yarn.lock") == OURS
    assert sides.git("status", "--porcelain") == "UU yarn.lock\n"
    assert len(sides.git("ls-files", "-u").splitlines()) == 3
    [run] = runs_of(sides)
    assert run["relock"] == "yarn install"
    assert sides.run("git", "commit", "-q", "-m", "too early").returncode != 0


def test_the_driver_says_what_to_run(sides: Sandbox) -> None:
    done = sides.run("git", "merge", "feature")
    assert "yarn.lock: ours is there, without markers; write it anew: yarn install" in done.stderr


def test_solve_leaves_markers_of_git_to_the_package_manager(repo: Sandbox) -> None:
    two_sides(repo, {"yarn.lock": BASE}, {"yarn.lock": OURS}, {"yarn.lock": THEIRS})
    repo.run("git", "merge", "feature")
    before = repo.read("yarn.lock")
    assert "<<<<<<<" in before
    assert repo.run("git-ai-merge", "solve", "yarn.lock").returncode == 1
    assert repo.read("yarn.lock") == before
