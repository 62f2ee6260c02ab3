"""GitHub Copilot: the CLI, the cloud agent and VS Code, which name the same things differently.

The CLI and the cloud agent say `toolName` and leave the event's name to the command line
(`--event preToolUse`); newer ones and VS Code say `tool_name` and `hook_event_name`. `toolArgs`
may be JSON in a string. The oldest payloads name no session; what they tell is then of
`copilot:unknown`.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.shape import (
    CLAUDE_EVENTS,
    CLAUDE_TOOL_EVENTS,
    Shape,
    read,
)
from git_anvcs.provenance.agents.transcripts import objects, plain
from git_anvcs.provenance.events import Event, mapping, text

ENV_FILE = ""
ANSWER = ""

_SHAPE = Shape(
    agent="copilot",
    edits=frozenset(
        {
            # CLI and cloud agent
            *("create", "edit", "str_replace", "str_replace_editor", "apply_patch"),
            "git_apply_patch",
            # CLI with Claude Code's names
            *("Edit", "Write", "MultiEdit"),
            # VS Code
            *("editFiles", "createFile", "create_file", "insert_edit_into_file"),
            *("replace_string_in_file", "multi_replace_string_in_file", "edit_notebook_file"),
        }
    ),
    shells=frozenset(
        {"bash", "Bash", "powershell", "shell", "run_in_terminal", "runInTerminal"}
        | {"runTerminalCommand", "run_terminal_command"}
    ),
    tool_events={
        **CLAUDE_TOOL_EVENTS,
        "preToolUse": "pre",
        "postToolUse": "post",
        "postToolUseFailure": "failed",
    },
    events={
        **CLAUDE_EVENTS,
        "sessionStart": "session_start",
        "userPromptSubmitted": "prompt",
        "agentStop": "stop",
        "subagentStart": "subagent_start",
        "subagentStop": "subagent_stop",
        "sessionEnd": "session_end",
    },
    prompt=("prompt", "userPrompt", "initialPrompt"),
)


# Events of the CLI's `events.jsonl` that tell the model, and the field that does.
_TELLS_MODEL = {
    "session.start": "selectedModel",
    "session.resume": "selectedModel",
    "session.model_change": "newModel",
    "assistant.message": "model",
    "assistant.usage": "model",
}


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload."""
    if not text(payload, *_SHAPE.session):
        payload = {**payload, "session_id": "unknown"}
    return read(payload, told, _SHAPE)


def warned(advice: str, *, ask: bool) -> str:
    """The answer to PreToolUse that gives the agent advice: as VS Code reads it, and the CLI.

    A decision is none of it: where nobody can be asked, the CLI takes `ask` for a refusal.
    """
    del ask
    said = {"hookEventName": "PreToolUse", "additionalContext": advice}
    return json.dumps({"additionalContext": advice, "hookSpecificOutput": said})


def model_in_transcript(tail: bytes) -> str:
    """The model used last, by the end of the CLI's events; what sub-agents did does not count."""
    for said in objects(tail):
        key = _TELLS_MODEL.get(text(said, "type"))
        if key is None or "agentId" in said or "parentToolCallId" in mapping(said, "data"):
            continue
        model = plain(mapping(said, "data"), key)
        if model:
            return model
    return ""
