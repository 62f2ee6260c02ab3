"""The strategy among what a worktree may hold: local changes, sparse checkouts, other commands."""

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
)
from tests.support.sandbox import Sandbox, newer_git


@pytest.fixture(params=["this git", "git 2.50"])
def repo(request: pytest.FixtureRequest, tmp_path: Path) -> Sandbox:
    env = newer_git(tmp_path / "newer") if request.param == "git 2.50" else {}
    found = Sandbox(tmp_path, **env)
    found.git("config", "pull.twohead", "anvcs")
    return found


def merge_fails(repo: Sandbox, code: int) -> str:
    done = repo.run("git", "merge", "feature", "-m", "both")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


def test_an_untracked_file_in_the_way_stops_the_merge(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS, "new": "theirs\n"})
    repo.write("new", "mine\n")
    assert "untracked" in merge_fails(repo, 2).lower()
    assert repo.read("new") == "mine\n"
    assert repo.read("a.json") == OURS
    assert not list((repo.root / ".git").glob("index.*"))


def test_an_ignored_file_in_the_way_goes_as_in_git(repo: Sandbox) -> None:
    two_sides(repo, {".gitignore": "new\n"}, {"o": "1"}, {"t": "1"})
    repo.git("switch", "-q", "feature")
    repo.write("new", "theirs\n")
    repo.git("add", "-f", "new")
    repo.commit("new")
    repo.git("switch", "-q", "main")
    repo.write("new", "mine\n")
    repo.git("merge", "-q", "feature", "-m", "both")
    assert repo.read("new") == "theirs\n"


def test_local_changes_elsewhere_stay(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE, "b": "1\n"}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.write("b", "not committed\n")
    repo.git("merge", "-q", "feature", "-m", "both")
    assert json.loads(repo.read("a.json")) == SOLVED
    assert repo.read("b") == "not committed\n"
    assert repo.git("status", "--porcelain") == " M b\n"


def test_staged_changes_stop_the_merge_and_stay(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE, "b": "1\n"}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.write("b", "staged\n")
    repo.git("add", "b")
    assert "b" in merge_fails(repo, 2)
    assert repo.git("status", "--porcelain") == "M  b\n"


def test_autostash_puts_local_changes_back(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE, "b": "1\n"}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.write("b", "mine\n")
    repo.git("merge", "-q", "--autostash", "feature", "-m", "both")
    assert json.loads(repo.read("a.json")) == SOLVED
    assert repo.read("b") == "mine\n"


def test_a_sparse_checkout_stays_sparse_but_shows_conflicts(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"in/a.json": BASE, "out/b.json": BASE, "out/c.json": BASE, "out/d": "1\n"},
        {"in/a.json": OURS, "out/b.json": OURS, "out/c.json": OURS_CLASH},
        {"in/a.json": THEIRS, "out/b.json": THEIRS, "out/c.json": THEIRS_CLASH, "out/d": "2\n"},
    )
    repo.git("sparse-checkout", "set", "in")
    merge_fails(repo, 1)
    assert json.loads(repo.read("in/a.json")) == SOLVED
    assert json.loads(repo.git("show", ":out/b.json")) == SOLVED
    assert has_both_sides(repo.read("out/c.json"))
    assert not (repo.root / "out/b.json").exists()
    assert not (repo.root / "out/d").exists()


def test_an_own_file_outside_a_sparse_checkout_is_moved_away(repo: Sandbox) -> None:
    clash = ({"in/a": "1", "out/c.json": OURS_CLASH}, {"out/c.json": THEIRS_CLASH})
    two_sides(repo, {"in/a": "0", "out/c.json": BASE}, *clash)
    repo.git("sparse-checkout", "set", "in")
    repo.write("out/c.json", "mine\n")
    repo.run("git", "merge", "feature", "-m", "both")
    kept = [path for path in (repo.root / "out").iterdir() if path.read_text() == "mine\n"]
    assert len(kept) == 1


def test_an_octopus_is_folded(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    repo.git("switch", "-q", "-c", "third", "feature~1")
    repo.commit("third", {"a.json": pretty(name="x", third=3)})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "-s", "anvcs", "feature", "third", "-m", "all")
    assert json.loads(repo.read("a.json")) == {**SOLVED, "third": 3}
    assert len(repo.git("log", "-1", "--format=%P").split()) == 3
    assert repo.git("status", "--porcelain") == ""


def test_an_octopus_with_an_early_conflict_is_refused(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    repo.git("switch", "-q", "-c", "third", "feature~1")
    repo.commit("third", {"b": "1"})
    repo.git("switch", "-q", "main")
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "third")
    assert done.returncode == 2
    assert "octopus" in done.stderr
    assert repo.read("a.json") == OURS_CLASH
    assert repo.git("status", "--porcelain") == ""


def test_an_unknown_option_is_refused_with_a_sentence(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    done = repo.run("git", "merge", "-s", "anvcs", "-X", "magic", "feature")
    assert done.returncode == 2
    assert "-X magic" in done.stderr
    assert repo.git("status", "--porcelain") == ""


def test_rerere_remembers_and_replays(repo: Sandbox) -> None:
    repo.git("config", "rerere.enabled", "true")
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    merge_fails(repo, 1)
    decided = pretty(name="of both")
    repo.write("a.json", decided)
    repo.git("commit", "-qam", "decided")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    merge_fails(repo, 1)
    assert repo.read("a.json") == decided


def test_mergetool_and_checkout_of_a_side_understand_what_is_left(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path)  # mergetool is a script, which the newer git comes without
    repo.git("config", "pull.twohead", "anvcs")
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    merge_fails(repo, 1)
    repo.git("checkout", "--conflict=diff3", "a.json")
    assert "|||||||" in repo.read("a.json")
    tool = 'cat "$BASE" "$LOCAL" "$REMOTE" >"$MERGED"'
    repo.git("config", "mergetool.all.cmd", tool)
    repo.git("config", "mergetool.all.trustExitCode", "true")
    repo.git("mergetool", "-y", "--tool=all")
    assert repo.read("a.json") == BASE + OURS_CLASH + THEIRS_CLASH
    assert repo.git("diff", "--name-only", "--diff-filter=U") == ""


def test_a_conflict_that_lines_did_not_see(repo: Sandbox) -> None:
    """Git merges it cleanly: the same key in two places."""
    filler = {f"k{number}": number for number in range(9)}
    two_sides(
        repo,
        {"a.json": pretty(**filler)},
        {"a.json": pretty(new="of ours", **filler)},
        {"a.json": pretty(**filler, new="of theirs")},
    )
    merge_fails(repo, 1)
    assert len(repo.git("ls-files", "-u").splitlines()) == 3
    assert "<<<<<<< HEAD\n" in repo.read("a.json")
    assert ">>>>>>> feature\n" in repo.read("a.json")


def test_what_was_decided_is_explained(repo: Sandbox) -> None:
    two_sides(repo, {"d/a.json": BASE}, {"d/a.json": OURS_CLASH}, {"d/a.json": THEIRS_CLASH})
    merge_fails(repo, 1)
    told = json.loads(repo.ok("git-ai-merge", "explain", "--json"))
    assert "d/a.json" in json.dumps(told)


def test_cherry_pick_of_a_first_commit_and_without_a_commit(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.git("switch", "-q", "--orphan", "feature")
    repo.commit("root", {"b.json": THEIRS})
    repo.git("switch", "-q", "main")
    repo.write("c", "staged\n")
    repo.git("add", "c")
    repo.git("cherry-pick", "--strategy=anvcs", "-n", "feature")
    assert repo.git("status", "--porcelain") == "A  b.json\nA  c\n"


def test_a_linked_worktree(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS}, {"a.json": THEIRS})
    tree = repo.base / "linked"
    repo.git("worktree", "add", "-q", "-b", "other", str(tree), "main")
    repo.git("merge", "-q", "feature", "-m", "both", cwd=tree)
    assert json.loads((tree / "a.json").read_text()) == SOLVED
    repo.git("reset", "-q", "--hard", "HEAD~1", cwd=tree)
    repo.git("cherry-pick", "--strategy=anvcs", "feature", cwd=tree)
    assert json.loads((tree / "a.json").read_text()) == SOLVED
    assert repo.git("status", "--porcelain", cwd=tree) == ""


def test_configuration_on_the_command_line_and_a_git_dir_elsewhere(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    named = (f"--git-dir={repo.root / '.git'}", f"--work-tree={repo.root}")
    argv = ("git", *named, "-c", "merge.conflictStyle=diff3", "merge", "-q", "feature")
    assert repo.run(*argv, cwd=repo.root).returncode == 1
    assert "|||||||" in repo.read("a.json")
