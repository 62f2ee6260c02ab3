"""docs/howto/verify-merges.md, run as written: its shell steps, against a local bare remote."""

from collections.abc import Callable
from pathlib import Path
import re

import pytest
from ruamel.yaml import YAML

from tests.support.sandbox import Sandbox

PAGE = (Path(__file__).parents[2] / "docs/howto/verify-merges.md").read_text()
GITHUB, GITLAB = (
    YAML(typ="safe").load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
)
BASE = "".join(f"line number {number}\n" for number in range(1, 13))
OURS = BASE.replace("line number 2\n", "ours has this\n")
THEIRS = BASE.replace("line number 11\n", "theirs has that\n")


@pytest.fixture
def origin(repo: Sandbox) -> Path:
    path = repo.base / "origin.git"
    repo.git("init", "-q", "--bare", "-b", "main", str(path))
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=path)
    repo.git("remote", "add", "origin", f"file://{path}")
    return path


def history(repo: Sandbox, *, good: bool) -> tuple[str, str]:
    """The target before and after a merge of `topic`, both pushed."""
    repo.commit("base", {"a.txt": BASE})
    repo.git("switch", "-q", "-c", "topic")
    repo.commit("theirs", {"a.txt": THEIRS})
    repo.git("switch", "-q", "main")
    before = repo.commit("ours", {"a.txt": OURS})
    repo.git("merge", "-q", "--no-commit", "topic")
    if not good:
        repo.write("a.txt", THEIRS)
    repo.ticks += 1
    repo.git("commit", "-qam", "merge")
    repo.git("push", "-q", "origin", "main", "topic")
    return before, repo.git("rev-parse", "HEAD").strip()


def job(repo: Sandbox, commit: str, depth: str, **env: str) -> Sandbox:
    """What a checkout action leaves: a detached HEAD, all of history where depth is 0."""
    clone = Sandbox(repo.base, name="job", init=False)
    clone.root.mkdir()
    clone.env |= env
    clone.git("init", "-q")
    clone.git("remote", "add", "origin", f"file://{repo.base / 'origin.git'}")
    cut = [] if depth == "0" else [f"--depth={depth}"]
    clone.git("fetch", "-q", "--no-tags", *cut, "origin", commit)
    clone.git("checkout", "-q", "--detach", commit)
    return clone


def github(repo: Sandbox, before: str, commit: str, event: str = "push") -> int:
    [steps] = [one["steps"] for one in GITHUB["jobs"].values()]
    depth = str(steps[0]["with"]["fetch-depth"])
    clone = job(repo, commit, depth, GITHUB_EVENT_NAME=event, BEFORE=before)
    [step] = [one for one in steps if one.get("name") == "verify"]
    done = clone.run("bash", "-e", "-c", step["run"])
    print(done.stdout, done.stderr)
    return done.returncode


def gitlab(repo: Sandbox, before: str, commit: str, event: str = "push") -> int:
    said = "CI_COMMIT_BEFORE_SHA" if event == "push" else "CI_MERGE_REQUEST_DIFF_BASE_SHA"
    clone = job(repo, commit, GITLAB["verify"]["variables"]["GIT_DEPTH"], **{said: before})
    done = clone.run("bash", "-e", "-c", "\n".join(GITLAB["verify"]["script"]))
    print(done.stdout, done.stderr)
    return done.returncode


HOSTS = pytest.mark.parametrize("host", [github, gitlab], ids=["github", "gitlab"])


@HOSTS
@pytest.mark.parametrize("event", ["push", "pull_request"])
@pytest.mark.parametrize("good", [True, False], ids=["good", "bad"])
def test_a_merge_that_lost_work_fails_the_job(
    repo: Sandbox, origin: Path, host: Callable[..., int], event: str, good: bool
) -> None:
    before, after = history(repo, good=good)
    assert host(repo, before, after, event) == (0 if good else 1)


@HOSTS
def test_a_new_branch_has_its_last_commit_looked_at(
    repo: Sandbox, origin: Path, host: Callable[..., int]
) -> None:
    _, after = history(repo, good=False)
    assert host(repo, "0" * 40, after) == 1


def test_a_loss_that_was_meant_passes_once_the_record_says_so(repo: Sandbox, origin: Path) -> None:
    before, after = history(repo, good=False)
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--remote", "origin", "--yes")
    [said] = re.findall(r"`git anvcs meta set COMMIT '(ext\.[^']*)'`", PAGE)
    repo.anvcs("meta", "set", after, said.replace("path", "a.txt"))
    repo.anvcs("push", "--records", "origin")
    clone = job(repo, after, "0")
    assert clone.run("git-anvcs", "verify", f"{before}..HEAD").returncode == 1
    clone.anvcs("pull", "--records", "origin", env={"ANVCS_REMOTES": "origin"})
    assert clone.run("git-anvcs", "verify", f"{before}..HEAD").returncode == 0
