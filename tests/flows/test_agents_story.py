"""From an agent's payloads to the record of its commit, with the payloads of each agent."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.sandbox import Sandbox
from tests.support.wired import wire

CASES = Path(__file__).parents[1] / "cases/agents"


def send(repo: Sandbox, name: str, case: str) -> None:
    """One golden payload, as if it had happened in this repository."""
    given = json.loads((CASES / name / f"{case}.json").read_text())
    text = json.dumps(given["payload"]).replace("/repo", str(repo.root))
    told = ("--event", given["told"]) if "told" in given else ()
    repo.anvcs("hook", name, *told, stdin=text)


def record(repo: Sandbox) -> dict[str, Any]:
    return dict(json.loads(repo.anvcs("show", "--json", "HEAD")))


@pytest.mark.parametrize(
    ("name", "before", "after", "agent_id", "variables"),
    [
        ("codex", "shell-before", "shell-after", "codex:0199a213-81c0", {"CODEX_CI": "1"}),
        ("cursor", "shell-before", "shell-failed", "cursor:conv-123", {"CURSOR_AGENT": "1"}),
        ("gemini", "shell-before", "shell-after", "gemini:5f0c-gem", {"GEMINI_CLI": "1"}),
        ("copilot", "sdk-shell-before", "", "copilot:sess-1", {"COPILOT_CLI": "1"}),
        ("windsurf", "command-before", "command-after", "windsurf:traj-1", {}),
        ("opencode", "shell-before", "shell-after", "opencode:ses_1", {"OPENCODE": "1"}),
        ("droid", "execute-before", "execute-after", "droid:d-1", {}),
        ("continue", "terminal-before", "bash-failed", "continue:cn-1", {}),
        ("cline", "command-before", "command-after", "cline:task-abc", {"CLINE_ACTIVE": "1"}),
        ("amp", "shell-before", "shell-after", "amp:T-123", {"AGENT": "amp"}),
    ],
)
def test_a_commit_in_an_agents_shell_is_its_sessions(
    repo: Sandbox,
    name: str,
    before: str,
    after: str,
    agent_id: str,
    variables: dict[str, str],
) -> None:
    (repo.root / "packages/ui").mkdir(parents=True)
    repo.write("a", "1")
    wire(repo)
    send(repo, name, before)
    repo.git("add", "a")
    repo.git("commit", "-q", "-m", "by the agent", env=variables)
    if after:
        send(repo, name, after)
    found = record(repo)
    assert found["agent_id"].startswith(agent_id)
    how = found["ext"]["anvcs.intake"]
    assert (how["method"], how["confidence"]) == ("shell-window", "high" if variables else "medium")


def test_prompt_and_model_of_codex_are_in_the_record(repo: Sandbox) -> None:
    wire(repo)
    send(repo, "codex", "prompt")
    send(repo, "codex", "patch-before")
    repo.write("src/a.py", "new\n")
    repo.git("add", "src/a.py")
    send(repo, "codex", "patch-after")
    repo.git("commit", "-q", "-m", "by hand, of the agent's work")
    found = record(repo)
    assert found["agent_id"].startswith("codex:0199a213")
    assert found["model"] == "openai/gpt-5.3-codex"
    assert found["prompt_info"]["hmac_sha256"]
