"""docs/howto/records-in-ci.md, run as written: its steps, against a local bare remote.

What a host does is done here with plain Git: the checkout, the merge of a pull request, the
variables. Installing packages is left out, because the programs are there.
"""

from collections.abc import Callable
import json
from pathlib import Path
import re
import shutil
import sys
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.sandbox import Sandbox

PAGE = (Path(__file__).parents[2] / "docs/howto/records-in-ci.md").read_text()
GITHUB, GITLAB = (
    YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
)
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
PASSING, FAILING = "def test_it():\n    pass\n", "def test_it():\n    assert False\n"


@pytest.fixture
def origin(repo: Sandbox) -> Path:
    """A bare remote as a host keeps it; `repo` is where an agent works."""
    path = repo.base / "origin.git"
    repo.git("init", "-q", "--bare", "-b", "main", str(path))
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=path)
    repo.git("remote", "add", "origin", f"file://{path}")
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--remote", "origin")
    return path


def pushed(repo: Sandbox, test: str, branch: str = "main") -> str:
    """A commit of the agent, with its record, on the host."""
    repo.write("test_it.py", test)
    repo.git("add", "test_it.py")
    repo.anvcs("commit", "-q", "-m", "work", "--agent", "claude-code:8f21")
    repo.anvcs("push", "-q", "origin", f"HEAD:refs/heads/{branch}")
    return repo.git("rev-parse", "HEAD").strip()


def checked_out(repo: Sandbox, commit: str, depth: int) -> Sandbox:
    """What actions/checkout leaves: so many commits, and a detached HEAD."""
    job = Sandbox(repo.base, name="job", init=False)
    if job.root.exists():
        shutil.rmtree(job.root)
    job.root.mkdir()
    python = repo.base / "bin" / "python"
    if not python.exists():
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    job.env = {key: value for key, value in repo.env.items() if key not in names}
    job.git("init", "-q")
    job.git("remote", "add", "origin", f"file://{repo.base / 'origin.git'}")
    job.git(
        "fetch", "-q", "--no-tags", f"--depth={depth}", "origin", f"+{commit}:refs/remotes/origin/x"
    )
    job.git("checkout", "-q", "--force", "refs/remotes/origin/x")
    return job


def github(repo: Sandbox, commit: str, event: str = "push") -> list[str]:
    """Run the workflow's job on a commit; the steps that failed."""
    [job] = GITHUB["jobs"].values()
    depth = next(s["with"]["fetch-depth"] for s in job["steps"] if "checkout" in s.get("uses", ""))
    clone = checked_out(repo, commit, depth)
    clone.env |= GITHUB["env"]
    clone.env |= {
        "GITHUB_EVENT_NAME": event,
        "GITHUB_SERVER_URL": "https://github.example",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_RUN_ID": "42",
    }
    failed: list[str] = []
    for step in job["steps"]:
        wanted = "run" in step and step["name"] != "install"
        if wanted and (not failed or "!cancelled()" in step.get("if", "")):
            done = clone.run("bash", "-e", "-c", step["run"])
            if done.returncode != 0:
                failed.append(step["name"])
                print(done.stdout, done.stderr)
    return failed


def gitlab(repo: Sandbox, commit: str) -> Sandbox:
    clone = checked_out(repo, commit, int(GITLAB["tests"]["variables"]["GIT_DEPTH"]))
    clone.env |= GITLAB["tests"]["variables"]
    clone.env |= {
        "ANVCS_TOKEN": "glx",
        "CI_SERVER_HOST": "gitlab.example",
        "CI_PROJECT_PATH": "o/r",
        "CI_JOB_URL": "https://gitlab.example/o/r/-/jobs/42",
    }
    there = f"url.file://{repo.base / 'origin.git'}.insteadOf"
    clone.git("config", there, "https://records:glx@gitlab.example/o/r.git")
    for part in ("before_script", "script", "after_script"):
        lines = [line for line in GITLAB["tests"][part] if not line.startswith("pip install")]
        done = clone.run("bash", "-e", "-c", "\n".join(lines))
        assert done.returncode == 0 or part == "script", done.stdout + done.stderr
    return clone


def record(repo: Sandbox, commit: str) -> dict[str, Any]:
    repo.anvcs("pull", "--records", "origin")
    [found] = json.loads(repo.anvcs("meta", "get", commit, "--json"))["records"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("test", [PASSING, FAILING], ids=["passing", "failing"])
def test_a_push_to_github_comes_back_with_its_result(
    repo: Sandbox, origin: Path, test: str
) -> None:
    commit = pushed(repo, test)
    passed = test == PASSING
    assert github(repo, commit) == ([] if passed else ["test"])
    found = record(repo, commit)
    assert (found["agent_id"], found["tests_passed"]) == ("claude-code:8f21", passed)
    assert found["tests"]["runner"] == "https://github.example/o/r/actions/runs/42"
    assert found["tests"]["total"] == 1
    writers = repo.git("for-each-ref", "--format=%(refname)", "refs/anvcs/w", cwd=origin).split()
    assert "refs/anvcs/w/ci" in writers
    assert len(writers) == 2


def test_two_runs_share_one_writer_and_the_branch_may_have_moved_on(
    repo: Sandbox, origin: Path
) -> None:
    first = pushed(repo, PASSING)
    second = pushed(repo, FAILING)
    for commit in (first, second):
        github(repo, commit)
    assert record(repo, first)["tests_passed"] is True
    assert record(repo, second)["tests_passed"] is False
    assert len(repo.git("for-each-ref", "refs/anvcs/w", cwd=origin).splitlines()) == 2


@pytest.mark.parametrize("moved", [False, True])
def test_a_pull_request_gets_the_result_where_the_merge_has_its_tree(
    repo: Sandbox, origin: Path, moved: bool
) -> None:
    base = pushed(repo, PASSING)
    repo.git("switch", "-q", "-c", "topic")
    commit = pushed(repo, f"{PASSING}\n", "topic")
    if moved:
        repo.git("switch", "-q", "main")
        base = repo.commit("meanwhile", {"other.txt": "x\n"})
        repo.git("push", "-q", "origin", "main")
    repo.git("switch", "-q", "--detach", base)
    repo.git("merge", "-q", "--no-ff", "-m", "as the host does", commit)
    repo.git("push", "-q", "origin", "HEAD:refs/pull/1/merge")
    merge = repo.git("rev-parse", "HEAD").strip()
    assert github(repo, merge, "pull_request") == []
    assert record(repo, commit)["tests_passed"] is (None if moved else True)


def squashed_by_host(repo: Sandbox) -> str:
    """Two commits of a topic branch as one of the host's on main; the branch is gone."""
    pushed(repo, PASSING)
    repo.git("switch", "-q", "-c", "topic")
    for number in (1, 2):
        repo.write("more.txt", f"{number}\n")
        repo.git("add", "more.txt")
        pushed(repo, f"{PASSING}\n\n# {number}\n", "topic")
    repo.git("push", "-q", "origin", ":topic")
    host = Sandbox(repo.base, name="host", init=False)
    host.env = {**repo.env, "GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "n@github.com"}
    repo.git("clone", "-q", str(repo.base / "origin.git"), str(host.root), cwd=repo.base)
    host.ticks = repo.ticks + 10
    host.git("fetch", "-q", str(repo.root), "topic")
    host.git("merge", "-q", "--squash", "FETCH_HEAD")
    host.git("commit", "-q", "-m", "work (#1)")
    host.git("push", "-q", "origin", "HEAD:main")
    return host.git("rev-parse", "HEAD").strip()


@pytest.mark.parametrize("host", [github, gitlab], ids=["github", "gitlab"])
def test_what_the_host_squashed_gets_its_record_and_its_result(
    repo: Sandbox, origin: Path, host: Callable[[Sandbox, str], object]
) -> None:
    commit = squashed_by_host(repo)
    host(repo, commit)
    repo.git("fetch", "-q", "origin")
    found = record(repo, commit)
    assert (found["agent_id"], found["tests_passed"]) == ("claude-code:8f21", True)
    assert [step["op"] for step in found["lineage"]][-1:] == ["squash"]


def test_a_push_to_gitlab_comes_back_with_its_result(repo: Sandbox, origin: Path) -> None:
    commit = pushed(repo, PASSING)
    gitlab(repo, commit)
    assert record(repo, commit)["tests_passed"] is True
    later = pushed(repo, FAILING)
    gitlab(repo, later)
    found = record(repo, later)
    assert (found["tests_passed"], found["tests"]["failed"]) == (False, 1)
    assert found["tests"]["runner"] == "https://gitlab.example/o/r/-/jobs/42"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_what_ci_signs_is_verified_with_its_public_key_alone(repo: Sandbox, origin: Path) -> None:
    make, sign, verify = SHELL
    commit = pushed(repo, PASSING)
    github(repo, commit)
    elsewhere = repo.base / "elsewhere"
    elsewhere.mkdir()
    repo.ok("bash", "-e", "-c", make, cwd=elsewhere)
    job = repo.base / "job"
    key = (elsewhere / "ci-key").read_text().rstrip("\n")
    repo.ok("bash", "-e", "-c", sign, cwd=job, env={"ANVCS_KEY": key})
    shutil.copy(job / "work.intoto.jsonl", elsewhere)
    said = repo.ok("bash", "-e", "-c", verify, cwd=elsewhere)
    assert said.count(commit[:12]) == 2
    assert "PASSED" in said
    assert "ci@example.com" in said
    (elsewhere / "ci-key.pub").write_text("")
    assert repo.run("bash", "-e", "-c", verify, cwd=elsewhere).returncode == 3


def test_steps_that_install_are_the_only_ones_left_out() -> None:
    [job] = GITHUB["jobs"].values()
    left_out = [step for step in job["steps"] if step.get("name") == "install"]
    assert [step["run"].split()[:2] for step in left_out] == [["pip", "install"]]
    assert {"uses", "run"} & set().union(*job["steps"]) == {"uses", "run"}
