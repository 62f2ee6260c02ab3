"""Another tool takes our hooks out: nothing breaks, status and doctor say so, readers repair."""

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.test_install import hook
from tests.support.sandbox import Sandbox, config_hooks, newer_git

FOLDER = ".git/hooks"


def husky(repo: Sandbox) -> None:
    """`husky` names its own folder, as `npm install` does again and again."""
    (repo.root / ".husky/_").mkdir(parents=True)
    repo.git("config", "core.hooksPath", ".husky/_")


def lefthook(repo: Sandbox) -> None:
    """`lefthook install` gives what it finds another name and writes its own."""
    for event in ("post-commit", "post-rewrite"):
        path = repo.root / FOLDER / event
        path.rename(path.with_name(f"{event}.old"))
        hook(repo, event, "#!/bin/sh\ntrue lefthook\n")


def removed(repo: Sandbox) -> None:
    for path in (repo.root / FOLDER).glob("post-*"):
        path.unlink()


def unnamed(repo: Sandbox) -> None:
    """A configuration is written anew without our section."""
    for event in ("post-commit", "post-rewrite"):
        repo.git("config", "--remove-section", f"hook.anvcs-{event}")


def disabled(repo: Sandbox) -> None:
    repo.git("config", "hook.anvcs-post-commit.enabled", "false")


IN_FILES = (husky, lefthook, removed)
IN_CONFIG = (unnamed, disabled)


@pytest.fixture(params=["system", "newer"])
def repo(tmp_path: Path, request: pytest.FixtureRequest) -> Sandbox:
    if request.param == "system":
        return Sandbox(tmp_path)
    return Sandbox(tmp_path, **newer_git(tmp_path / "newer-git"))


def status(repo: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("status", "--json"))
    return found


def show(repo: Sandbox, commit: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.anvcs("show", "--json", commit))
    return found


@pytest.mark.parametrize("remove", IN_CONFIG if config_hooks() else IN_FILES)
def test_status_and_doctor_name_the_hooks_and_the_next_read_makes_the_records(
    repo: Sandbox, remove: Callable[[Sandbox], None]
) -> None:
    repo.anvcs("init", "--agents", "none", "--drivers", "none")
    first = repo.commit("one", {"one.txt": "1\n"})
    repo.anvcs("meta", "set", first, "agent_id=claude:a")
    assert status(repo)["silent"] is None

    remove(repo)
    repo.write("one.txt", "2\n")
    repo.ticks += 1
    repo.git("commit", "-q", "-a", "--amend", "--no-edit")
    repo.commit("two", {"two.txt": "2\n"})
    repo.ticks += 1
    repo.git("rebase", "-q", "--force-rebase", "--root")

    silent = status(repo)["silent"]
    assert "post-commit" in silent["events"]
    assert "git anvcs init" in silent["mend"]
    said = repo.anvcs("status")
    assert "no hooks  Git does not start post-commit" in said
    assert show(repo, "HEAD~1")["agent_id"] == "claude:a"
    assert show(repo, "HEAD")["agent_id"] == "untracked"

    done = repo.run("git-anvcs", "doctor", "--json", "--runs", "0")
    found = json.loads(done.stdout)["findings"]
    assert any(f["check"] == "hooks" and "post-commit" in f["wrong"] and f["mend"] for f in found)

    repo.run("git-anvcs", "init", "--yes", "--agents", "none", "--drivers", "none")
    assert remove is disabled or status(repo)["silent"] is None


def test_nothing_is_said_where_no_hooks_were_wired(repo: Sandbox) -> None:
    assert status(repo)["silent"] is None
