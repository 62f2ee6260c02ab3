"""The daemon does what the policy says, soon after an agent told that its task is over."""

from collections.abc import Callable, Iterator
import json
import time

import pytest

from git_anvcs.flows.snapshots import proposed
from git_anvcs.store.paths import Paths
from tests.support.sandbox import Sandbox
from tests.support.wired import wire

PATIENCE = 60.0


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def watched(repo: Sandbox) -> Iterator[Sandbox]:
    wire(repo)
    repo.commit("base", {"f": "1\n"})
    repo.git("switch", "-q", "-c", "agent/task")
    repo.git("config", "anvcs.commits.policy", "per-task")
    repo.anvcs("daemon", "start")
    yield repo
    repo.run("git-anvcs", "daemon", "stop")


def tell(repo: Sandbox, event: str, **more: object) -> None:
    payload = {"hook_event_name": event, "session_id": "one", "cwd": str(repo.root), **more}
    repo.anvcs("hook", "claude", stdin=json.dumps(payload))


def edit(repo: Sandbox, text: str) -> None:
    tool = {
        "tool_name": "Write",
        "tool_input": {"file_path": str(repo.root / "f"), "content": text},
    }
    tell(repo, "PreToolUse", tool_use_id=f"toolu_{text}", **tool)
    repo.write("f", text)
    tell(repo, "PostToolUse", tool_use_id=f"toolu_{text}", **tool)


def test_a_task_that_ends_is_proposed_and_then_made(watched: Sandbox) -> None:
    paths = Paths(watched.root / ".git")
    edit(watched, "two\n")
    tell(watched, "Stop")
    until(lambda: bool(proposed.read(paths)))
    [one] = proposed.read(paths)
    assert (one.session, one.files, one.failed) == ("claude:one", 1, "")
    before = watched.git("rev-parse", "HEAD")
    watched.git("config", "anvcs.commits.mode", "make")
    watched.git("config", "anvcs.commits.branches", "agent/*")
    edit(watched, "three\n")
    tell(watched, "Stop")
    until(lambda: watched.git("rev-parse", "HEAD") != before)
    assert watched.git("show", "HEAD:f") == "three\n"
    until(lambda: not proposed.read(paths))
    watched.git("update-index", "-q", "--refresh")
    assert watched.git("status", "--porcelain") == ""
    assert json.loads(watched.anvcs("show", "--json"))["agent_id"] == "claude:one"
