"""Claude Code: the payload of its command hooks (code.claude.com/docs/en/hooks).

Base fields: session_id, transcript_path, cwd, prompt_id?, agent_id? (inside a sub-agent),
hook_event_name; tool events add tool_name, tool_input, tool_use_id, tool_response.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.agents.sender import refuse_others
from git_anvcs.provenance.agents.transcripts import objects
from git_anvcs.provenance.agents.wrote import edits, in_file
from git_anvcs.provenance.events import LONGEST_PATH, Event, NotAnEvent, mapping, text, texts
from git_anvcs.provenance.told import Wrote

ENV_FILE = "CLAUDE_ENV_FILE"
ANSWER = ""

_EDIT_TOOLS = frozenset({"Write", "Edit", "MultiEdit", "NotebookEdit"})
_SHELL_TOOLS = frozenset({"Bash"})

# Tool events become pre_/post_ edit or shell, depending on the tool; a failed shell command may
# have committed before it failed, so it ends its window too.
_TOOL_EVENTS = {"PreToolUse": "pre", "PostToolUse": "post", "PostToolUseFailure": "post"}

_PLAIN_EVENTS = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "prompt",
    "PostModelSwitch": "model",
    "Stop": "stop",
    "StopFailure": "stop",
    "SubagentStart": "subagent_start",
    "SubagentStop": "subagent_stop",
    "SessionEnd": "session_end",
    "WorktreeCreate": "worktree_create",
    "WorktreeRemove": "worktree_remove",
}

# A prompt typed by the user, in contrast to one the program gave itself.
_OWN_PROMPTS = frozenset({"system", "loop_wakeup", "schedule_wakeup", "poll_event"})


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload; None for what we do not keep."""
    refuse_others(payload, "claude")
    if "timestamp" in payload and "transcript_path" not in payload:
        # Claude Code says where its transcript is and no time; the Copilot CLI the other way round.
        raise NotAnEvent("a payload of another program came through Claude Code's hooks")
    said = text(payload, "hook_event_name") or told
    kind = _tool_kind(said, payload) if said in _TOOL_EVENTS else _PLAIN_EVENTS.get(said, "")
    if not kind or (kind == "prompt" and payload.get("source") in _OWN_PROMPTS):
        return None
    session = text(payload, "session_id")
    if not session:
        raise NotAnEvent("no session_id")
    tool_input = mapping(payload, "tool_input")
    prompt, command = payload.get("prompt"), tool_input.get("command")
    return Event(
        agent="claude",
        event=kind,
        session=session,
        cwd=text(payload, "cwd", limit=LONGEST_PATH),
        paths=_paths(payload, tool_input),
        command=command if isinstance(command, str) else "",
        model=text(payload, "model", "new_model"),
        prompt=prompt if isinstance(prompt, str) and kind == "prompt" else "",
        prompt_id=text(payload, "prompt_id"),
        subagent=text(payload, "agent_id"),
        tool_use_id=text(payload, "tool_use_id"),
        transcript=text(payload, "transcript_path", limit=LONGEST_PATH),
        wrote=_wrote(payload, tool_input) if kind == "post_edit" else (),
    )


def warned(advice: str, *, ask: bool) -> str:
    """The answer to PreToolUse that gives the agent advice; `ask`: the user decides first."""
    said = {"hookEventName": "PreToolUse", "additionalContext": advice}
    if ask:
        said |= {"permissionDecision": "ask", "permissionDecisionReason": advice}
    return json.dumps({"hookSpecificOutput": said})


def model_in_transcript(tail: bytes) -> str:
    """The model of the last answer in the end of a transcript (JSON lines), if it says so.

    Not a documented format: a line that does not fit is passed over.
    """
    for said in objects(tail):
        model = text(mapping(said, "message"), "model") if said.get("type") == "assistant" else ""
        if model and not model.startswith("<"):  # "<synthetic>" marks the program's own lines
            return model
    return ""


def _tool_kind(said: str, payload: Mapping[str, object]) -> str:
    tool = text(payload, "tool_name")
    if tool in _SHELL_TOOLS:
        return f"{_TOOL_EVENTS[said]}_shell"
    if tool in _EDIT_TOOLS and said != "PostToolUseFailure":
        return f"{_TOOL_EVENTS[said]}_edit"
    return ""


def _paths(payload: Mapping[str, object], tool_input: Mapping[str, object]) -> tuple[str, ...]:
    return texts(tool_input, "file_path", "notebook_path") or texts(payload, "worktree_path")


def _wrote(payload: Mapping[str, object], tool_input: Mapping[str, object]) -> tuple[Wrote, ...]:
    """What the tool was asked to write, never what the user made of it before it was written.

    The response's `originalFile` says in which lines. A cell of a notebook is no line of its file.
    """
    path = text(tool_input, "file_path", limit=LONGEST_PATH)
    content = tool_input.get("content")
    if not path:
        return ()
    if isinstance(content, str):
        return (Wrote(path, content),)
    original = mapping(payload, "tool_response").get("originalFile")
    return in_file(path, edits(tool_input), original if isinstance(original, str) else None)
