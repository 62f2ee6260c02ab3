"""`git anvcs review`: what a merge decided, what is open, what to look at first."""

import json
from typing import Any

import pytest

from tests.drivers.support import BASE, OURS, OURS_CLASH, THEIRS, THEIRS_CLASH, two_sides, wire
from tests.support.sandbox import Sandbox

CODE = "import os\nimport sys\n\n\ndef f(a):\n    return a\n"
OUR_CODE = (
    "import os\nimport re\nimport sys\n\n\ndef f(a, *, x=1):\n    return a\n\n\n"
    "def g():\n    return 1\n"
)
THEIR_CODE = (
    "import os\nimport json\nimport sys\n\n\ndef f(a, *, y=2):\n    return a\n\n\n"
    "def h():\n    return 2\n"
)
TEXT = "one\ntwo\nthree\n"


def review(repo: Sandbox, *words: str, code: int = 0) -> dict[str, Any]:
    done = repo.run("git-anvcs", "review", "--json", *words)
    assert done.returncode == code, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture
def sides(repo: Sandbox) -> Sandbox:
    """One file for Git, one for the rules, one that they decide only in part."""
    two_sides(
        repo,
        {"a.json": BASE, "a.py": CODE, "t.txt": TEXT},
        {"a.json": OURS, "a.py": OUR_CODE, "t.txt": TEXT.replace("one", "uno")},
        {"a.json": THEIRS, "a.py": THEIR_CODE, "t.txt": TEXT.replace("three", "tres")},
    )
    return repo


@pytest.fixture(params=["strategy", "drivers", "git alone"])
def merging(request: pytest.FixtureRequest, sides: Sandbox) -> Sandbox:
    """The merge in progress, made in each of the ways."""
    how = {"strategy": ("-s", "anvcs")}.get(request.param, ())
    if request.param == "drivers":
        wire(sides)
    assert sides.run("git", "merge", *how, "feature").returncode == 1
    return sides


def test_a_merge_in_progress_with_what_is_open_first(merging: Sandbox) -> None:
    said = review(merging, code=1)
    assert said["merge"]["kind"] == "merge"
    assert said["merge"]["in_progress"]
    assert said["counts"]["files"] == 3
    assert said["counts"]["by_git"] == 1
    assert said["counts"]["open"] >= 1
    states = [item["state"] for item in said["items"]]
    assert states[0] in ("open", "undone")
    assert {item["path"] for item in said["items"]} == {"a.json", "a.py"}
    text = merging.run("git-anvcs", "review").stdout
    assert "3 files changed on both sides: 1 merged by Git" in text
    assert "look first at a" in text


def test_decisions_are_told_with_rule_reason_and_both_versions(sides: Sandbox) -> None:
    sides.run("git", "merge", "-s", "anvcs", "feature")
    said = review(sides, code=1)
    assert said["counts"] == {"files": 3, "by_git": 1, "by_rule": 1, "by_a_person": 0, "open": 1}
    [made] = [item for item in said["items"] if item["path"] == "a.json"]
    assert made["state"] == "decided"
    assert made["rules"] == ["map-by-key"]
    assert "each by itself" in made["why"]
    assert '"ours": 1' in made["ours"]
    assert '"theirs": 2' in made["theirs"]
    assert "<<<<<<<" in made["before"]
    files = {file["path"]: file for file in said["files"]}
    assert files["a.json"]["recorded"]
    assert all(one["speculative"] is False for one in files["a.py"]["resolutions"])


def test_one_item_by_its_id_with_a_diff_against_both_sides(sides: Sandbox) -> None:
    sides.run("git", "merge", "-s", "anvcs", "feature")
    items = review(sides, code=1)["items"]
    [made] = [item for item in items if item["path"] == "a.json"]
    text = sides.anvcs("review", made["id"][:6])
    assert '  -   "ours": 1\n  ++  "ours": 1,\n  +   "theirs": 2\n' in text
    assert "rules: map-by-key" in text
    [clash] = [item for item in items if item["state"] == "open"]
    done = sides.run("git-anvcs", "review", clash["id"])
    assert done.returncode == 1
    assert "def f(a, *, x=1):" in done.stdout
    assert "def f(a, *, y=2):" in done.stdout
    assert "both sides changed the same value" in done.stdout
    unknown = sides.run("git-anvcs", "review", "0123456789")
    assert unknown.returncode == 2


def test_a_merge_is_the_same_to_review_in_a_clone_where_nothing_was_written_down(
    repo: Sandbox,
) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("merge", "-q", "-s", "anvcs", "feature", "-m", "both")
    here = review(repo)
    repo.git("clone", "-q", "--bare", ".", str(repo.base / "bare"))
    there = json.loads(repo.anvcs("review", "--json", cwd=repo.base / "bare"))
    assert here["counts"] == there["counts"]
    assert here["counts"]["by_rule"] == 1
    assert [i["result"] for i in here["items"]] == [i["result"] for i in there["items"]]
    assert here["files"][0]["recorded"]
    assert not there["files"][0]["recorded"]


def test_what_a_person_decided_or_changed_is_told_apart(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"a.json": BASE, "b.json": BASE},
        {"a.json": OURS_CLASH, "b.json": OURS},
        {"a.json": THEIRS_CLASH, "b.json": THEIRS},
    )
    repo.run("git", "merge", "-s", "anvcs", "feature")
    repo.write("a.json", THEIRS_CLASH)
    repo.write("b.json", '{"name": "x", "ours": 1, "theirs": 3}\n')
    repo.commit("merged by hand")
    said = review(repo)
    assert said["merge"]["commit"] == repo.git("rev-parse", "HEAD").strip()
    assert said["counts"]["by_a_person"] == 2
    assert {item["path"]: item["state"] for item in said["items"]} == {
        "a.json": "by a person",
        "b.json": "changed since",
    }


def test_the_newest_merge_is_found_and_others_by_name(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("merge", "-q", "-s", "anvcs", "feature", "-m", "both")
    merge = repo.git("rev-parse", "HEAD").strip()
    repo.commit("more", {"b.txt": "b\n"})
    assert review(repo)["merge"]["commit"] == merge
    assert review(repo, merge[:8])["merge"]["commit"] == merge
    done = repo.run("git-anvcs", "review", "HEAD")
    assert done.returncode == 1
    assert "ordinary commit" in done.stderr


@pytest.mark.parametrize("command", ["cherry-pick", "rebase", "revert", "stash"])
def test_other_operations_in_progress_can_be_reviewed(repo: Sandbox, command: str) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    if command == "stash":
        repo.write("a.json", OURS)
        repo.git("stash", "-q")
        repo.commit("other", {"a.json": BASE.replace("x", "another")})
        done = repo.run("git", "stash", "pop")
    elif command == "revert":
        repo.commit("other", {"a.json": BASE.replace("x", "another")})
        done = repo.run("git", "revert", "--no-edit", "HEAD~1")
    else:
        done = repo.run("git", command, "feature")
    assert done.returncode == 1, done.stderr
    said = review(repo, code=1)
    assert said["merge"]["kind"] == ("conflicts" if command == "stash" else command)
    assert [item["path"] for item in said["items"]] == ["a.json"]


def test_a_file_that_one_side_deleted_is_open_with_its_reason(repo: Sandbox) -> None:
    two_sides(repo, {"a.txt": TEXT, "b": ""}, {"a.txt": "uno\n"}, {"b": "x\n"})
    repo.git("switch", "-q", "feature")
    repo.git("rm", "-q", "a.txt")
    repo.commit("gone")
    repo.git("switch", "-q", "main")
    assert repo.run("git", "merge", "feature").returncode == 1
    [item] = review(repo, code=1)["items"]
    assert item["why"] == "theirs deleted what ours changed"
    assert repo.run("git-anvcs", "review", item["id"]).returncode == 1


def test_files_that_were_renamed_on_one_side_are_reviewed_under_their_new_name(
    repo: Sandbox,
) -> None:
    two_sides(repo, {"a.json": BASE * 3}, {"a.json": BASE * 3 + OURS}, {"a.json": BASE * 4})
    repo.git("switch", "-q", "feature")
    repo.git("mv", "a.json", "new.json")
    repo.commit("renamed")
    repo.git("switch", "-q", "main")
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    [item] = review(repo, code=1)["items"]
    assert item["path"] == "new.json"


def test_a_repository_without_merges_has_nothing_to_review(repo: Sandbox) -> None:
    assert review(repo)["merge"] is None
    repo.commit("one", {"a": "1\n"})
    assert review(repo)["items"] == []
    assert repo.anvcs("review") == "there is no merge to review\n"
