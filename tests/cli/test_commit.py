"""`git anvcs commit`, `context`, `add` and `checkout` through the installed program."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from git_anvcs import provenance
from git_anvcs.store.schemas import violations
from tests.support.sandbox import Sandbox, hook_folder, newer_git

JUNIT = "<testsuite>" + "<testcase name='a'/>" * 3 + "</testsuite>"
FAILED = "<testsuite><testcase><failure/></testcase></testsuite>"
MODEL = "anthropic/claude-opus-4-6"


@pytest.fixture(params=["wired", "not wired"])
def ready(repo: Sandbox, request: pytest.FixtureRequest) -> Sandbox:
    """A repository with one commit, with our hooks and without."""
    repo.commit("start", {"a.py": "a = 1\n", "b.txt": "b\n"})
    if request.param == "wired":
        repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    return repo


@pytest.fixture
def wired(repo: Sandbox) -> Sandbox:
    repo.commit("start", {"a.py": "a = 1\n", "b.txt": "b\n"})
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    return repo


def record(repo: Sandbox, commit: str = "HEAD") -> dict[str, Any]:
    value: dict[str, Any] = json.loads(repo.anvcs("show", "--json", commit))
    return value


def committed(repo: Sandbox, *args: str, **how: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(repo.anvcs("commit", "--json", *args, **how))
    return value


def report(repo: Sandbox, name: str, text: str) -> str:
    """A report written now, surely after the files of the worktree."""
    path = repo.base / name
    path.write_text(text)
    newest = max(f.stat().st_mtime_ns for f in repo.root.iterdir())
    os.utime(path, ns=(newest + 10**6, newest + 10**6))
    return str(path)


def test_record_is_complete_on_return(ready: Sandbox) -> None:
    ready.write("a.py", "a = 2\n")
    done = committed(
        ready, "-qam", "two", "--agent", "acme:7", "--model", MODEL, "--prompt", "make it two",
        "--test-report", report(ready, "junit.xml", JUNIT), "--coverage", "93.5",
    )  # fmt: skip
    found = done["record"]
    assert done["commit"] == ready.git("rev-parse", "HEAD").strip() == found["subject"]["commit"]
    assert (found["agent_id"], found["model"]) == ("acme:7", MODEL)
    assert found["tests_passed"] is True
    assert found["tests"]["ran_on_tree"] == found["subject"]["tree"]
    assert (found["tests"]["total"], found["tests"]["failed"]) == (3, 0)
    assert found["coverage"] == 93.5
    assert found["test_report_ref"] == "artifact:junit.xml"
    (pinned,) = found["artifacts"]
    assert pinned["sha256"] == hashlib.sha256(JUNIT.encode()).hexdigest()
    assert (pinned["size"], pinned["storage"], pinned["key"]) == (len(JUNIT), "local", "junit.xml")
    assert found["prompt_info"]["policy"] == "hash-only"
    assert "make it two" not in json.dumps(found)
    how = found["ext"]["anvcs.intake"]
    assert (how["method"], how["confidence"]) == ("said", "high")
    assert record(ready) == found


def test_record_conforms_to_the_schema_with_everything_told_and_observed(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    wired.write("uv.lock", "version = 1\n")
    wired.git("add", "uv.lock")
    wired.anvcs("add", "a.py", env={"ANVCS_SESSION": "acme:9"})
    done = committed(
        wired, "-m", "x\n\nCo-authored-by: Claude <noreply@anthropic.com>", "--prompt", "p",
        "--test-report", report(wired, "junit.xml", JUNIT), "--coverage", "50",
        "--artifact", "b.txt",
        env={"ANVCS_SESSION": "claude:s-1", "CLAUDECODE": "1"},
    )  # fmt: skip
    found = done["record"]
    schema = json.loads((Path(provenance.__file__).parent / "commit-meta.schema.json").read_text())
    assert violations(found, schema) == []
    assert found["agent_id"] == "claude:s-1"
    (session,) = [s["agent_id"]["id"] for s in found["sessions"].values()]
    assert session == "s-1"
    assert found["env"]["lockfiles"][0]["path"] == "uv.lock"
    assert [entry["type"] for entry in found["artifacts"]] == ["report", "other"]
    assert found["ext"]["anvcs.intake"]["hints"]


def test_failed_tests_are_recorded_as_failed(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    done = committed(wired, "-am", "x", "--test-report", report(wired, "r.xml", FAILED))
    assert done["record"]["tests_passed"] is False


@pytest.mark.parametrize("case", ["partial", "late", "untracked"])
def test_tests_are_not_claimed_when_another_tree_was_tested(wired: Sandbox, case: str) -> None:
    wired.write("a.py", "a = 2\n")
    wired.write("b.txt", "b two\n")
    if case == "untracked":
        wired.write("new.py", "n = 1\n")
    file = report(wired, "junit.xml", JUNIT)
    if case == "late":
        later = os.stat(file).st_mtime + 5  # noqa: PTH116
        os.utime(wired.root / "a.py", (later, later))
    how = ["-m", "x", "a.py"] if case == "partial" else ["-am", "x"]
    done = committed(wired, *how, "--test-report", file, "--coverage", "50")
    assert done["record"]["tests_passed"] is None
    assert done["record"]["coverage"] is None
    assert done["untested"]
    assert done["record"]["artifacts"]


def test_tests_are_not_claimed_when_a_hook_changes_what_is_committed(wired: Sandbox) -> None:
    hook = wired.root / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho c >> b.txt; git add b.txt\n")
    hook.chmod(0o755)
    wired.write("a.py", "a = 2\n")
    done = committed(wired, "-am", "x", "--test-report", report(wired, "junit.xml", JUNIT))
    assert done["record"]["tests_passed"] is None
    assert "not the one" in done["untested"]


def test_index_is_as_it_was_when_a_tree_was_made_of_the_worktree(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    before = wired.git("status", "--porcelain")
    file = report(wired, "junit.xml", JUNIT)
    wired.anvcs("commit", "--preview", "-a", "--test-report", file)
    assert wired.git("status", "--porcelain") == before


def test_git_gets_its_own_options_untouched(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    wired.anvcs("commit", "-q", "-a", "-m", "--prompt", "--model", MODEL)
    assert wired.git("log", "-1", "--format=%s").strip() == "--prompt"
    wired.anvcs("commit", "-q", "--amend", "-C", "HEAD~1")
    assert wired.git("log", "-1", "--format=%s").strip() == "start"
    wired.write("b.txt", "c\n")
    wired.write("a.py", "a = 3\n")
    wired.anvcs("commit", "-qm", "only b", "--", "b.txt")
    assert wired.git("show", "--format=", "--name-only").split() == ["b.txt"]
    wired.anvcs("commit", "-q", "-F", "-", "-a", stdin="from stdin")
    assert wired.git("log", "-1", "--format=%s").strip() == "from stdin"


@pytest.mark.parametrize("later", [True, False], ids=["later", "same second"])
def test_amended_commit_says_what_is_told_of_it(wired: Sandbox, later: bool) -> None:
    wired.write("a.py", "a = 2\n")
    committed(wired, "-qam", "two", "--agent", "acme:7", "--model", MODEL)
    file = report(wired, "junit.xml", JUNIT)
    wired.ticks += int(later)
    done = committed(wired, "--amend", "--no-edit", "--test-report", file, "--model", "acme/m2")
    found = done["record"]
    assert found["rev"] > 1
    assert (found["agent_id"], found["model"]) == ("acme:7", "acme/m2")
    assert found["tests_passed"] is True


def test_words_come_to_the_record_when_it_was_written_before_the_hook_told(
    wired: Sandbox,
) -> None:
    # A drain runs while the commit's own hook has not written its line yet: chained hooks first.
    hook = hook_folder(wired.root) / "post-commit"
    stub = hook.read_text()
    shebang, _, rest = stub.partition("\n")
    hook.write_text(f"{shebang}\ngit anvcs drain >/dev/null\n{rest}")
    wired.write("a.py", "a = 2\n")
    done = committed(wired, "-am", "x", "--prompt", "p", env={"ANVCS_SESSION": "acme:7"})
    assert done["record"]["agent_id"] == "acme:7"
    assert done["record"]["prompt_info"]["hmac_sha256"]
    assert done["record"]["rev"] == 2
    wired.anvcs("drain")
    assert record(wired)["rev"] == 2


def test_nothing_is_recorded_and_git_answers_when_its_commit_fails(ready: Sandbox) -> None:
    done = ready.run("git", "anvcs", "commit", "-m", "nothing", "--agent", "acme:7")
    assert done.returncode == 1
    assert "nothing to commit" in done.stdout
    ready.commit("by hand", {"a.py": "a = 2\n"})
    found = ready.run("git-anvcs", "show", "--json")
    assert "acme:7" not in found.stdout


def test_words_of_a_killed_commit_are_not_given_to_the_next_one(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    killer = "kill -9 $PPID; sleep 5"  # the editor kills git, as a crash would
    done = wired.run(
        "git-anvcs", "commit", "-a", "--agent", "acme:7", env={"GIT_EDITOR": f"sh -c '{killer}'"}
    )
    assert done.returncode != 0
    wired.commit("by hand")
    assert record(wired)["agent_id"] == "untracked"


@pytest.mark.parametrize(
    "wrong",
    [
        ["--model", "opus"],
        ["--agent", "two words"],
        ["--test-report", "missing.xml"],
        ["--test-report", "a.py"],
        ["--coverage", "101"],
        ["--coverage", "a.py"],
        ["--artifact", "missing.bin"],
        ["--prompt-policy", "loud"],
        ["--prompt-file", "missing.txt"],
        ["--prompt", "x", "--prompt-file", "a.py"],
        ["--prompt"],
    ],
)
def test_wrong_value_stops_before_git_runs(wired: Sandbox, wrong: list[str]) -> None:
    wired.write("a.py", "a = 2\n")
    done = wired.run("git", "anvcs", "commit", "-am", "x", *wrong)
    assert done.returncode == 2
    assert done.stderr.startswith("git-anvcs: ")
    assert "Traceback" not in done.stderr
    assert wired.git("log", "--oneline").count("\n") == 1


def state(repo: Sandbox) -> dict[str, bytes]:
    """Every file but loose objects and the index, which git's own dry run writes."""
    found = {str(p): p.read_bytes() for p in repo.root.rglob("*") if p.is_file()}
    return {name: data for name, data in found.items() if "/objects/" not in name}


def test_preview_changes_nothing(ready: Sandbox) -> None:
    ready.write("a.py", "a = 2\n")
    before = state(ready)
    text = ready.anvcs("commit", "--preview", "-a", "--agent", "acme:7", "--prompt", "p")
    assert "acme:7" in text
    assert "a.py" in text
    shown = json.loads(ready.anvcs("commit", "--dry-run", "--json", "-a", "--model", MODEL))
    assert shown["claim"]["model"] == MODEL
    after = state(ready)
    index = str(ready.root / ".git/index")
    assert {**after, index: b""} == {**before, index: b""}


def test_prompt_policy_of_one_commit_wins_over_the_setting(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    wired.write("prompt.txt", "from a file")
    done = committed(wired, "-am", "x", "--prompt-file", "prompt.txt", "--prompt-policy", "inline")
    assert done["record"]["prompt"] == "from a file"
    wired.write("a.py", "a = 3\n")
    done = committed(wired, "-am", "x", "--prompt", "hidden", "--prompt-policy", "withheld")
    assert done["record"]["prompt_info"] == {"policy": "withheld"}


def test_first_commit_of_a_repository_can_be_tested(repo: Sandbox) -> None:
    repo.write("a.py", "a = 1\n")
    repo.git("add", "a.py")
    done = committed(repo, "-m", "first", "--test-report", report(repo, "junit.xml", JUNIT))
    assert done["record"]["tests_passed"] is True


def test_context_speaks_for_plain_commits_until_cleared(wired: Sandbox) -> None:
    wired.anvcs("context", "set", "--agent", "acme:7", "--model", MODEL, "--prompt", "the words")
    assert "the words" in wired.anvcs("context", "show")
    wired.commit("one", {"a.py": "a = 2\n"})
    found = record(wired)
    assert (found["agent_id"], found["model"]) == ("acme:7", MODEL)
    assert found["prompt_info"]["hmac_sha256"]
    wired.anvcs("context", "clear")
    wired.commit("two", {"a.py": "a = 3\n"})
    assert record(wired)["agent_id"] == "untracked"
    assert json.loads(wired.anvcs("context", "show", "--json"))["context"]["agent"] is None


def test_context_speaks_for_one_commit_when_set_once(wired: Sandbox) -> None:
    wired.anvcs("context", "set", "--agent", "human", "--once")
    wired.commit("one", {"a.py": "a = 2\n"})
    wired.commit("two", {"a.py": "a = 3\n"})
    assert record(wired, "HEAD~1")["agent_id"] == "human"
    assert record(wired)["agent_id"] == "untracked"


def test_context_of_one_worktree_is_not_that_of_another(wired: Sandbox) -> None:
    wired.git("worktree", "add", "-q", "../other")
    wired.anvcs("context", "set", "--agent", "acme:7", cwd=wired.base / "other")
    wired.commit("one", {"a.py": "a = 2\n"})
    assert record(wired)["agent_id"] == "untracked"


def test_context_refuses_what_cannot_stand_in_a_record(wired: Sandbox) -> None:
    for wrong in (["--model", "opus"], ["--agent", ""], []):
        assert wired.run("git-anvcs", "context", "set", *wrong).returncode == 2


def test_add_notes_the_session_that_staged(wired: Sandbox) -> None:
    wired.write("a.py", "a = 2\n")
    shown = wired.anvcs("add", "--json", "a.py", env={"ANVCS_SESSION": "acme:7"})
    assert json.loads(shown)["staged"] == ["a.py"]
    wired.git("commit", "-qm", "staged by an agent")
    found = record(wired)
    assert found["agent_id"] == "acme:7"
    assert found["ext"]["anvcs.intake"]["method"] == "staged"


def test_add_and_checkout_end_as_git_does(wired: Sandbox) -> None:
    assert wired.run("git-anvcs", "add", "missing").returncode == 128
    assert wired.run("git-anvcs", "checkout", "missing").returncode == 1
    wired.anvcs("checkout", "-q", "-b", "topic")
    assert wired.git("branch", "--show-current").strip() == "topic"
    assert json.loads(wired.anvcs("checkout", "--json", "main"))["branch"] == "main"


def test_commit_is_recorded_in_a_sha256_reftable_repository_of_a_newer_git(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path, init=False, **newer_git(tmp_path / "git"))
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "main", "--object-format=sha256", "--ref-format=reftable")
    repo.write("a.py", "a = 1\n")
    repo.git("add", "a.py")
    done = committed(repo, "-m", "x", "--test-report", report(repo, "junit.xml", JUNIT))
    assert len(done["commit"]) == 64
    assert done["record"]["tests_passed"] is True
