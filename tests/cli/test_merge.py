"""`git anvcs merge`: merge here, see what came of it, take it back exactly."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.drivers.support import (
    BASE,
    OURS,
    OURS_CLASH,
    SOLVED,
    THEIRS,
    THEIRS_CLASH,
    pretty,
    two_sides,
)
from tests.support.sandbox import Sandbox


def merge(repo: Sandbox, *words: str, code: int = 0) -> dict[str, Any]:
    done = repo.run("git-anvcs", "merge", "--json", *words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def state(repo: Sandbox) -> dict[str, object]:
    """All of a worktree: HEAD, the index, every file."""
    files = {p.name: p.read_bytes() for p in repo.root.iterdir() if p.is_file()}
    head = repo.git("rev-parse", "HEAD"), repo.git("symbolic-ref", "HEAD")
    return {"head": head, "index": repo.git("ls-files", "-s"), **files}


@pytest.fixture
def clean(repo: Sandbox) -> Sandbox:
    two_sides(
        repo,
        {"a.json": BASE, "t.txt": "1\n2\n3\n", "u.txt": "u\n"},
        {"a.json": OURS, "t.txt": "one\n2\n3\n"},
        {"a.json": THEIRS, "t.txt": "1\n2\nthree\n"},
    )
    return repo


@pytest.fixture
def clash(repo: Sandbox) -> Sandbox:
    two_sides(
        repo,
        {"a.json": BASE, "b.json": BASE, "u.txt": "u\n"},
        {"a.json": OURS_CLASH, "b.json": OURS},
        {"a.json": THEIRS_CLASH, "b.json": THEIRS},
    )
    return repo


def test_a_merge_with_its_summary(clean: Sandbox) -> None:
    said = merge(clean, "feature")
    assert said["state"] == "merged"
    assert said["after"] == clean.git("rev-parse", "HEAD").strip()
    assert json.loads(clean.read("a.json")) == SOLVED
    assert clean.read("t.txt") == "one\n2\nthree\n"
    assert said["review"]["counts"]["by_rule"] == 1
    assert said["review"]["counts"]["by_git"] == 1
    assert "Merge branch 'feature'" in clean.git("log", "-1", "--format=%B")
    assert merge(clean, "feature")["state"] == "up to date"


def test_undo_restores_everything_and_can_be_undone(clean: Sandbox) -> None:
    clean.write("u.txt", "not committed\n")
    before = state(clean)
    after = merge(clean, "feature", "-m", "mine")["after"]
    assert merge(clean, "--undo", "--dry-run")["was"] == after
    assert merge(clean, "--undo") == {"dry_run": False, "was": after, "now": before["head"][0][:-1]}
    assert state(clean) == before
    clean.git("reset", "--keep", "-q", after)
    assert json.loads(clean.read("a.json")) == SOLVED
    assert clean.read("u.txt") == "not committed\n"
    assert merge(clean, "--undo", code=1)["error"]


def test_undo_refuses_where_something_would_be_lost(clean: Sandbox) -> None:
    merge(clean, "feature")
    clean.write("a.json", "{}\n")
    before = state(clean)
    assert merge(clean, "--undo", code=3)
    assert state(clean) == before
    clean.commit("more")
    assert "revert -m 1" in merge(clean, "--undo", code=3)["error"]["hint"]


def test_undo_of_a_merge_in_progress_names_abort(clash: Sandbox) -> None:
    merge(clash, "feature", code=1)
    assert "--abort" in merge(clash, "--undo", code=3)["error"]["hint"]


def test_conflicts_end_with_one_and_abort_is_exact(clash: Sandbox) -> None:
    clash.write("u.txt", "not committed\n")
    before = state(clash)
    said = merge(clash, "feature", code=1)
    assert said["state"] == "conflicts"
    assert said["review"]["counts"]["open"] == 1
    assert merge(clash, "feature", code=3)["error"]
    done = merge(clash, "--abort")
    assert state(clash) == before
    assert done["edited"] == []
    assert merge(clash, "--abort", code=1)["error"]


def test_abort_keeps_what_was_resolved_and_staged_since(clash: Sandbox) -> None:
    merge(clash, "feature", code=1)
    clash.write("a.json", '{"resolved": true}\n')
    clash.write("new.txt", "mine\n")
    clash.git("add", "a.json", "new.txt")
    done = merge(clash, "--abort")
    kept = Path(done["kept"])
    assert (kept / "a.json").read_text() == '{"resolved": true}\n'
    assert (kept / "new.txt").read_text() == "mine\n"
    assert "new.txt" in done["edited"]


def test_what_conflicts_where_it_is_tested_is_not_committed_here(clash: Sandbox) -> None:
    """The attributes of this worktree may merge what those of the commit do not."""
    before = clash.git("rev-parse", "HEAD")
    clash.write(".gitattributes", "* merge=union\n")
    said = merge(clash, "feature", "--gate", "false")
    assert said["state"] == "not committed"
    assert clash.git("rev-parse", "HEAD") == before


def test_the_branch_that_was_tested_is_merged_not_a_tag_of_its_name(clash: Sandbox) -> None:
    clash.git("branch", "good", "HEAD")
    clash.git("switch", "-q", "good")
    clash.commit("good", {"good.txt": "good\n"})
    clash.git("switch", "-q", "main")
    clash.git("tag", "good", "feature")
    merge(clash, "good", "--gate", "test -f good.txt")
    assert clash.read("good.txt") == "good\n"


def test_abort_keeps_what_was_edited_since(clash: Sandbox) -> None:
    before = state(clash)
    merge(clash, "feature", code=1)
    clash.write("a.json", '{"name": "decided"}\n')
    mine = clash.read("b.json").replace("2", "3")
    clash.write("b.json", mine)
    done = merge(clash, "--abort")
    assert state(clash) == before
    kept = clash.root / done["kept"]
    assert (kept / "a.json").read_text() == '{"name": "decided"}\n'
    assert (kept / "b.json").read_text() == mine


def test_abort_keeps_a_folder_in_place_of_a_file_and_the_other_way_round(repo: Sandbox) -> None:
    base = {"a.json": BASE, "b.txt": "b\n", "d/x": "x\n", "f": "f\n"}
    two_sides(repo, base, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH, "b.txt": "B\n"})
    repo.git("switch", "-q", "feature")
    (repo.root / "f").unlink()
    repo.commit("f is a folder", {"d/x": "X\n", "f/in": "in\n"})
    repo.git("switch", "-q", "main")
    before = state(repo)
    merge(repo, "feature", code=1)
    for name in ("a.json", "b.txt", "d/x"):
        (repo.root / name).unlink()
    (repo.root / "d").rmdir()
    mine = {name: f"mine, {name}\n" for name in ("a.json/in", "b.txt/in", "d", "f/new")}
    for name, text in mine.items():
        repo.write(name, text)

    done = merge(repo, "--abort")

    assert state(repo) == before
    assert repo.read("d/x") == "x\n"
    assert repo.git("status", "--porcelain") == ""
    kept = Path(done["kept"])
    assert {name: (kept / name).read_text() for name in mine} == mine
    assert done["edited"] == ["a.json", "b.txt", "d", "f/new"]


@pytest.mark.parametrize("how", ["staged", "in the way", "untracked", "in progress"])
def test_uncommitted_work_is_never_lost(clean: Sandbox, how: str) -> None:
    if how == "untracked":
        clean.git("switch", "-q", "feature")
        clean.commit("new", {"new.txt": "theirs\n"})
        clean.git("switch", "-q", "main")
        clean.write("new.txt", "mine\n")
    elif how == "in progress":
        clean.git("merge", "-q", "--no-commit", "-s", "anvcs", "feature")
    else:
        clean.write("a.json", "{}\n")
        if how == "staged":
            clean.git("add", "a.json")
    before = state(clean)
    said = merge(clean, "feature", code=3)
    assert said["error"]["hint"]
    assert state(clean) == before


def test_a_dry_run_changes_nothing(clash: Sandbox) -> None:
    before = state(clash)
    assert merge(clash, "feature", "--dry-run", code=1)["conflicts"] == ["a.json"]
    clash.git("branch", "other", "feature~1")
    assert merge(clash, "feature", "other", "--dry-run", code=1)["conflicts"] == {
        "feature": ["a.json"]
    }
    assert state(clash) == before


def test_several_branches_become_one_octopus(clean: Sandbox) -> None:
    clean.git("switch", "-q", "-c", "third", "main~1")
    clean.commit("third", {"third.txt": "3\n"})
    clean.git("switch", "-q", "main")
    assert merge(clean, "feature", "third")["state"] == "merged"
    assert len(clean.git("log", "-1", "--format=%P").split()) == 3
    assert json.loads(clean.read("a.json")) == SOLVED
    assert "1 by our rules" in clean.anvcs("review")


def test_what_a_check_refuses_never_reaches_the_worktree(clean: Sandbox) -> None:
    before = state(clean)
    said = merge(
        clean, "feature", "--gate", "! grep -q theirs a.json || ! grep -q ours a.json", code=3
    )
    assert said["state"] == "refused"
    assert [one["state"] for one in said["checks"]] == ["failed"]
    assert state(clean) == before
    said = merge(clean, "feature", "--gate", "grep -q theirs a.json")
    assert said["state"] == "merged"
    assert said["tested_tree"] == clean.git("rev-parse", "HEAD^{tree}").strip()


def test_fast_forward_no_ff_and_no_commit(repo: Sandbox) -> None:
    repo.commit("base", {"a": "1\n"})
    repo.git("switch", "-q", "-c", "feature")
    repo.commit("more", {"a": "2\n"})
    repo.git("switch", "-q", "main")
    before = state(repo)
    assert merge(repo, "feature")["state"] == "fast-forward"
    merge(repo, "--undo")
    assert state(repo) == before
    assert merge(repo, "feature", "--no-ff")["state"] == "merged"
    merge(repo, "--undo")
    assert merge(repo, "feature", "--no-ff", "--no-commit")["state"] == "not committed"
    merge(repo, "--abort")
    assert state(repo) == before


@pytest.mark.parametrize("hook", ["commit-msg", "pre-merge-commit", "prepare-commit-msg"])
def test_what_a_hook_refuses_is_merged_and_not_committed(clean: Sandbox, hook: str) -> None:
    before = state(clean)
    file = clean.write(f".git/hooks/{hook}", "#!/bin/sh\nexit 1\n")
    file.chmod(0o755)
    assert merge(clean, "feature", code=1)["state"] == "not committed"
    assert json.loads(clean.read("a.json")) == SOLVED
    merge(clean, "--abort")
    assert state(clean) == before


def test_what_git_reuses_of_an_earlier_merge_stays_open_where_there_are_checks(
    clash: Sandbox,
) -> None:
    for setting in ("rerere.enabled", "rerere.autoUpdate"):
        clash.git("config", setting, "true")
    merge(clash, "feature", code=1)
    clash.write("a.json", '{"resolved": true}\n')
    clash.git("commit", "-q", "-a", "-m", "resolved")
    clash.git("reset", "-q", "--hard", "HEAD^")

    said = merge(clash, "feature", "--gate", "true", code=1)
    assert (said["state"], said["reused"]) == ("conflicts", ["a.json"])
    assert clash.read("a.json") == '{"resolved": true}\n'
    assert clash.git("diff", "--name-only", "--diff-filter=U") == "a.json\n"
    merge(clash, "--abort")

    said = merge(clash, "feature", code=1)
    assert (said["state"], said["reused"]) == ("not committed", [])


def test_what_is_configured_for_merges_into_a_branch_is_followed(clean: Sandbox) -> None:
    key, before = "branch.main.mergeOptions", state(clean)
    clean.git("config", key, "--squash")
    said = merge(clean, "feature", "--gate", "true")
    assert said["state"] == "not committed"
    assert clean.git("write-tree").strip() == said["tested_tree"]
    assert said["after"] == said["before"] == clean.git("rev-parse", "main").strip()
    clean.git("reset", "-q", "--merge")
    assert state(clean) == before

    clean.git("config", key, "--strategy ort --no-commit -X theirs")
    assert merge(clean, "feature")["state"] == "not committed"
    assert "theirs" in clean.read("a.json")
    merge(clean, "--abort")
    for gate in (("--gate", "true"), ("--dry-run",)):
        said = merge(clean, "feature", *gate, code=3)
        assert "-X theirs, which cannot be tried in memory" in said["error"]["message"]

    clean.git("config", key, "--ff-only")
    assert merge(clean, "feature", code=3)["error"]["hint"] == "branch.main.mergeoptions: --ff-only"
    clean.git("config", key, "-ns ours")
    said = merge(clean, "feature", code=3)
    assert "asks for Git's strategy ours" in said["error"]["message"]
    assert state(clean) == before


def test_text_for_people_and_wrong_calls(clash: Sandbox) -> None:
    done = clash.run("git-anvcs", "merge", "feature")
    assert done.returncode == 1
    assert "CONFLICT (content): Merge conflict in a.json" in done.stdout
    assert "2 files changed on both sides: 1 by our rules, 1 open" in done.stdout
    assert "git anvcs merge --abort" in done.stdout
    assert "the merge is taken back" in clash.anvcs("merge", "--abort")
    for words in ((), ("nowhere",), ("--abort", "feature"), ("--abort", "--undo")):
        assert clash.run("git-anvcs", "merge", *words).returncode == 2


def test_each_refusal_says_what_helps(clean: Sandbox) -> None:
    def hint(*words: str, code: int) -> str:
        return str(merge(clean, *words, code=code)["error"]["hint"])

    assert hint("featur", code=2) == "did you mean feature?"
    clean.git("update-ref", "refs/remotes/origin/topic", "feature")
    assert hint("topic", code=2) == "did you mean origin/topic?"
    assert hint("feature", "--ff-only", code=3) == ""
    clean.write("a.json", OURS.replace("x", "y"))
    done = clean.run("git-anvcs", "merge", "feature")
    assert "local changes to the following files" in done.stderr
    assert "git stash" in done.stderr
    clean.git("checkout", "-q", "a.json")
    clean.git("switch", "-q", "-c", "behind", "main~1")
    merge(clean, "main")
    clean.commit("more")
    undo = hint("--undo", code=3).split()
    clean.git("revert", "--no-edit", undo[2])
    assert clean.git("diff", "main~1") == ""


def test_an_octopus_ends_with_what_was_decided(clean: Sandbox) -> None:
    clean.git("switch", "-q", "-c", "third", "main~1")
    clean.commit("third", {"a.json": pretty(name="x", third=3)})
    clean.git("switch", "-q", "main")
    assert merge(clean, "feature", "third")["review"]["counts"]["by_rule"] == 1
