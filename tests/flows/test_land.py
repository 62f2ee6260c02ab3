"""`git anvcs land` in real repositories: what lands, what is set aside, that nothing is lost."""

import json
from pathlib import Path
import shutil
import sys
from typing import Any

import pytest

from tests.support.sandbox import PROGRAMS, Sandbox, newer_git

APP = '''\
"""Prices."""

PERCENT = 10


def total(prices):
    """All of them."""
    return sum(prices)


def discounted(price):
    """What is left of a price."""
    return price - price * PERCENT // 100
'''
TESTS = """\
import unittest

import app


class Prices(unittest.TestCase):
    def test_total(self):
        self.assertEqual(app.total([1, 2]), 3)
"""
GATE = f"{sys.executable} -S -B -m unittest -q"


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    return sealed(tmp_path)


def sealed(tmp_path: Path, **env: str) -> Sandbox:
    """A repository whose temporary files lie in a folder that can be looked at."""
    (tmp_path / "temporary").mkdir()
    found = Sandbox(tmp_path, **env, TMPDIR=str(tmp_path / "temporary"))
    found.commit("base", {"app.py": APP, "test_app.py": TESTS})
    return found


def branch(repo: Sandbox, name: str, files: dict[str, str], start: str = "main") -> str:
    repo.git("switch", "-q", "-c", name, start)
    commit = repo.commit(name, files)
    repo.git("switch", "-q", "main")
    return commit


def land(repo: Sandbox, *args: str, expect: int = 0, **how: Any) -> dict[str, Any]:
    done = repo.run("git-anvcs", "land", "--json", *args, **how)
    assert done.returncode == expect, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


def landed(said: dict[str, Any]) -> list[str]:
    return [one["branch"] for one in said["landed"]]


def aside(said: dict[str, Any]) -> dict[str, str]:
    return {one["branch"]: one["kind"] for one in said["set_aside"]}


def tidy(repo: Sandbox) -> None:
    """Nothing of a landing is left anywhere but on the target."""
    assert repo.git("status", "--porcelain", "--untracked-files=all") == ""
    assert len(repo.git("worktree", "list").splitlines()) == 1
    assert list((repo.base / "temporary").iterdir()) == []
    assert not list((repo.root / ".git/anvcs/scratch").glob("*"))


def test_branches_that_go_together_land_together(repo: Sandbox) -> None:
    tip_a = branch(repo, "a", {"app.py": APP + "\n\ndef three():\n    return 3\n"})
    tip_b = branch(repo, "b", {"app.py": APP + "\n\ndef four():\n    return 4\n"})
    before = repo.git("rev-parse", "main").strip()

    said = land(repo, "a", "b", "--gate", GATE)

    assert (landed(said), aside(said), said["check_runs"]) == (["a", "b"], {}, 1)
    assert said["target"] == {
        "ref": "refs/heads/main",
        "before": before,
        "after": repo.git("rev-parse", "main").strip(),
    }
    assert said["tree"] == repo.git("rev-parse", "main^{tree}").strip()
    assert repo.git("rev-parse", "main^2", "main^^2", "main^^").split() == [tip_b, tip_a, before]
    assert "def three" in repo.read("app.py")
    assert "def four" in repo.read("app.py")
    tidy(repo)


def test_the_record_of_the_last_merge_says_what_was_tested(repo: Sandbox) -> None:
    branch(repo, "a", {"a.txt": "a\n"})
    branch(repo, "b", {"b.txt": "b\n"})
    land(repo, "a", "b", "--gate", GATE)

    record = json.loads(repo.anvcs("show", "--json", "main"))
    first = json.loads(repo.anvcs("show", "--json", "main^"))

    assert record["tests_passed"] is True
    assert record["tests"]["ran_on_tree"] == record["subject"]["tree"]
    said = record["ext"]["anvcs.land"]
    assert (said["branch"], said["with"], said["onto"]) == ("b", ["a", "b"], "refs/heads/main")
    assert [one["state"] for one in said["checks"]] == ["passed"]
    assert first["tests_passed"] is None
    assert first["ext"]["anvcs.land"]["result"] == record["subject"]["tree"]


def test_a_conflict_is_set_aside_and_the_others_land(repo: Sandbox) -> None:
    branch(repo, "a", {"app.py": APP.replace("PERCENT = 10", "PERCENT = 11")})
    branch(repo, "b", {"app.py": APP.replace("PERCENT = 10", "PERCENT = 12")})
    branch(repo, "c", {"c.txt": "c\n"})

    said = land(repo, "a", "b", "c", expect=4)

    assert (landed(said), aside(said)) == (["a", "c"], {"b": "conflict"})
    assert said["set_aside"][0]["paths"] == ["app.py"]
    assert "PERCENT = 11" in repo.read("app.py")
    assert not said["tested"]
    tidy(repo)


def test_the_branch_that_breaks_the_tests_is_found_and_the_others_land(repo: Sandbox) -> None:
    for name in "abcd":
        branch(repo, name, {f"{name}.txt": name})
    branch(repo, "bad", {"app.py": APP.replace("sum(prices)", "0")})

    said = land(repo, "a", "b", "bad", "c", "d", "--gate", GATE, expect=4)

    assert (landed(said), aside(said)) == (["a", "b", "c", "d"], {"bad": "tests-fail"})
    [one] = said["set_aside"]
    assert one["check"]["failing"] == ["test_app.Prices.test_total"]
    assert "AssertionError: 0 != 3" in one["output"]
    assert repo.read("app.py") == APP
    tidy(repo)


def test_two_branches_that_are_right_alone_and_wrong_together(repo: Sandbox) -> None:
    more = (
        TESTS
        + "\n    def test_discount(self):\n        self.assertEqual(app.discounted(100), 90)\n"
    )
    branch(repo, "tests", {"test_app.py": TESTS + more})
    branch(repo, "half", {"app.py": APP.replace("PERCENT = 10", "PERCENT = 50")})

    said = land(repo, "tests", "half", "--gate", GATE, expect=4)

    assert (landed(said), aside(said)) == (["tests"], {"half": "semantic-conflict"})
    assert said["set_aside"][0]["check"]["failing"] == ["test_app.Prices.test_discount"]
    tidy(repo)


def test_a_branch_that_brings_back_old_content_is_refused(repo: Sandbox) -> None:
    fixed = APP.replace(
        "    return sum(prices)\n",
        "    good = [price for price in prices if price > 0]\n"
        "    checked = sorted(good)\n    return sum(checked)\n",
    )
    repo.commit("a fix of totals", {"app.py": fixed})
    repo.git("switch", "-q", "-c", "stale")
    repo.env["GIT_AUTHOR_EMAIL"] = "other@example.com"
    repo.commit("new file", {"app.py": APP, "new.txt": "new\n"})
    repo.git("switch", "-q", "main")
    more = fixed + "\n\ndef more():\n    return 1\n"  # beside it, in the same file
    branch(repo, "good", {"app.py": more})

    said = land(repo, "good", "stale", "--gate", GATE, expect=4)

    assert (landed(said), aside(said)) == (["good"], {"stale": "silent-revert"})
    assert said["set_aside"][0]["findings"][0]["kind"] == "stale-content"
    assert repo.read("app.py") == more
    tidy(repo)


def test_a_dry_run_says_the_same_and_leaves_no_object(repo: Sandbox) -> None:
    branch(repo, "a", {"a.txt": "a\n"})
    branch(repo, "bad", {"app.py": APP.replace("sum(prices)", "0")})
    before = repo.git("count-objects"), repo.git("show-ref")

    said = land(repo, "a", "bad", "--gate", GATE, "--dry-run", expect=4)

    assert (landed(said), aside(said)) == (["a"], {"bad": "tests-fail"})
    assert (said["moved"], said["target"]["before"]) == (False, said["target"]["after"])
    assert (repo.git("count-objects"), repo.git("show-ref")) == before
    tidy(repo)
    again = land(repo, "a", "--gate", GATE)
    assert again["checks"][0]["known"] is True  # the tree has passed in the dry run


def test_what_the_target_fails_already_is_nobodys_fault(repo: Sandbox) -> None:
    repo.commit("broken", {"app.py": APP.replace("sum(prices)", "0")})
    branch(repo, "a", {"a.txt": "a\n"})
    more = TESTS + "\n    def test_more(self):\n        self.assertEqual(1, 2)\n"
    branch(repo, "worse", {"test_app.py": more})

    said = land(repo, "a", "worse", "--gate", GATE, expect=4)

    assert (landed(said), aside(said)) == (["a"], {"worse": "tests-fail"})
    [check] = said["checks"]
    assert (check["state"], check["failed_before"]) == ("failed", True)
    assert json.loads(repo.anvcs("show", "--json"))["tests_passed"] is False


def test_branches_that_are_in_already_and_that_do_not_exist(repo: Sandbox) -> None:
    repo.git("branch", "old")
    said = land(repo, "old")
    assert (landed(said), said["already_in"], said["moved"]) == ([], ["old"], False)
    done = repo.run("git-anvcs", "land", "nobody")
    assert done.returncode == 2
    assert "there is no branch 'nobody'\nhint: git branch --all lists them\n" in done.stderr
    done = repo.run("git-anvcs", "land", "old", "--onto", "nowhere")
    assert (done.returncode, "there is no branch 'nowhere'" in done.stderr) == (2, True)


def test_a_branch_with_a_history_of_its_own_does_not_land(repo: Sandbox) -> None:
    branch(repo, "a", {"a.txt": "a\n"})
    repo.git("branch", "pages", repo.git("commit-tree", "-m", "x", "main^{tree}").strip())
    said = land(repo, "*", expect=4)
    assert (landed(said), aside(said)) == (["a"], {"pages": "unrelated"})
    for dry in ((), ("--dry-run",)):
        done = repo.run("git-anvcs", "merge", "pages", *dry)
        assert (done.returncode, "no commit in common" in done.stderr) == (3, True)


def test_a_pattern_stands_for_branches(repo: Sandbox) -> None:
    branch(repo, "agent/a", {"a.txt": "a\n"})
    branch(repo, "agent/b", {"b.txt": "b\n"})
    repo.git("branch", "agent/c", "agent/b")
    said = land(repo, "agent/*")
    assert landed(said) == ["agent/a", "agent/b", "agent/c"]
    assert repo.git("rev-list", "--count", "--merges", "main") == "2\n"
    assert json.loads(repo.anvcs("show", "--json"))["ext"]["anvcs.land"]["branch"] == "agent/b"


@pytest.mark.parametrize("state", ["changed", "staged", "merging"])
def test_a_checked_out_target_that_is_not_clean_is_not_touched(repo: Sandbox, state: str) -> None:
    branch(repo, "a", {"a.txt": "a\n"})
    if state == "merging":
        repo.git("merge", "-q", "--no-commit", "--no-ff", "a")
    else:
        repo.write("app.py", APP + "# mine\n")
        repo.git(*(["add", "app.py"] if state == "staged" else ["status"]))
    before = repo.git("show-ref"), repo.git("status", "--porcelain")

    done = repo.run("git-anvcs", "land", "a")

    assert done.returncode == 1
    assert "main is checked out in" in done.stderr
    assert (repo.git("show-ref"), repo.git("status", "--porcelain")) == before


def test_a_file_of_the_users_in_the_way_is_kept(repo: Sandbox) -> None:
    branch(repo, "a", {"a.txt": "a\n"})
    repo.write("a.txt", "mine\n")
    before = repo.git("show-ref")

    done = repo.run("git-anvcs", "land", "a")

    assert (done.returncode, "a.txt" in done.stderr) == (1, True)
    assert (repo.read("a.txt"), repo.git("show-ref")) == ("mine\n", before)


def test_a_dirty_checkout_of_another_branch_is_left_alone(repo: Sandbox) -> None:
    branch(repo, "a", {"app.py": APP + "# a\n"})
    repo.git("switch", "-q", "-c", "mine")
    repo.write("app.py", "unfinished")
    assert landed(land(repo, "a", "--onto", "main", "--gate", GATE)) == ["a"]
    assert repo.read("app.py") == "unfinished"
    assert repo.git("show", "main:app.py") == APP + "# a\n"


def test_in_a_bare_repository_the_targets_attributes_count(repo: Sandbox) -> None:
    repo.commit("union", {".gitattributes": "notes merge=union\n", "notes": "first\n"})
    branch(repo, "a", {"notes": "first\nof a\n"})
    branch(repo, "b", {"notes": "first\nof b\n"})
    repo.git("clone", "-q", "--bare", ".", "../bare.git")
    bare = repo.base / "bare.git"
    assert landed(land(repo, "a", "b", "--onto", "main", "--gate", GATE, cwd=bare)) == ["a", "b"]
    assert repo.git("show", "main:notes", cwd=bare) == "first\nof a\nof b\n"


def test_checks_of_the_repository_run_only_when_approved(repo: Sandbox) -> None:
    text = f"merge: {{guard: {{checks: [{{name: unit, command: '{GATE}', paths: [app.py]}}]}}}}\n"
    repo.commit("checks", {"ai-vcs.config.yaml": text})
    branch(repo, "a", {"app.py": APP + "# a\n"})
    before = repo.git("show-ref")
    done = repo.run("git-anvcs", "land", "a")
    assert (done.returncode, "not approved on this machine" in done.stderr) == (3, True)
    assert repo.git("show-ref") == before

    repo.anvcs("trust", "approve")
    said = land(repo, "a")
    assert [(one["name"], one["state"]) for one in said["checks"]] == [("unit", "passed")]

    branch(repo, "b", {"b.txt": "no code\n"})
    assert land(repo, "b")["check_runs"] == 0


def test_a_check_of_gits_configuration_is_the_users_own(repo: Sandbox) -> None:
    repo.git("config", "anvcs.merge.guard.checks", "! test -f bad, || false")
    branch(repo, "a", {"bad,": "a\n"})
    said = land(repo, "a", expect=1)
    assert said["set_aside"][0]["check"]["command"] == "! test -f bad, || false"
    repo.git("config", "anvcs.merge.guard.checks", '[{"command": "true"}]')
    assert landed(land(repo, "a", "--gate", "configured")) == ["a"]


def test_landing_with_a_newer_git_and_other_formats(tmp_path: Path) -> None:
    newer = newer_git(tmp_path / "newer")
    repo = sealed(tmp_path, GIT_DEFAULT_HASH="sha256", GIT_DEFAULT_REF_FORMAT="reftable", **newer)
    branch(repo, "a", {"app.py": APP + "\n\ndef three():\n    return 3\n"})
    branch(repo, "b", {"app.py": APP + "\n\ndef four():\n    return 4\n"})
    branch(repo, "bad", {"app.py": APP.replace("sum(prices)", "0")})
    said = land(repo, "a", "bad", "b", "--gate", GATE, expect=4)
    assert (landed(said), aside(said)) == (["a", "b"], {"bad": "tests-fail"})
    tidy(repo)


VERSION = '{\n  "name": "shop",\n  "version": "1.0.0"\n}\n'


def test_the_larger_version_is_taken_only_where_a_check_looks(repo: Sandbox) -> None:
    repo.commit("package", {"package.json": VERSION})
    branch(repo, "a", {"package.json": VERSION.replace("1.0.0", "1.1.0")})
    branch(repo, "b", {"package.json": VERSION.replace("1.0.0", "1.2.0")})

    assert aside(land(repo, "a", "b", "--dry-run", expect=4)) == {"b": "conflict"}
    repo.git("config", "anvcs.merge.guard.checks", '[{"command": "true", "paths": ["*.py"]}]')
    assert aside(land(repo, "a", "b", "--dry-run", expect=4)) == {"b": "conflict"}
    assert landed(land(repo, "a", "b", "--gate", GATE)) == ["a", "b"]
    assert '"version": "1.2.0"' in repo.read("package.json")
    [item] = json.loads(repo.anvcs("review", "--json"))["items"]
    assert (item["state"], item["speculative"]) == ("decided", True)
    assert "larger-version" in item["rules"]


def test_what_fails_anyway_guards_no_guess(repo: Sandbox) -> None:
    repo.commit("package", {"package.json": VERSION, "app.py": APP.replace("sum(prices)", "0")})
    branch(repo, "a", {"package.json": VERSION.replace("1.0.0", "1.1.0")})
    branch(repo, "b", {"package.json": VERSION.replace("1.0.0", "1.2.0")})
    said = land(repo, "a", "b", "--gate", GATE, expect=4)
    assert (landed(said), aside(said)) == (["a"], {"b": "conflict"})


def test_the_decision_of_a_rule_that_breaks_the_tests_is_named(repo: Sandbox) -> None:
    """Each side puts a statement at one place; the second one counts on being the first."""
    app = "def steps():\n    found = []\n    found.append(0)\n    return found\n"
    test = (
        "import unittest, app\n\n\nclass Steps{name}(unittest.TestCase):\n"
        "    def test_{name}(self):\n        self.assertEqual(app.steps().index({number}), 1)\n"
    )
    repo.commit("steps", {"app.py": app, "test_app.py": ""})
    for name, number in (("a", 1), ("b", 2)):
        more = app.replace("append(0)\n", f"append(0)\n    found.append({number})\n")
        text = test.format(name=name, number=number)
        branch(repo, name, {"app.py": more, f"test_{name}.py": text})

    said = land(repo, "a", "b", "--gate", GATE, expect=4)

    assert (landed(said), aside(said)) == (["a"], {"b": "semantic-conflict"})
    [one] = said["set_aside"]
    assert one["check"]["failing"] == ["test_b.Stepsb.test_b"]
    assert (one["suspect"]["path"], one["suspect"]["rule"]) == ("app.py", "both-inserted")
    assert one["suspect"]["line"] in (4, 5)
    tidy(repo)


def test_one_that_conflicts_with_all_others_does_not_keep_them_out(repo: Sandbox) -> None:
    changed = APP.replace("PERCENT = 10", "PERCENT = 11").replace("of them", "the prices")
    branch(repo, "hub", {"app.py": changed})
    branch(repo, "a", {"app.py": APP.replace("PERCENT = 10", "PERCENT = 12")})
    branch(repo, "b", {"app.py": APP.replace("of them", "of the prices")})
    said = land(repo, "hub", "a", "b", expect=4)
    assert (landed(said), aside(said)) == (["a", "b"], {"hub": "conflict"})
    assert said["set_aside"][0]["against"] == ["a", "b"]


def test_what_conflicts_with_a_branch_that_does_not_land_lands(repo: Sandbox) -> None:
    broken = APP.replace("PERCENT = 10", "PERCENT = 11").replace("sum(prices)", "0")
    branch(repo, "bad", {"app.py": broken})
    branch(repo, "good", {"app.py": APP.replace("PERCENT = 10", "PERCENT = 12")})
    said = land(repo, "bad", "good", "--gate", GATE, expect=4)
    assert (landed(said), aside(said)) == (["good"], {"bad": "tests-fail"})
    assert "PERCENT = 12" in repo.read("app.py")


def test_what_lands_is_signed_where_git_signs_commits(repo: Sandbox) -> None:
    key = repo.base / "key"
    repo.ok("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    for setting in ("gpg.format=ssh", f"user.signingkey={key}", "commit.gpgSign=true"):
        repo.git("config", *setting.split("=", 1))
    allowed = repo.base / "allowed"
    allowed.write_text(f"committer@example.com {key.with_suffix('.pub').read_text()}")
    repo.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    branch(repo, "a", {"a.txt": "a\n"})
    branch(repo, "b", {"b.txt": "b\n"})

    said = land(repo, "a", "b", "--gate", GATE)

    repo.git("verify-commit", "main", "main^")
    assert said["tree"] == repo.git("rev-parse", "main^{tree}").strip()
    assert json.loads(repo.anvcs("show", "--json"))["tests_passed"] is True

    branch(repo, "c", {"c.txt": "c\n"})
    key.unlink()
    before = repo.git("show-ref", "--heads")
    done = repo.run("git-anvcs", "land", "c")
    assert (done.returncode, "cannot be signed" in done.stderr) == (1, True)
    assert repo.git("show-ref", "--heads") == before
    tidy(repo)


def book(*sources: str) -> str:
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": None,
         "outputs": [], "source": source}
        for number, source in enumerate(sources)
    ]  # fmt: skip
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    whole = {"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1) + "\n"


def two_notebooks(repo: Sandbox) -> None:
    """One side renames a variable in the first cell, the other uses the old name in the last."""
    start = ("price = 2", "print(price)", "print('end')")
    repo.commit("notebook", {"-a b.ipynb": book(*start)})
    renamed = book("cost = 2", "print(cost)", start[2])
    branch(repo, "rename", {"-a b.ipynb": renamed})
    branch(repo, "use", {"-a b.ipynb": book(*start[:2], "print('end', price)")})
    repo.git("config", "anvcs.merge.guard.notebooks", "true")


def test_a_merged_notebook_must_run(repo: Sandbox) -> None:
    if not (PROGRAMS / "jupyter").exists():
        pytest.skip("nbclient is not installed")
    two_notebooks(repo)
    repo.env["PATH"] = f"{repo.env['PATH']}:{PROGRAMS}"
    said = land(repo, "rename", "use", expect=4)
    assert (landed(said), aside(said)) == (["rename"], {"use": "semantic-conflict"})
    assert "NameError" in said["set_aside"][0]["output"]


def test_a_notebook_without_jupyter_is_no_verdict(repo: Sandbox) -> None:
    two_notebooks(repo)
    folder = repo.base / "few"
    folder.mkdir()
    for name in ("git", "sh", "jq"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    repo.env["PATH"] = f"{repo.base / 'bin'}:{folder}"
    done = repo.run("git-anvcs", "land", "rename", "use")
    assert (done.returncode, "jupyter is not installed" in done.stderr) == (3, True), done.stderr

    repo.git("switch", "-q", "rename")
    before = repo.git("rev-parse", "HEAD")
    done = repo.run("git-anvcs", "merge", "use")
    assert (done.returncode, "jupyter is not installed" in done.stderr) == (3, True), done.stderr
    assert repo.git("rev-parse", "HEAD") == before


def test_another_worktree_that_has_the_target_goes_along(repo: Sandbox) -> None:
    branch(repo, "a", {"app.py": APP + "# a\n", "new/a.txt": "a\n"})
    repo.git("switch", "-q", "-c", "mine")
    repo.write("app.py", "unfinished")
    other = repo.base / "other"
    repo.git("worktree", "add", "-q", str(other), "main")

    assert landed(land(repo, "a", "--onto", "main", "--gate", GATE)) == ["a"]

    assert repo.git("status", "--porcelain", cwd=other) == ""
    assert (other / "new/a.txt").read_text() == "a\n"
    assert repo.read("app.py") == "unfinished"
    (other / "app.py").write_text("dirty")
    repo.git("commit", "-q", "-am", "mine")
    before = repo.git("rev-parse", "main")
    done = repo.run("git-anvcs", "land", "mine", "--onto", "main")
    assert (done.returncode, str(other) in done.stderr) == (1, True)
    assert repo.git("rev-parse", "main") == before
