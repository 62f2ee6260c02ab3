"""What a commit's own surroundings say of its maker, through the hooks as they are shipped."""

import json
import shutil

import pytest

from git_anvcs.kernel.shipped import shipped
from git_anvcs.provenance.environment import session_in
from tests.support.sandbox import Sandbox, hook_folder


@pytest.mark.parametrize(
    ("environment", "session"),
    [
        ({"CODEX_THREAD_ID": "0199a213-81c0"}, "codex:0199a213-81c0"),
        ({"CODEX_THREAD_ID": "t", "CODEX_CI": "1", "AI_AGENT": "codex-cli@1"}, "codex:t"),
        ({"CODEX_THREAD_ID": "t", "CURSOR_TRACE_ID": "1"}, "codex:t"),
        ({"CODEX_THREAD_ID": "t", "ANVCS_SESSION": "claude:s"}, "claude:s"),
        ({"CODEX_THREAD_ID": "t", "CLAUDECODE": "1"}, ""),
        ({"CODEX_THREAD_ID": "t", "AGENT": "amp"}, ""),
        ({"CODEX_THREAD_ID": "t", "AI_AGENT": "claude-code"}, ""),
        ({"CODEX_THREAD_ID": "a b"}, ""),
        ({"CODEX_THREAD_ID": 'a","x":"'}, ""),
        ({"CODEX_THREAD_ID": "t" * 257}, ""),
        ({"CODEX_THREAD_ID": ""}, ""),
        ({}, ""),
    ],
)
def test_a_session_is_declared_by_the_environment_of_one_agent(
    repo: Sandbox, environment: dict[str, str], session: str
) -> None:
    """By the table, and by the hook's script in the same words."""
    assert session_in(environment) == session
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    repo.git("commit", "-q", "--allow-empty", "-m", "x", env=environment)
    lines = (repo.root / ".git/anvcs/spool/lines").read_text().splitlines()
    (line,) = [line for line in map(json.loads, lines) if line["kind"] == "commit"]
    assert line.get("session", "") == session


def test_a_folder_of_an_agent_is_a_weak_sign(repo: Sandbox) -> None:
    """The hooks as they are, but for where Devin's folder is looked for."""
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    shipped_hooks, own = shipped("hooks/_anvcs.sh").parent, repo.base / "hooks"
    shutil.copytree(shipped_hooks, own)
    script = (own / "_anvcs.sh").read_text()
    (repo.base / "devin").mkdir()
    assert "-d /opt/.devin " in script
    moved = script.replace("-d /opt/.devin ", f"-d {repo.base}/devin ")
    (own / "_anvcs.sh").write_text(moved)
    stub = hook_folder(repo.root) / "post-commit"
    stub.write_text(stub.read_text().replace(str(shipped_hooks), str(own)))
    repo.git("commit", "-q", "--allow-empty", "-m", "x")
    found = json.loads(repo.anvcs("show", "--json", "HEAD"))
    assert found["agent_id"] == "devin:unknown"
    assert found["ext"]["anvcs.intake"]["confidence"] == "low"
    assert found["ext"]["anvcs.intake"]["signals"] == ["/opt/.devin"]
