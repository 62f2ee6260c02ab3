"""Stories of agents at work: their payloads, plain `git commit`, and who the record names."""

import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.provenance.claim import EXT
from git_anvcs.provenance.environment import SIGNALS
from git_anvcs.store.lock import held
from tests.support.sandbox import Sandbox

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ready(repo: Sandbox) -> Sandbox:
    """A repository with one commit and git-anvcs wired in."""
    repo.commit("start", {"a.py": "a = 1\n", "b.py": "b = 1\n"})
    repo.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    return repo


class Claude:
    """Plays Claude Code in one worktree: sends the payloads it sends."""

    def __init__(self, repo: Sandbox, where: Path, session: str, model: str = "") -> None:
        self.repo, self.where, self.session = repo, where, session
        self.env_file = repo.base / f"{session}.env"
        more = {"model": model} if model else {}
        self.hook("SessionStart", source="startup", env=True, **more)

    def hook(self, event: str, *, env: bool = False, **fields: Any) -> None:
        base = {"session_id": self.session, "cwd": str(self.where), "hook_event_name": event}
        variables = {"CLAUDE_ENV_FILE": str(self.env_file)} if env else {}
        text = json.dumps({**base, **fields})
        self.repo.ok("git-anvcs", "hook", "claude", stdin=text, cwd=self.where, env=variables)

    def prompt(self, text: str) -> None:
        self.hook("UserPromptSubmit", prompt=text)

    def edit(self, name: str, text: str) -> None:
        (self.where / name).write_text(text)
        tool = {"tool_name": "Write", "tool_use_id": f"e-{name}"}
        given = {"file_path": str(self.where / name), "content": text}
        self.hook("PreToolUse", **tool, tool_input=given)
        self.hook("PostToolUse", **tool, tool_input=given)

    def shell(self, command: str, *, named: bool = False, **env: str) -> None:
        """Run a command as the Bash tool does; named: with what SessionStart wrote."""
        tool = {"tool_name": "Bash", "tool_use_id": "b-1", "tool_input": {"command": command}}
        self.hook("PreToolUse", **tool)
        script = f". {self.env_file}; {command}" if named else command
        self.repo.ok("sh", "-c", script, cwd=self.where, env=env)
        self.hook("PostToolUse", **tool)


def record(repo: Sandbox, commit: str = "HEAD", *, where: Path | None = None) -> dict[str, Any]:
    shown = repo.anvcs("show", "--json", commit, cwd=where)
    value: dict[str, Any] = json.loads(shown)
    return value


def how(found: dict[str, Any]) -> tuple[str, str]:
    told = found["ext"][EXT]
    return told["method"], told["confidence"]


def test_two_agents_in_two_worktrees_get_their_own_records(ready: Sandbox) -> None:
    other = ready.base / "other"
    ready.git("worktree", "add", "-q", "-b", "other", str(other))
    first = Claude(ready, ready.root, "s-1", "claude-opus-4-6")
    second = Claude(ready, other, "s-2", "claude-sonnet-4-5")
    first.prompt("make a two")
    second.prompt("make b two, my password = 'Hx7#kkd92LmQ'")
    first.edit("a.py", "a = 2\n")
    second.edit("b.py", "b = 2\n")
    second.shell("git commit -qam 'b two'", named=True)
    first.shell("git commit -qam 'a two'", named=True)
    mine, theirs = record(ready), record(ready, where=other)
    assert (mine["agent_id"], mine["model"]) == ("claude:s-1", "anthropic/claude-opus-4-6")
    assert (theirs["agent_id"], theirs["model"]) == ("claude:s-2", "anthropic/claude-sonnet-4-5")
    assert how(mine) == how(theirs) == ("declared-session", "high")
    assert mine["prompt"] is theirs["prompt"] is None
    macs = [r["prompt_info"]["hmac_sha256"] for r in (mine, theirs)]
    texts = [(ready.root / ".git/anvcs/prompts" / mac).read_text() for mac in macs]
    assert texts == ["make a two", "make b two, my password = '[REDACTED:secret-by-name]'"]
    assert theirs["prompt_info"]["redactions"] == 1
    assert mine["env"]["tools"]["git"]


def test_agent_is_found_by_its_running_shell_when_nothing_declares_the_session(
    ready: Sandbox,
) -> None:
    agent = Claude(ready, ready.root, "s-1")
    ready.write("c.py", "c = 1\n")
    agent.shell("git add c.py && git commit -qm c", CLAUDECODE="1")
    assert record(ready)["agent_id"] == "claude:s-1"
    assert how(record(ready)) == ("shell-window", "high")


def test_agent_is_found_by_its_edits_when_a_person_commits_them(ready: Sandbox) -> None:
    agent = Claude(ready, ready.root, "s-1")
    agent.edit("a.py", "a = 3\n")
    agent.hook("Stop")
    ready.commit("a three")
    assert record(ready)["agent_id"] == "claude:s-1"
    assert how(record(ready)) == ("edits", "medium")
    ready.commit("by hand, later", {"a.py": "a = 4\n"})
    assert record(ready)["agent_id"] == "untracked"


def test_agent_is_found_in_a_worktree_where_it_does_not_sit(ready: Sandbox) -> None:
    other = ready.base / "other"
    ready.git("worktree", "add", "-q", "-b", "other", str(other))
    agent = Claude(ready, ready.root, "s-1", "claude-opus-4-6")
    agent.prompt("work over there")
    agent.shell(f"cd {other} && echo 1 > n && git add n && git commit -qm n", named=True)
    found = record(ready, where=other)
    assert (found["agent_id"], found["model"]) == ("claude:s-1", "anthropic/claude-opus-4-6")
    assert "hmac_sha256" in found["prompt_info"]


def test_model_is_read_from_the_transcript_when_the_agent_did_not_tell(ready: Sandbox) -> None:
    agent = Claude(ready, ready.root, "s-1")
    answer = {"type": "assistant", "message": {"model": "claude-opus-4-6"}}
    transcript = ready.base / "t.jsonl"
    transcript.write_text(json.dumps(answer) + "\n")
    agent.hook("UserPromptSubmit", prompt="x", transcript_path=str(transcript))
    agent.edit("a.py", "a = 5\n")
    ready.commit("a five")
    assert record(ready)["model"] == "anthropic/claude-opus-4-6"


def test_git_ai_payloads_are_understood_as_they_are(ready: Sandbox) -> None:
    payload = {
        "type": "ai_agent", "repo_working_dir": str(ready.root), "edited_filepaths": ["a.py"],
        "dirty_files": {"a.py": "a = 6\n"}, "agent_name": "acme", "model": "acme/coder-1",
        "conversation_id": "c-9",
    }  # fmt: skip
    ready.anvcs("hook", "neutral", stdin=json.dumps(payload))
    ready.commit("a six", {"a.py": "a = 6\n"})
    found = record(ready)
    assert (found["agent_id"], found["model"]) == ("acme:c-9", "acme/coder-1")


def test_damaged_event_is_set_aside_and_the_rest_is_used(ready: Sandbox) -> None:
    line = {"v": 1, "kind": "agent", "git_dir": ".", "event_v": 99, "event": "prompt"}
    with (ready.root / ".git/anvcs/spool/lines").open("a") as spool:
        spool.write(json.dumps(line) + "\n")
    agent = Claude(ready, ready.root, "s-1")
    agent.edit("a.py", "a = 7\n")
    ready.commit("a seven")
    assert record(ready)["agent_id"] == "claude:s-1"
    assert len(list((ready.root / ".git/anvcs/set-aside").iterdir())) == 1


@pytest.mark.parametrize("policy", ["inline", "ref", "hash-only", "withheld"])
def test_record_holds_of_the_prompt_what_policy_allows(ready: Sandbox, policy: str) -> None:
    ready.git("config", "anvcs.prompt.policy", policy)
    agent = Claude(ready, ready.root, "s-1")
    agent.prompt("the words")
    agent.edit("a.py", "a = 8\n")
    ready.commit("a eight")
    found = record(ready)
    assert found["prompt_info"]["policy"] == policy
    assert found["prompt"] == ("the words" if policy == "inline" else None)
    assert ("hmac_sha256" in found["prompt_info"]) == (policy != "withheld")
    kept = list((ready.root / ".git/anvcs/prompts").iterdir())
    assert len(kept) == (0 if policy == "withheld" else 1)
    stored = ready.git("show", "refs/notes/anvcs:" + ready.git(
        "ls-tree", "-r", "--name-only", "refs/notes/anvcs").split()[-1])  # fmt: skip
    assert ("the words" in stored) == (policy == "inline")


def test_hooks_look_at_the_very_variables_of_the_table() -> None:
    script = (ROOT / "hooks/_anvcs.sh").read_text()
    for signal in SIGNALS:
        assert signal.variable in script
    named = {line.split()[1] for line in script.splitlines() if "\tanvcs_signal " in line}
    assert named <= {signal.variable for signal in SIGNALS}


def test_agent_is_known_when_its_worktree_is_removed_before_anybody_looks(ready: Sandbox) -> None:
    there = ready.base / "short"
    ready.git("worktree", "add", "-q", "-b", "short", str(there))
    agent = Claude(ready, there, "c1")
    agent.edit("c.py", "c = 1\n")
    lock = ready.root / ".git/anvcs/locks/drain"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with held(lock):  # no drain until the worktree is gone
        agent.shell("git add -A && git commit -q -m one")
        ready.git("worktree", "remove", "--force", str(there))
    found = record(ready, "short")
    assert found["agent_id"] == "claude:c1"
    state = json.loads((ready.root / ".git/anvcs/spool/state.json").read_text())
    assert "worktrees/short" not in state["pending"]


def test_an_edit_after_a_commit_without_hooks_is_no_evidence_for_it(ready: Sandbox) -> None:
    agent = Claude(ready, ready.root, "c1")
    ready.write("a.py", "a = 2\n")
    ready.git("commit", "-qam", "by hand", env={"ANVCS": "0", "GIT_COMMITTER_DATE": "@1790000000"})
    agent.edit("a.py", "a = 3\n")
    tool = {"tool_name": "Bash", "tool_use_id": "b", "tool_input": {"command": "git commit"}}
    agent.hook("PreToolUse", **tool)
    assert record(ready)["agent_id"] == "untracked"
