"""Notebooks through Git itself: the driver, the file it leaves, `check` and `solve` on it."""

import json

import nbformat
import pytest

from tests.drivers.support import two_sides, wire
from tests.support.sandbox import Sandbox

PATH = "a.ipynb"


def book(*sources: str, count: int | None = None) -> str:
    cells = [
        {
            "cell_type": "code",
            "execution_count": count,
            "metadata": {},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    made = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(made, indent=1) + "\n"


BASE = book("x = 1\n", "y = 1")
OURS = book("x = 1\n", "y = 2", "ours = 1")
THEIRS = book("x = 1\n", "y = 1", "theirs = 1", count=7)
CLASH = book("x = 1\n", "y = 3", "theirs = 1")


def sources(text: str) -> list[str]:
    nbformat.validate(json.loads(text))
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


@pytest.fixture
def wired(repo: Sandbox) -> Sandbox:
    wire(repo, "*.ipynb merge=anvcs\n")
    return repo


def test_cells_of_both_sides_merge_without_a_conflict(wired: Sandbox) -> None:
    two_sides(wired, {PATH: BASE}, {PATH: OURS}, {PATH: THEIRS})
    wired.git("merge", "feature")
    assert sources(wired.read(PATH)) == ["x = 1\n", "y = 2", "ours = 1", "theirs = 1"]


def test_a_conflict_stops_the_merge_and_the_file_stays_a_notebook(wired: Sandbox) -> None:
    two_sides(wired, {PATH: BASE}, {PATH: OURS}, {PATH: CLASH})
    assert wired.run("git", "merge", "feature").returncode == 1
    found = sources(wired.read(PATH))
    assert found[1] == "<<<<<<< HEAD\ny = 2\n=======\ny = 3\n>>>>>>> feature"
    assert found[2:] == ["ours = 1", "theirs = 1"]
    assert wired.git("ls-files", "-u").count(PATH) == 3
    assert wired.run("git-ai-merge", "check").returncode == 1
    wired.git("add", PATH)
    assert "has conflict markers" in wired.run("git-ai-merge", "check").stdout


def test_solve_leaves_a_conflict_in_a_cell_and_counts_it(wired: Sandbox) -> None:
    two_sides(wired, {PATH: BASE}, {PATH: OURS}, {PATH: CLASH})
    wired.run("git", "merge", "feature")
    before = wired.read(PATH)
    done = wired.run("git-ai-merge", "solve", PATH)
    assert done.returncode == 1
    assert "1 conflict left" in done.stdout
    assert wired.read(PATH) == before


def test_solve_finishes_when_a_person_made_both_sides_equal(wired: Sandbox) -> None:
    two_sides(wired, {PATH: BASE}, {PATH: OURS}, {PATH: CLASH})
    wired.run("git", "merge", "feature")
    wired.write(PATH, wired.read(PATH).replace("y = 3", "y = 2"))
    wired.ok("git-ai-merge", "solve", PATH)
    assert sources(wired.read(PATH)) == ["x = 1\n", "y = 2", "ours = 1", "theirs = 1"]
    assert "anvcs" not in wired.read(PATH)


def test_solve_makes_a_notebook_of_what_plain_git_left(repo: Sandbox) -> None:
    two_sides(repo, {PATH: BASE}, {PATH: OURS}, {PATH: CLASH})
    repo.run("git", "merge", "feature")
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(repo.read(PATH))
    assert repo.run("git-ai-merge", "solve", PATH).returncode == 1
    assert sources(repo.read(PATH))[2:] == ["ours = 1", "theirs = 1"]


@pytest.mark.parametrize(("policy", "count"), [("ours", 3), ("theirs", 4), ("clear", None)])
def test_the_policy_comes_from_the_configuration(
    wired: Sandbox, policy: str, count: int | None
) -> None:
    texts = [
        json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "execution_count": number,
                        "metadata": {},
                        "outputs": [
                            {"name": "stdout", "output_type": "stream", "text": [str(number)]}
                        ],
                        "source": ["x"],
                    }
                ],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 4,
            },
            indent=1,
        )
        for number in (2, 3, 4)
    ]
    two_sides(wired, *({PATH: text} for text in texts))
    wired.git("config", "anvcs.merge.outputs", policy)
    wired.git("merge", "feature")
    assert json.loads(wired.read(PATH))["cells"][0]["execution_count"] == count


@pytest.mark.parametrize("door", ["git merge", "git merge -s anvcs"])
def test_cells_of_both_are_left_to_people_when_the_configuration_says_so(
    wired: Sandbox, door: str
) -> None:
    two_sides(wired, {PATH: BASE}, {PATH: OURS}, {PATH: THEIRS})
    wired.git("config", "anvcs.merge.cells", "conflict")
    done = wired.run(*door.split(), "feature")
    assert done.returncode == 1
    found = [one for one in sources(wired.read(PATH)) if "<<<<<<<" in one]
    assert ["ours = 1" in found[0], "theirs = 1" in found[1]] == [True, True]
