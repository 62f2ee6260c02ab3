"""Histories for tests of the merge driver: a repository that has it wired, and two sides."""

from collections.abc import Mapping
import json
from pathlib import Path

from tests.support.sandbox import Sandbox

SHIPPED = Path(__file__).parents[2] / "merge-drivers" / "gitconfig"
EVERYTHING = "*.json merge=anvcs\n*.yaml merge=anvcs\n*.py merge=anvcs\n"


def wire(repo: Sandbox, attributes: str = EVERYTHING) -> None:
    """Include the shipped driver line and name it in info/attributes."""
    git_dir = repo.root / repo.git("rev-parse", "--git-common-dir").strip()
    repo.git("config", "include.path", str(SHIPPED))
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info" / "attributes").write_text(attributes)


def two_sides(
    repo: Sandbox,
    base: Mapping[str, str | bytes],
    ours: Mapping[str, str | bytes],
    theirs: Mapping[str, str | bytes],
) -> None:
    """A base commit, branch `feature` with theirs, branch `main` (checked out) with ours."""
    repo.commit("base", base)
    repo.git("switch", "-q", "-c", "feature")
    repo.commit("theirs", theirs)
    repo.git("switch", "-q", "main")
    repo.commit("ours", ours)


def pretty(**keys: object) -> str:
    return json.dumps(keys, indent=2) + "\n"


BASE = pretty(name="x")
OURS = pretty(name="x", ours=1)
THEIRS = pretty(name="x", theirs=2)
SOLVED = {"name": "x", "ours": 1, "theirs": 2}

# Both sides change one value: nobody can decide that.
OURS_CLASH = pretty(name="of ours")
THEIRS_CLASH = pretty(name="of theirs")


def has_both_sides(text: str) -> bool:
    """Whether the text is a conflict as Git writes it, with both values in it."""
    lines = text.splitlines()
    marks = [line[:7] for line in lines if line[:7] in ("<<<<<<<", "=======", ">>>>>>>")]
    return marks == ["<<<<<<<", "=======", ">>>>>>>"] and "of ours" in text and "of theirs" in text
