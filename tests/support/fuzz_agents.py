"""The agents of the fuzzer: what they tell us of an edit or a shell command, each in its format."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

# Path in the worktree -> the new text, None for a file that is deleted.
Change = Mapping[str, str | None]


class Message(NamedTuple):
    """One payload for `git anvcs hook NAME`."""

    name: str
    payload: dict[str, Any]


class Agent:
    """An agent with a session; `who` is what a record must call it."""

    tool = ""
    hook = ""

    def __init__(self, session: str) -> None:
        self.session = session
        self.uses = 0
        self.env: dict[str, str] = {}

    @property
    def who(self) -> str:
        return f"{self.tool}:{self.session}"

    def call(self) -> str:
        """The id of the next tool call."""
        self.uses += 1
        return f"call_{self.session[-4:]}_{self.uses:05d}"

    def begin(self, tree: Path) -> list[Message]:
        """What it sends when its session starts."""
        raise NotImplementedError

    def turn(self, tree: Path) -> list[Message]:
        """What it sends when it has answered and is asked for something else."""
        raise NotImplementedError

    def edit(
        self, rng: Random, tree: Path, change: Change
    ) -> list[tuple[Message, Change, Message]]:
        """Its tool calls for a change: the message before, what the call does, the one after."""
        raise NotImplementedError

    def shell(self, tree: Path, command: str) -> tuple[Message, Message]:
        """The messages before and after a shell command."""
        raise NotImplementedError


class Claude(Agent):
    """Claude Code: one file a call, with the text it wrote in the payload."""

    tool = "claude"
    hook = "claude"

    def __init__(self, session: str) -> None:
        super().__init__(session)
        self.env = {"CLAUDECODE": "1"}

    def begin(self, tree: Path) -> list[Message]:
        return [self._say(tree, "SessionStart", source="startup", model="claude-opus-5")]

    def turn(self, tree: Path) -> list[Message]:
        asked = self._say(tree, "UserPromptSubmit", prompt=f"Please go on with {self.uses}.")
        return [self._say(tree, "Stop"), asked]

    def edit(
        self, rng: Random, tree: Path, change: Change
    ) -> list[tuple[Message, Change, Message]]:
        calls = []
        for path, text in change.items():
            given = _edit_input(tree / path, text or "", whole=rng.random() < 0.5)
            facts = {
                "tool_name": "Write" if "content" in given else "Edit",
                "tool_use_id": self.call(),
                "tool_input": given,
            }
            before = self._say(tree, "PreToolUse", **facts)
            response: dict[str, object] = {"filePath": given["file_path"]}
            if rng.random() < 0.5 and (tree / path).is_file():  # newer versions say it
                response["originalFile"] = (tree / path).read_bytes().decode()
            after = self._say(tree, "PostToolUse", **facts, tool_response=response)
            calls.append((before, {path: text}, after))
        return calls

    def shell(self, tree: Path, command: str) -> tuple[Message, Message]:
        facts = {
            "tool_name": "Bash",
            "tool_use_id": self.call(),
            "tool_input": {"command": command},
        }
        before = self._say(tree, "PreToolUse", **facts)
        return before, self._say(tree, "PostToolUse", **facts, tool_response={"stdout": ""})

    def _say(self, tree: Path, event: str, **facts: object) -> Message:
        base = {
            "session_id": self.session,
            "transcript_path": f"/nowhere/{self.session}.jsonl",
            "cwd": str(tree),
            "permission_mode": "default",
            "hook_event_name": event,
        }
        return Message("claude", {**base, **facts})


class Neutral(Agent):
    """An agent that does as docs/reference/agent-format.md says; one call for all files."""

    tool = "acme"
    hook = "neutral"

    def __init__(self, session: str) -> None:
        super().__init__(session)
        self.env = {"ANVCS_SESSION": self.who}

    def begin(self, tree: Path) -> list[Message]:
        return [self._say(tree, "session_start", model="acme/coder-1")]

    def turn(self, tree: Path) -> list[Message]:
        return [self._say(tree, "stop"), self._say(tree, "prompt", prompt="What else?")]

    def edit(
        self, rng: Random, tree: Path, change: Change
    ) -> list[tuple[Message, Change, Message]]:
        named = [path if rng.random() < 0.5 else str(tree / path) for path in change]
        facts: dict[str, object] = {"paths": named}
        if rng.random() < 0.7:  # not every harness has ids
            facts["tool_use_id"] = self.call()
        before = self._say(tree, "pre_edit", **facts)
        return [(before, change, self._say(tree, "post_edit", **facts))]

    def shell(self, tree: Path, command: str) -> tuple[Message, Message]:
        facts = {"tool_use_id": self.call(), "cmd": command}
        return self._say(tree, "pre_shell", **facts), self._say(tree, "post_shell", **facts)

    def _say(self, tree: Path, event: str, **facts: object) -> Message:
        base = {"v": 1, "agent": self.tool, "session": self.session, "cwd": str(tree)}
        return Message("neutral", {**base, "event": event, **facts})


class AgentV1(Agent):
    """An agent wired for git-ai: `human` before an edit names nobody, `ai_agent` comes after."""

    tool = "scripted"
    hook = "agent-v1"

    def begin(self, tree: Path) -> list[Message]:
        return []

    def turn(self, tree: Path) -> list[Message]:
        return []

    def edit(
        self, rng: Random, tree: Path, change: Change
    ) -> list[tuple[Message, Change, Message]]:
        paths = list(change)
        before = Message(
            self.hook,
            {"type": "human", "repo_working_dir": str(tree), "will_edit_filepaths": paths},
        )
        return [(before, change, self._say(tree, "ai_agent", edited_filepaths=paths))]

    def shell(self, tree: Path, command: str) -> tuple[Message, Message]:
        facts = {"tool_use_id": self.call(), "command": command}
        before = self._say(tree, "pre_shell_command", **facts)
        return before, self._say(tree, "post_shell_command", **facts)

    def _say(self, tree: Path, kind: str, **facts: object) -> Message:
        base = {
            "type": kind,
            "repo_working_dir": str(tree),
            "agent_name": self.tool,
            "model": "acme/coder-2",
            "conversation_id": self.session,
        }
        return Message(self.hook, {**base, **facts})


def team() -> list[Agent]:
    """Three agents, and a second session of one of them: sessions must not be mixed up either."""
    return [
        Claude("8c35adc1-0000-4000-8000-00000000000a"),
        Neutral("session-0000000042"),
        AgentV1("conversation-00017"),
        Claude("8c35adc1-0000-4000-8000-00000000000b"),
    ]


def _edit_input(path: Path, text: str, *, whole: bool) -> dict[str, str]:
    """The input of Claude's Write, or of its Edit with the changed part alone."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if whole or not before:
        return {"file_path": str(path), "content": text}
    start = 0
    while start < min(len(before), len(text)) and before[start] == text[start]:
        start += 1
    end = 0
    shortest = min(len(before), len(text)) - start
    while end < shortest and before[-1 - end] == text[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], text[start : len(text) - end]
    return {"file_path": str(path), "old_string": old, "new_string": new}
