"""Scripted agents: plain processes that send the documented hook payloads and run git."""

import json
from pathlib import Path

from tests.support.sandbox import Sandbox


class Claude:
    """Claude Code as its hooks show it: a session, prompts, edits and shell commands."""

    tool = "claude"

    def __init__(self, box: Sandbox, worktree: Path, session: str, model: str) -> None:
        self.box = box
        self.worktree = worktree
        self.session = session
        self.model = model
        self.uses = 0
        self.send("SessionStart", source="startup", model=model)

    def send(self, event: str, **facts: object) -> None:
        payload = {
            "session_id": self.session,
            "transcript_path": f"{self.box.home}/.claude/projects/x/{self.session}.jsonl",
            "cwd": str(self.worktree),
            "permission_mode": "default",
            "hook_event_name": event,
            **facts,
        }
        said = self.box.anvcs("hook", "claude", cwd=self.worktree, stdin=json.dumps(payload))
        assert said == "", said

    def prompt(self, text: str) -> None:
        self.send("UserPromptSubmit", prompt=text)

    def edit(self, name: str, text: str) -> None:
        path = self.worktree / name
        facts = {
            "tool_name": "Write",
            "tool_use_id": self._use(),
            "tool_input": {"file_path": str(path), "content": text},
        }
        self.send("PreToolUse", **facts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        response = {"type": "create", "filePath": str(path), "content": text}
        self.send("PostToolUse", **facts, tool_response=response)

    def shell(self, *argv: str) -> str:
        """Run a command the way the agent's Bash tool does."""
        facts = {
            "tool_name": "Bash",
            "tool_use_id": self._use(),
            "tool_input": {"command": " ".join(argv)},
        }
        self.send("PreToolUse", **facts)
        self.box.ticks += 1
        said = self.box.ok(*argv, cwd=self.worktree, env={"CLAUDECODE": "1"})
        self.send("PostToolUse", **facts, tool_response={"stdout": said, "stderr": ""})
        return said

    def _use(self) -> str:
        self.uses += 1
        return f"toolu_{self.uses:04d}"


class Neutral:
    """An agent that speaks the vendor-neutral `agent-v1` payload."""

    def __init__(self, box: Sandbox, worktree: Path, tool: str, session: str, model: str) -> None:
        self.box = box
        self.worktree = worktree
        self.tool = tool
        self.session = session
        self.model = model
        self.uses = 0

    def send(self, kind: str, **facts: object) -> None:
        payload = {
            "type": kind,
            "repo_working_dir": str(self.worktree),
            "agent_name": self.tool,
            "model": self.model,
            "conversation_id": self.session,
            **facts,
        }
        said = self.box.anvcs("hook", "agent-v1", cwd=self.worktree, stdin=json.dumps(payload))
        assert said == "", said

    def edit(self, name: str, text: str) -> None:
        path = self.worktree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.send("ai_agent", edited_filepaths=[name], dirty_files={name: text})

    def shell(self, *argv: str) -> str:
        self.uses += 1
        facts = {"tool_use_id": f"call_{self.uses}", "command": " ".join(argv)}
        self.send("pre_shell_command", **facts)
        self.box.ticks += 1
        said = self.box.ok(*argv, cwd=self.worktree)
        self.send("post_shell_command", **facts)
        return said
