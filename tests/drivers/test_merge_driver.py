"""The merge driver as Git runs it: every command that merges, every shape of history."""

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
    pretty,
    two_sides,
    wire,
)
from tests.support.sandbox import Sandbox, newer_git


@pytest.fixture(params=["this git", "git 2.50"])
def wired(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    env = newer_git(tmp_path / "newer") if request.param == "git 2.50" else {}
    repo = Sandbox(tmp_path, **env)
    wire(repo)
    return repo


def test_merge_is_clean_when_each_side_adds_a_key(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    wired.git("merge", "-q", "feature", "-m", "both")
    assert json.loads(wired.read("a.json")) == SOLVED
    assert wired.git("status", "--porcelain") == ""


def test_merge_conflicts_when_both_change_one_value(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    done = wired.run("git", "merge", "feature")
    assert done.returncode == 1
    assert has_both_sides(wired.read("a.json"))
    assert wired.git("status", "--porcelain") == "UU a.json\n"
    assert len(wired.git("ls-files", "-u").splitlines()) == 3


def test_labels_are_those_of_git_when_git_tells_them(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    wired.run("git", "-c", "merge.conflictStyle=diff3", "merge", "feature")
    text = wired.read("a.json")
    assert "\n<<<<<<< HEAD\n" in text
    assert "\n>>>>>>> feature\n" in text
    assert "\n||||||| " in text


def test_rebase_is_clean_when_each_side_adds_a_key(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    wired.git("rebase", "-q", "feature")
    assert json.loads(wired.read("a.json")) == SOLVED


def test_cherry_pick_and_revert_are_clean_when_keys_differ(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    wired.git("cherry-pick", "feature")
    assert json.loads(wired.read("a.json")) == SOLVED
    wired.git("revert", "--no-edit", "HEAD~1")
    assert json.loads(wired.read("a.json")) == {"name": "x", "theirs": 2}


def test_stash_pop_is_clean_when_keys_differ(wired: Sandbox) -> None:
    wired.commit("base", {"a.json": BASE})
    wired.write("a.json", OURS)
    wired.git("stash")
    wired.commit("theirs", {"a.json": THEIRS})
    wired.git("stash", "pop")
    assert json.loads(wired.read("a.json")) == SOLVED


def test_am_three_way_is_clean_when_keys_differ(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    patch = wired.git("format-patch", "--stdout", "main..feature")
    wired.ok("git", "am", "-3", stdin=patch)
    assert json.loads(wired.read("a.json")) == SOLVED


def test_merge_tree_uses_the_driver_when_attributes_are_tracked(wired: Sandbox) -> None:
    (wired.root / ".git/info/attributes").unlink()
    base = {"a.json": BASE, ".gitattributes": "*.json merge=anvcs\n"}
    two_sides(wired, base, {"a.json": OURS}, {"a.json": THEIRS})
    tree = wired.git("merge-tree", "--write-tree", "main", "feature").strip()
    assert json.loads(wired.git("show", f"{tree}:a.json")) == SOLVED


def test_merge_tree_uses_the_driver_when_the_repository_is_bare(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    wired.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = Sandbox(wired.base, name="bare.git", init=False)
    bare.env = wired.env
    wire(bare)
    tree = bare.git("merge-tree", "--write-tree", "main", "feature").strip()
    assert json.loads(bare.git("show", f"{tree}:a.json")) == SOLVED


def test_merge_works_in_a_linked_worktree(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    wired.git("worktree", "add", "-q", "-b", "other", "../other", "main")
    wired.git("merge", "-q", "feature", "-m", "both", cwd=wired.base / "other")
    merged = json.loads((wired.base / "other" / "a.json").read_text())
    assert merged == SOLVED
    assert len(list((wired.root / ".git/anvcs/merges").glob("*.json"))) == 1


def test_criss_cross_merge_keeps_to_lines_for_the_virtual_base(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    wired.git("branch", "left", "main")
    for side, value in (("main", "of ours"), ("feature", "of theirs")):
        wired.git("switch", "-q", side)
        wired.run("git", "merge", "-q", "feature" if side == "main" else "left")
        wired.write("a.json", pretty(name=value))
        wired.commit(f"{side} decides")
    wired.git("switch", "-q", "main")
    done = wired.run("git", "merge", "feature")
    assert done.returncode == 1
    assert has_both_sides(wired.read("a.json"))


def test_add_add_is_merged_when_keys_differ(wired: Sandbox) -> None:
    two_sides(wired, {"README": "x\n"}, {"a.json": OURS}, {"a.json": THEIRS})
    wired.git("merge", "-q", "feature", "-m", "both")
    assert json.loads(wired.read("a.json")) == SOLVED


def test_renamed_file_is_merged_under_its_new_name(wired: Sandbox) -> None:
    base = pretty(name="x", **{f"k{number}": number for number in range(20)})
    ours = base.replace('"name": "x"', '"name": "x",\n  "ours": 1')
    theirs = base.replace('"name": "x"', '"name": "x",\n  "theirs": 2')
    two_sides(wired, {"old.json": base}, {"old.json": ours}, {})
    wired.git("switch", "-q", "feature")
    wired.git("mv", "old.json", "new.json")
    wired.commit("renamed", {"new.json": theirs})
    wired.git("switch", "-q", "main")
    wired.git("merge", "-q", "feature", "-m", "both")
    assert json.loads(wired.read("new.json")) == {**json.loads(ours), "theirs": 2}
    assert not (wired.root / "old.json").exists()


@pytest.mark.parametrize(
    "name",
    [
        "with space.json",
        'it\'s "quoted".json',
        "new\nline.json",
        "$(x).json",
        "-p.json",
        "ä/ü.json",
    ],
)
def test_odd_names_reach_the_driver_whole(repo: Sandbox, name: str) -> None:
    wire(repo)
    two_sides(repo, {name: BASE}, {name: OURS}, {name: THEIRS})
    repo.git("merge", "-q", "feature", "-m", "both")
    assert json.loads(repo.read(name)) == SOLVED
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["-h", "--help"])
def test_a_file_named_like_an_option_is_merged(repo: Sandbox, name: str) -> None:
    """Help, and 0 for it, would mean to Git that ours is the merge."""
    wire(repo)
    repo.commit("attributes", {".gitattributes": "* merge=anvcs\n"})
    rows = [f"row {number}" for number in range(9)]
    base, ours, theirs = (
        "\n".join([first, *rows[1:-1], last, ""])
        for first, last in (("a", "z"), ("A", "z"), ("a", "Z"))
    )
    two_sides(repo, {name: base}, {name: ours}, {name: theirs})
    repo.git("merge", "-q", "feature", "-m", "both")
    assert repo.read(name) == "\n".join(["A", *rows[1:-1], "Z", ""])


def test_binary_content_conflicts_as_in_git_and_ours_stays(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": b"\0a"}, {"a.json": b"\0of ours"}, {"a.json": b"\0of theirs"})
    done = wired.run("git", "merge", "feature")
    assert done.returncode == 1
    assert (wired.root / "a.json").read_bytes() == b"\0of ours"
    assert wired.git("status", "--porcelain") == "UU a.json\n"


def test_invalid_json_is_merged_by_lines(wired: Sandbox) -> None:
    two_sides(
        wired,
        {"a.json": "{\n1\n2\n3\n"},
        {"a.json": "{\nof ours\n2\n3\n"},
        {"a.json": "{\n1\n2\nof theirs\n"},
    )
    wired.git("merge", "-q", "feature", "-m", "both")
    assert wired.read("a.json") == "{\nof ours\n2\nof theirs\n"


def test_carriage_returns_survive_a_merge(wired: Sandbox) -> None:
    crlf = [text.replace("\n", "\r\n") for text in (BASE, OURS, THEIRS)]
    two_sides(wired, {"a.json": crlf[0]}, {"a.json": crlf[1]}, {"a.json": crlf[2]})
    wired.run("git", "merge", "-q", "feature", "-m", "both")
    data = (wired.root / "a.json").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert json.loads(data) == SOLVED


def test_driver_is_not_started_when_anvcs_is_off(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    done = wired.run("git", "merge", "feature", env={"ANVCS": "0"})
    assert done.returncode == 1
    assert "<<<<<<<" in wired.read("a.json")
    assert not (wired.root / ".git/anvcs").exists()


def test_nothing_is_left_behind_in_the_worktree(wired: Sandbox) -> None:
    two_sides(wired, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    for off in ("0", "1"):
        wired.run("git", "merge", "feature", env={"ANVCS": off})
        assert [path.name for path in wired.root.iterdir()] == [".git", "a.json"] or sorted(
            path.name for path in wired.root.iterdir()
        ) == [".git", "a.json"]
        wired.git("merge", "--abort")
