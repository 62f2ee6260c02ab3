"""Every command of Git that merges, after `git anvcs init`: with the driver, with the strategy.

Both sides add a key to a JSON file and a function at the end of a Python file; ours drops an
import that a new function of theirs uses, which lines merge without a conflict.
"""

import json
from pathlib import Path
import shutil

import pytest

from tests.drivers.support import BASE, OURS, SOLVED, THEIRS
from tests.support.sandbox import Sandbox

CODE = """import json
import os


def name(path):
    return os.path.basename(path)


def size(path):
    return os.stat(path).st_size
"""
MINE = CODE.replace("import json\n", "") + "\n\ndef mine(path):\n    return os.listdir(path)\n"
YOURS = CODE + "\n\ndef yours(value):\n    return json.dumps(value)\n"
AFTER = CODE + (
    "\n\ndef mine(path):\n    return os.listdir(path)\n"
    "\n\ndef yours(value):\n    return json.dumps(value)\n"
)
TEXT = "".join(f"{number}\n" for number in range(9))


@pytest.fixture(scope="module", params=["driver", "strategy"])
def wired(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A repository with the history; main is checked out."""
    repo = Sandbox(tmp_path_factory.mktemp(request.param))
    repo.anvcs("init", "--agents", "none", *(["--strategy"] * (request.param == "strategy")))
    repo.commit("base", {"a.json": BASE, "m.py": CODE, "t.txt": TEXT})
    repo.git("switch", "-q", "-c", "feature")
    repo.commit("theirs", {"a.json": THEIRS, "m.py": YOURS, "t.txt": TEXT.replace("8", "eight")})
    repo.git("switch", "-q", "-c", "third", "main")
    repo.commit("third", {"b.json": BASE, "t.txt": TEXT.replace("4", "four")})
    repo.git("switch", "-q", "main")
    repo.commit("ours", {"a.json": OURS, "m.py": MINE, "t.txt": TEXT.replace("0", "zero")})
    return repo


@pytest.fixture
def repo(wired: Sandbox, tmp_path: Path) -> Sandbox:
    """A copy of it."""
    shutil.copytree(wired.root, tmp_path / "repo", symlinks=True)
    found = Sandbox(tmp_path, init=False)
    found.ticks = wired.ticks
    return found


def option(repo: Sandbox, *words: str) -> tuple[str, ...]:
    """The words that name our strategy, where that is what is tested."""
    return words if by_strategy(repo) else ()


def by_strategy(repo: Sandbox) -> bool:
    return repo.run("git", "config", "pull.twohead").stdout == "anvcs\n"


def is_merged(repo: Sandbox) -> bool:
    return holds_both(repo) and repo.git("status", "--porcelain", "-uno") == ""


def holds_both(repo: Sandbox) -> bool:
    """Whether the files hold what both sides did; a rebase takes the sides in the other order."""
    text = repo.read("t.txt") == TEXT.replace("0", "zero").replace("8", "eight")
    return text and json.loads(repo.read("a.json")) == SOLVED and code(repo) == parts(AFTER)


def code(repo: Sandbox) -> list[str]:
    return parts(repo.read("m.py"))


def parts(text: str) -> list[str]:
    return sorted(text.strip().split("\n\n\n"))


def test_merge(repo: Sandbox) -> None:
    repo.git("merge", "-q", "feature", "-m", "both")
    assert is_merged(repo)


def test_merge_squash(repo: Sandbox) -> None:
    repo.git("merge", "-q", "--squash", "feature")
    repo.git("commit", "-q", "-m", "squashed")
    assert is_merged(repo)


def test_rebase(repo: Sandbox) -> None:
    repo.git("rebase", "-q", *option(repo, "-s", "anvcs"), "feature")
    assert is_merged(repo)


def test_rebase_with_merges(repo: Sandbox) -> None:
    repo.git("merge", "-q", "third", "-m", "third")
    repo.git("rebase", "-q", "--rebase-merges", *option(repo, "-s", "anvcs"), "feature")
    assert code(repo) == parts(AFTER)
    assert len(repo.git("log", "-1", "--format=%P").split()) == 2


def test_cherry_pick(repo: Sandbox) -> None:
    repo.git("cherry-pick", *option(repo, "--strategy=anvcs"), "feature")
    assert is_merged(repo)


def test_revert(repo: Sandbox) -> None:
    repo.git("merge", "-q", "feature", "-m", "both")
    repo.git("revert", "--no-edit", *option(repo, "--strategy=anvcs"), "-m", "1", "HEAD")
    assert repo.read("m.py") == MINE
    assert repo.read("a.json") == OURS


@pytest.mark.parametrize("how", ["--no-rebase", "--rebase"])
def test_pull(repo: Sandbox, how: str) -> None:
    other = repo.base / "other"
    repo.git("clone", "-q", "-b", "feature", str(repo.root), str(other))
    more = option(repo, "-s", "anvcs") if how == "--rebase" else ()
    repo.git("pull", "-q", how, *more, str(other), "feature")
    assert is_merged(repo)


def test_stash_pop(repo: Sandbox) -> None:
    repo.git("reset", "-q", "main~1")
    repo.git("stash", "-q")
    repo.git("switch", "-q", "--detach", "feature")
    repo.git("stash", "pop", "-q")
    assert holds_both(repo)


def test_am_three_way(repo: Sandbox) -> None:
    patch = repo.git("format-patch", "-1", "--stdout", "feature")
    repo.ok("git", "am", "-q", "-3", stdin=patch)
    assert is_merged(repo)


def test_switch_with_merge(repo: Sandbox) -> None:
    repo.git("switch", "-q", "--detach", "main~1")
    repo.write("a.json", OURS)
    repo.git("switch", "-q", "-m", "feature")
    assert json.loads(repo.read("a.json")) == SOLVED


def test_octopus(repo: Sandbox) -> None:
    """Git's own takes no driver and stops where lines conflict; ours goes one after another."""
    done = repo.run("git", "merge", *option(repo, "-s", "anvcs"), "feature", "third", "-m", "all")
    if not by_strategy(repo):
        assert done.returncode != 0
        return
    assert done.returncode == 0
    assert len(repo.git("log", "-1", "--format=%P").split()) == 3
    assert repo.read("m.py") == AFTER
    assert repo.read("t.txt") == "zero\n1\n2\n3\nfour\n5\n6\n7\neight\n"


def test_option_ours(repo: Sandbox) -> None:
    repo.git("merge", "-q", "-X", "ours", "feature", "-m", "both")
    assert repo.read("t.txt") == TEXT.replace("0", "zero").replace("8", "eight")
    assert json.loads(repo.read("a.json"))["ours"] == 1


def test_option_of_white_space(repo: Sandbox) -> None:
    repo.git("merge", "-q", "-X", "ignore-space-change", "feature", "-m", "both")
    assert json.loads(repo.read("a.json")) == SOLVED


def test_option_of_a_diff_algorithm(repo: Sandbox) -> None:
    repo.git("merge", "-q", "-X", "diff-algorithm=patience", "feature", "-m", "both")
    assert is_merged(repo)
