"""Test results that come later: from another machine, for this very tree, and for no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import Sandbox

JUNIT = '<testsuite><testcase name="a"/><testcase name="b">{}</testcase></testsuite>'
PASSING, FAILING = JUNIT.format(""), JUNIT.format("<failure/>")


@pytest.fixture
def origin(repo: Sandbox) -> Path:
    """A bare remote with one commit, whose record an agent's clone has sent there."""
    path = repo.base / "origin.git"
    repo.git("init", "-q", "--bare", "-b", "main", str(path))
    repo.git("remote", "add", "origin", f"file://{path}")
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--remote", "origin")
    repo.write(".gitignore", "*.xml\n")
    repo.commit("zero", {"f": "0\n"})
    repo.commit("one", {"f": "1\n"})
    repo.anvcs("meta", "set", "HEAD", "agent_id=claude-code:8f21")
    repo.anvcs("push", "-u", "origin", "main")
    return path


def ci_clone(repo: Sandbox, origin: Path, name: str = "ci") -> Sandbox:
    """What a CI job has: one commit deep, our refs fetched, nothing wired."""
    made = Sandbox(repo.base, name=name, init=False)
    made.env = repo.env
    repo.git("clone", "-q", "--depth=1", f"file://{origin}", str(made.root), cwd=repo.base)
    made.git("config", "anvcs.remotes", "origin")
    made.anvcs("pull", "--records", "origin")
    return made


def attach(repo: Sandbox, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("meta", "attach", *words, "--json"))
    return found


def record(repo: Sandbox, commit: str = "HEAD") -> dict[str, Any]:
    [found] = json.loads(repo.anvcs("meta", "get", commit, "--json"))["records"]
    assert isinstance(found, dict)
    return found


def test_results_of_a_shallow_ci_clone_reach_the_agents_clone(repo: Sandbox, origin: Path) -> None:
    ci = ci_clone(repo, origin)
    before = record(ci)
    ci.write("report.xml", PASSING)
    run = ("--runner", "https://ci.example/42", "--command", "pytest")
    done = attach(ci, "--test-report", "report.xml", "--coverage", "93.5%", *run, "HEAD")
    assert done["changed"] is True
    ci.anvcs("push", "--records", "origin")
    repo.anvcs("pull", "--records", "origin")
    after = record(repo)
    assert after == record(ci)
    assert (after["meta_id"], after["rev"]) == (before["meta_id"], before["rev"] + 1)
    assert (after["agent_id"], after["tests_passed"]) == ("claude-code:8f21", True)
    assert after["coverage"] == 93.5
    assert after["tests"] == {
        "ran_on_tree": after["subject"]["tree"], "total": 2, "failed": 0, "skipped": 0,
        "runner": "https://ci.example/42", "command": "pytest",
    }  # fmt: skip
    assert after["test_report_ref"] == "artifact:report.xml"
    assert [pin["key"] for pin in after["artifacts"]] == ["report.xml"]
    assert json.loads(repo.anvcs("meta", "fsck", "--schema", "--json"))["findings"] == []


def test_two_clones_that_attach_at_once_agree_in_the_end(repo: Sandbox, origin: Path) -> None:
    clones = [ci_clone(repo, origin, "ci-1"), ci_clone(repo, origin, "ci-2")]
    for clone, report in zip(clones, (PASSING, FAILING), strict=True):
        clone.write("report.xml", report)
        attach(clone, "HEAD", "--test-report", "report.xml", "--runner", clone.root.name)
        clone.anvcs("push", "--records", "origin")
    everybody = [*clones, repo]
    for clone in everybody:
        clone.anvcs("pull", "--records", "origin")
    lines = {clone.anvcs("meta", "get") for clone in everybody}
    assert len(lines) == 1
    assert len(lines.pop().splitlines()) == 1


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"f": "changed\n"}, ()),
        ({"g.py": "untracked\n", "f": "1\n"}, ()),
        ({}, ("--ran-on", "HEAD~1")),
        ({}, ("--ran-on", "0" * 40)),
        ({}, ("--ran-on", "HEAD~1^{tree}")),
    ],
    ids=["changed", "untracked", "another commit", "a tree that is not here", "another tree"],
)
def test_results_of_another_tree_are_refused_with_a_sentence(
    repo: Sandbox, files: dict[str, str], words: tuple[str, ...]
) -> None:
    repo.commit("zero", {"x.py": "", "f": "0\n"})
    repo.commit("one", {"f": "1\n"})
    report = repo.base / "report.xml"
    report.write_text(PASSING)
    for name, text in files.items():
        repo.write(name, text)
    done = repo.run("git-anvcs", "meta", "attach", "--test-report", str(report), *words)
    assert done.returncode == 3, done.stderr
    assert "not attached: " in done.stderr
    assert "hint: " in done.stderr
    assert repo.run("git-anvcs", "meta", "get").returncode == 1


def test_a_merge_that_ci_tested_counts_where_its_tree_is_the_commits(repo: Sandbox) -> None:
    """GitHub tests a merge of its own; with nothing new on main it has the branch's tree."""
    repo.commit("base", {"f": "0\n"})
    repo.git("switch", "-q", "-c", "topic")
    topic = repo.commit("work", {"f": "1\n"})
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "tested", "topic")
    repo.write("report.xml", PASSING)
    done = attach(repo, topic, "--test-report", "report.xml", "--ran-on", "main")
    assert done["record"]["tests_passed"] is True
    repo.git("switch", "-q", "-c", "ahead", "main")
    repo.commit("more", {"g": "1\n"})
    words = ("meta", "attach", topic, "--test-report", "report.xml", "--ran-on", "ahead")
    assert repo.run("git-anvcs", *words).returncode == 3


def test_attaching_the_same_again_writes_nothing(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    repo.write("report.xml", PASSING)
    words = ("--test-report", "report.xml", "--ran-on", "HEAD")
    assert attach(repo, *words)["changed"] is True
    tip = repo.git("rev-parse", "refs/anvcs/meta")
    assert attach(repo, *words)["changed"] is False
    assert "says that already" in repo.anvcs("meta", "attach", *words)
    assert repo.git("rev-parse", "refs/anvcs/meta") == tip


def test_a_later_run_takes_the_place_of_an_earlier_one(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    repo.write("report.xml", FAILING)
    repo.write("log.txt", "log\n")
    words = ("--test-report", "report.xml", "--ran-on", "HEAD", "--artifact", "log.txt")
    first = attach(repo, *words, "--runner", "first")["record"]
    assert (first["tests_passed"], first["tests"]["failed"]) == (False, 1)
    repo.write("report.xml", PASSING)
    second = attach(repo, *words[:4])["record"]
    assert (second["tests_passed"], second["tests"]["failed"]) == (True, 0)
    assert "runner" not in second["tests"]
    assert sorted(pin["name"] for pin in second["artifacts"]) == ["log.txt", "report.xml"]
    third = attach(repo, "--coverage", "50", "--ran-on", "HEAD")["record"]
    assert (third["coverage"], third["tests"]) == (50, second["tests"])
    assert third["test_report_ref"] == "artifact:report.xml"


def test_a_report_of_the_same_name_elsewhere_gets_a_name_of_its_own(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    for folder in ("a", "b"):
        repo.write(f"{folder}/report.xml", PASSING)
    reports = ("--test-report", "a/report.xml", "--test-report", "b/report.xml")
    made = attach(repo, *reports, "--ran-on", "HEAD")["record"]
    assert made["tests"]["total"] == 4
    assert [pin["name"] for pin in made["artifacts"]] == ["report.xml", "report.xml-2"]
    (repo.root / "c").mkdir()
    repo.write("c/report.xml", FAILING)
    again = attach(repo, "--test-report", "c/report.xml", "--ran-on", "HEAD")["record"]
    assert again["test_report_ref"] == "artifact:report.xml-3"


def test_a_run_that_failed_outside_of_its_report_has_failed(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    repo.write("report.xml", PASSING)
    tested = ("--ran-on", "HEAD", "--test-report", "report.xml")
    assert attach(repo, *tested, "--tests-failed")["record"]["tests_passed"] is False
    repo.write("report.xml", FAILING)
    done = repo.run("git-anvcs", "meta", "attach", *tested, "--tests-passed")
    assert done.returncode == 2
    assert "failure" in done.stderr


@pytest.mark.parametrize("passed", [True, False])
def test_a_result_without_a_report_is_kept_with_who_says_so(repo: Sandbox, passed: bool) -> None:
    repo.commit("one", {"f": "1\n"})
    word = "--tests-passed" if passed else "--tests-failed"
    made = attach(repo, word, "--runner", "ci:7")["record"]
    tree = repo.git("rev-parse", "HEAD^{tree}").strip()
    assert made["tests_passed"] is passed
    assert made["tests"] == {"ran_on_tree": tree, "runner": "ci:7"}
    assert made["test_report_ref"] is None


def test_a_bare_repository_must_be_told_what_was_tested(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    bare = Sandbox(repo.base, name="bare.git", init=False)
    repo.git("clone", "-q", "--bare", str(repo.root), str(bare.root), cwd=repo.base)
    assert bare.run("git-anvcs", "meta", "attach", "--tests-passed").returncode == 3
    assert attach(bare, "--tests-passed", "--ran-on", "HEAD")["changed"] is True


def test_a_dry_run_attaches_nothing(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    assert attach(repo, "--tests-passed", "--dry-run")["record"]["tests_passed"] is True
    assert repo.run("git-anvcs", "meta", "get").returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--test-report", "nowhere.xml"),
        ("--test-report", "broken.xml"),
        ("--coverage", "101"),
        ("--runner", "x"),
        ("--ran-on", "HEAD"),
        ("--tests-passed", "--tests-failed"),
        ("--tests-passed", "--ran-on", "nonsense"),
        ("--tests-passed", "--artifact", "nowhere"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_attached_is_one_sentence(repo: Sandbox, words: tuple[str, ...]) -> None:
    repo.commit("one", {"f": "1\n", "broken.xml": "<testsuite><testcase>"})
    done = repo.run("git-anvcs", "meta", "attach", *words)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert repo.run("git-anvcs", "meta", "get").returncode == 1


def test_where_files_lie_is_told_without_the_home_directory(repo: Sandbox) -> None:
    repo.commit("one", {"f": "1\n"})
    outside = repo.base / "secret-user" / "r.xml"
    outside.parent.mkdir()
    outside.write_text(PASSING)
    made = attach(repo, "--test-report", str(outside), "--ran-on", "HEAD")
    assert "secret-user" not in json.dumps(made["record"])
