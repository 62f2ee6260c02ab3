"""`git anvcs review`: what a merge decided, what is open, what to look at first."""

import json
import shutil
from typing import Any

import pytest

from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    THEIRS,
    THEIRS_CLASH,
    pretty,
    two_sides,
    wire,
)
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


@pytest.mark.parametrize("command", ["rebase", "revert", "stash"])
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


# undo and accept


def ids(said: dict[str, Any], path: str) -> list[str]:
    return [item["id"] for item in said["items"] if item["path"] == path]


def state(repo: Sandbox) -> tuple[str, ...]:
    return repo.git("status", "--porcelain"), repo.git("ls-files", "-s"), *map(repo.read, FILES)


FILES = ("a.json", "a.py", "t.txt")


def test_undo_puts_the_conflict_back_and_accept_takes_it_away_exactly(sides: Sandbox) -> None:
    sides.run("git", "merge", "-s", "anvcs", "feature")
    before = state(sides)
    [made] = ids(review(sides, code=1), "a.json")
    said = review(sides, "--undo", made)
    assert said["done"][0]["unmerged"]
    assert "<<<<<<< HEAD\n" in sides.read("a.json")
    assert ">>>>>>> feature\n" in sides.read("a.json")
    assert len(sides.git("ls-files", "-u", "a.json").splitlines()) == 3
    assert sides.run("git", "commit", "-m", "too early").returncode != 0
    again = review(sides, code=1)
    assert {i["state"] for i in again["items"] if i["path"] == "a.json"} == {"undone"}
    assert review(sides, "--accept", made)["done"][0]["staged"]
    assert state(sides) == before
    assert [i["accepted"] for i in review(sides, code=1)["items"] if i["id"] == made] == [True]


def test_undo_takes_a_side_and_leaves_every_other_edit_alone(sides: Sandbox) -> None:
    sides.run("git", "merge", "-s", "anvcs", "feature")
    first, second = ids(review(sides, code=1), "a.py")[1:]
    mine = sides.read("a.py").replace("    return a\n", "    return a  # mine\n")
    sides.write("a.py", mine)
    review(sides, "--undo", first, "--take", "theirs")
    review(sides, "--undo", second, "--take", "ours")
    text = sides.read("a.py")
    assert "# mine" in text
    assert "def f(a, *, x=1):" in text
    took = {"import json": "import re", "def h": "def g"}
    assert sum((one in text) + (other in text) for one, other in took.items()) == 2
    states = {i["id"]: i["state"] for i in review(sides, code=1)["items"]}
    assert (states[first], states[second]) == ("theirs taken", "ours taken")
    review(sides, "--accept", second)
    review(sides, "--accept", first)
    assert sides.read("a.py") == mine


def test_a_place_that_was_edited_is_left_alone(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("merge", "-q", "-s", "anvcs", "feature", "-m", "both")
    [made] = ids(review(repo), "a.json")
    mine = repo.read("a.json").replace("2", "3")
    repo.write("a.json", mine)
    done = repo.run("git-anvcs", "review", "--undo", made)
    assert done.returncode == 1
    assert "edited since" in done.stderr
    assert repo.read("a.json") == mine


def test_undo_after_the_commit_changes_the_worktree_alone(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("merge", "-q", "-s", "anvcs", "feature", "-m", "both")
    merged, index = repo.read("a.json"), repo.git("ls-files", "-s")
    [made] = ids(review(repo), "a.json")
    review(repo, "--undo", made, "--dry-run")
    assert repo.read("a.json") == merged
    review(repo, "--undo", made, "--take", "ours")
    assert repo.read("a.json") == OURS
    assert repo.git("ls-files", "-s") == index
    review(repo, "--accept", made)
    assert repo.read("a.json") == merged


def test_accept_all_leaves_what_is_open(sides: Sandbox) -> None:
    sides.run("git", "merge", "-s", "anvcs", "feature")
    assert len(review(sides, "--accept", "all")["done"]) == 3
    said = review(sides, code=1)
    assert [i["accepted"] for i in said["items"]] == [False, True, True, True]
    assert "3 accepted already" in sides.run("git-anvcs", "review").stdout


def test_files_with_crlf_and_modes_stay_so(repo: Sandbox) -> None:
    repo.git("config", "core.autocrlf", "true")
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    (repo.root / "a.json").chmod(0o755)
    repo.commit("mode")
    repo.git("merge", "-q", "--no-commit", "-s", "anvcs", "feature")
    raw = (repo.root / "a.json").read_bytes()
    assert b"\r\n" in raw
    [made] = ids(review(repo), "a.json")
    review(repo, "--undo", made)
    undone = (repo.root / "a.json").read_bytes()
    assert undone.count(b"\r\n") == undone.count(b"\n")
    assert b"<<<<<<<" in undone
    review(repo, "--accept", made)
    assert (repo.root / "a.json").read_bytes() == raw
    assert (repo.root / "a.json").stat().st_mode & 0o111
    assert repo.git("ls-files", "-u") == ""


def test_wrong_ids_and_places_without_a_decision_are_one_sentence(sides: Sandbox) -> None:
    sides.run("git", "merge", "-s", "anvcs", "feature")
    clash = review(sides, code=1)["items"][0]
    before = state(sides)
    for words, code in (
        (("--undo", clash["id"]), 1),
        (("--accept", clash["id"]), 1),
        (("--undo", "ffffffffff"), 2),
        (("--undo", clash["id"], "--accept", clash["id"]), 2),
    ):
        done = sides.run("git-anvcs", "review", *words)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
    assert state(sides) == before


def test_taking_a_side_that_would_break_the_file_is_refused(repo: Sandbox) -> None:
    base = '{\n  "a": [1],\n  "z": 0\n}\n'
    ours = '{\n  "a": [1,\n    2],\n  "z": 0\n}\n'
    theirs = '{\n  "a": [1, 3],\n  "y": 1,\n  "z": 0\n}\n'
    two_sides(repo, {"a.json": base}, {"a.json": ours}, {"a.json": theirs})
    repo.run("git", "merge", "-s", "anvcs", "feature")
    said = review(repo, code=1) if repo.git("ls-files", "-u") else review(repo)
    for item in [one for one in said["items"] if one["state"] == "decided"]:
        for side in ("ours", "theirs", "base"):
            done = repo.run("git-anvcs", "review", "--undo", item["id"], "--take", side)
            if done.returncode == 0 and "<<<<<<<" not in repo.read("a.json"):
                json.loads(repo.read("a.json"))
            repo.run("git-anvcs", "review", "--accept", item["id"])


def test_equal_conflicts_in_one_file_have_ids_of_their_own(repo: Sandbox) -> None:
    def text(value: str) -> str:
        return "".join(f"begin {n}\nvalue: {value}\nmiddle\nof {n}\nend {n}\n" for n in range(3))

    two_sides(repo, {"t": text("1")}, {"t": text("2")}, {"t": text("3")})
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    before = [item["id"] for item in review(repo, code=1)["items"]]
    assert len(set(before)) == 3
    blocks = repo.read("t").split("<<<<<<< HEAD\n")
    first = "value: 2\n" + blocks[1].split(">>>>>>> feature\n")[1]
    repo.write("t", "<<<<<<< HEAD\n".join([blocks[0] + first, *blocks[2:]]))
    assert [item["id"] for item in review(repo, code=1)["items"]] == before[1:]


def test_hostile_names_and_texts_never_reach_the_terminal(repo: Sandbox) -> None:
    name = "a\x1b[31m\n.json"
    values = [f'{{"k": "\x1b[2J{side}"}}\n' for side in ("base", "ours", "theirs")]
    two_sides(repo, *({name: value, "t\u202e": value} for value in values))
    assert repo.run("git", "merge", "-s", "anvcs", "feature").returncode == 1
    items = review(repo, code=1)["items"]
    assert len(items) == 2
    for words in ((), (items[0]["id"],), (items[1]["id"],)):
        said = repo.run("git-anvcs", "review", *words).stdout
        assert "\x1b" not in said
        assert "\u202e" not in said


def three_sides(repo: Sandbox, *, clash: bool = False) -> None:
    """Branches one, two and three: a.json by rules in every step, b.json in the first alone."""
    own = ("one", "two", "three")
    repo.commit("base", {"a.json": pretty(name="x"), "b.json": pretty(name="x"), "t.txt": TEXT})
    for name in own:
        repo.git("switch", "-q", "-c", name, "main")
        more = {"b.json": pretty(name="x", one=1)} if name == "one" else {}
        last = {"clash": "of three"} if clash and name == "three" else {}
        repo.commit(name, {"a.json": pretty(name="x", **{name: 1}, **last), **more})
    repo.git("switch", "-q", "main")
    mine = {"clash": "of ours"} if clash else {}
    files = {"a.json": pretty(name="x", ours=1, **mine), "b.json": pretty(name="x", ours=1)}
    repo.commit("ours", files)


def test_an_octopus_is_reviewed_step_by_step(repo: Sandbox) -> None:
    three_sides(repo)
    repo.anvcs("merge", "one", "two", "three")
    recorded = review(repo)
    assert recorded["merge"]["theirs"].count("(") == 3
    assert recorded["counts"] == {
        "files": 2,
        "by_git": 0,
        "by_rule": 2,
        "by_a_person": 0,
        "open": 0,
    }
    assert {one["path"] for one in recorded["items"]} == {"a.json", "b.json"}
    assert [one["state"] for one in recorded["items"]] == ["decided"] * 4
    assert [one["recorded"] for one in recorded["files"]] == [True] * 4
    shutil.rmtree(repo.root / ".git/anvcs/merges")
    again = review(repo)["items"]
    assert {one["result"] for one in again} == {one["result"] for one in recorded["items"]}
    assert [one["state"] for one in again] == ["decided"] * 4


def test_what_a_person_changed_in_an_octopus_is_told(repo: Sandbox) -> None:
    three_sides(repo)
    repo.anvcs("merge", "one", "two", "three")
    repo.write("b.json", pretty(name="x", ours=1, one=17))
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    found = {one["path"]: one["state"] for one in review(repo)["items"]}
    assert found == {"a.json": "decided", "b.json": "changed since"}
    item = next(one["id"] for one in review(repo)["items"] if one["path"] == "a.json")
    done = repo.run("git-anvcs", "review", "--undo", item)
    assert done.returncode in (0, 1), done.stderr


def test_an_octopus_in_progress_shows_what_its_last_branch_left_open(repo: Sandbox) -> None:
    three_sides(repo, clash=True)
    assert repo.run("git-anvcs", "merge", "one", "two", "three").returncode == 1
    found = review(repo, code=1)
    assert found["merge"]["theirs"] == "one, two, three"
    assert [one["path"] for one in found["items"] if one["state"] == "open"] == ["a.json"]
    assert found["counts"]["open"] == 1


def test_histories_without_a_common_commit_are_reviewed(repo: Sandbox) -> None:
    repo.commit("one", {"requirements.txt": "a==1\n", "o.txt": TEXT})
    repo.git("switch", "-q", "--orphan", "other")
    repo.commit("two", {"requirements.txt": "b==2\n", "p.txt": TEXT})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "-s", "anvcs", "--allow-unrelated-histories", "other", "-m", "both")
    found = review(repo)
    assert found["merge"]["bases"] == 0
    items = [(one["path"], one["state"]) for one in found["items"]]
    assert items == [("requirements.txt", "decided")]
    assert "no common commit" in repo.anvcs("review")
