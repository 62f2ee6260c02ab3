"""What the hooks of most agents have in common; what differs is data, one Shape per agent.

A payload names its event, its session and, around a tool call, the tool and its input. Agents
differ in the names of these fields, in upper and lower case, and in which tools edit files.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from git_anvcs.provenance.agents.sender import refuse_others
from git_anvcs.provenance.agents.wrote import named_in_patch, wrote
from git_anvcs.provenance.events import LONGEST_PATH, MOST_PATHS, Event, NotAnEvent, text, texts

Payload = Mapping[str, object]

# Tool events of agents that took over Claude Code's names. A failed command may have committed
# before it failed, so it ends its window; a failed edit changed nothing.
CLAUDE_TOOL_EVENTS = {"PreToolUse": "pre", "PostToolUse": "post", "PostToolUseFailure": "failed"}

CLAUDE_EVENTS = {
    "SessionStart": "session_start",
    "UserPromptSubmit": "prompt",
    "Stop": "stop",
    "StopFailure": "stop",
    "SubagentStart": "subagent_start",
    "SubagentStop": "subagent_stop",
    "SessionEnd": "session_end",
}

_CWD = ("cwd", "workingDirectory", "working_directory", "workspaceFolder", "workspace_folder")
_ROOTS = ("workspace_roots", "workspaceRoots")
_COMMANDS = ("command", "cmd", "command_line", "commandLine", "script")
_PATH_LISTS = ("files", "paths", "edited_filepaths", "filePaths")
_OBJECT_LISTS = ("files", "replacements", "edits")
_PATCHES = ("input", "patch", "patchText", "patch_text", "command")
_MODEL_NAMES = ("slug", "id", "modelID", "name")
_PROVIDERS = ("provider", "providerID")


class Shape(NamedTuple):
    """How one agent's payloads say things.

    edits, shells: the names of tools that edit files and that run commands
    tool_events: event -> `pre`, `post` or `failed`; events: event -> ours, for all others
    event, session, tool, tool_input, paths, prompt: names of fields, the first one present counts
    tool_prefix: what stands before a tool's name now and then
    """

    agent: str
    edits: frozenset[str]
    shells: frozenset[str]
    tool_events: Mapping[str, str] = CLAUDE_TOOL_EVENTS
    events: Mapping[str, str] = CLAUDE_EVENTS
    event: tuple[str, ...] = ("hook_event_name", "hookEventName")
    session: tuple[str, ...] = ("session_id", "sessionId")
    tool: tuple[str, ...] = ("tool_name", "toolName")
    tool_input: tuple[str, ...] = ("tool_input", "toolInput", "toolArgs")
    paths: tuple[str, ...] = ("file_path", "filePath", "path", "notebook_path")
    prompt: tuple[str, ...] = ("prompt",)
    tool_prefix: str = ""


def read(payload: Payload, told: str, shape: Shape) -> Event | None:
    """The event of one payload; None for what we do not keep. Raises NotAnEvent."""
    refuse_others(payload, shape.agent)
    kind = _kind(text(payload, *shape.event) or told, payload, shape)
    if not kind:
        return None
    session = text(payload, *shape.session)
    if not session:
        raise NotAnEvent(f"no {shape.session[0]}")
    given = _input(payload, shape)
    paths = tuple(dict.fromkeys(_paths(given, shape)))[:MOST_PATHS] if "_edit" in kind else ()
    return Event(
        agent=shape.agent,
        event=kind,
        session=session,
        cwd=_cwd(payload, given, paths),
        paths=paths,
        command=_command(given) if "_shell" in kind else "",
        model=model(payload),
        prompt=_prompt(payload, shape) if kind == "prompt" else "",
        prompt_id=text(payload, "prompt_id", "turn_id", "generation_id"),
        subagent=text(payload, "agent_id"),
        tool_use_id=text(payload, "tool_use_id", "toolUseId", "toolCallId"),
        transcript=text(payload, "transcript_path", "transcriptPath", limit=LONGEST_PATH),
        wrote=wrote(given, paths, shape.paths) if kind == "post_edit" else (),
    )


def model(payload: Payload) -> str:
    """The model, told as a name or as an object with its provider."""
    for key in ("model", "model_name", "modelName"):
        value = payload.get(key)
        if isinstance(value, dict):
            name, provider = text(value, *_MODEL_NAMES), text(value, *_PROVIDERS)
            return f"{provider}/{name}" if name and provider and "/" not in name else name
    return text(payload, "model", "model_name", "modelName")


def _kind(said: str, payload: Payload, shape: Shape) -> str:
    when = shape.tool_events.get(said)
    if when is None:
        return shape.events.get(said, "")
    tool = text(payload, *shape.tool).removeprefix(shape.tool_prefix)
    if tool in shape.shells:
        return "pre_shell" if when == "pre" else "post_shell"
    if tool in shape.edits and when != "failed":
        return f"{when}_edit"
    return ""


def _input(payload: Payload, shape: Shape) -> Payload:
    """The tool's input. Some send it as JSON in a string, some as a bare patch, some flat."""
    for key in shape.tool_input:
        value = payload.get(key)
        if isinstance(value, dict):
            return value
        if isinstance(value, str) and value.lstrip().startswith("{"):
            return _decoded(value)
        if isinstance(value, str) and value:
            return {"input": value, "command": value}
    return payload


def _decoded(value: str) -> Payload:
    import json

    try:
        found = json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _paths(given: Payload, shape: Shape) -> Iterator[str]:
    for key in shape.paths:
        yield from texts(given, key)
    for key in _PATH_LISTS:
        yield from texts(given, key)
    for key in _OBJECT_LISTS:
        items = given.get(key)
        for item in items[:MOST_PATHS] if isinstance(items, list) else ():
            if isinstance(item, dict):
                yield from texts(item, *shape.paths)
    for key in _PATCHES:
        patch = given.get(key)
        if isinstance(patch, str) and "*** " in patch:
            yield from named_in_patch(patch)


def _command(given: Payload) -> str:
    for key in _COMMANDS:
        value = given.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value:
            return " ".join(word for word in value if isinstance(word, str))
    return ""


def _prompt(payload: Payload, shape: Shape) -> str:
    found = (payload.get(key) for key in shape.prompt)
    return next((said for said in found if isinstance(said, str) and said), "")


def _cwd(payload: Payload, given: Payload, paths: tuple[str, ...]) -> str:
    """Where it happened: as told, or the workspace root around the first path, or the first."""
    said = text(payload, *_CWD, limit=LONGEST_PATH) or text(given, *_CWD, limit=LONGEST_PATH)
    if said:
        return said
    roots = texts(payload, *_ROOTS)
    first = paths[0] if paths else ""
    around = [root for root in roots if first == root or first.startswith(f"{root.rstrip('/')}/")]
    return max(around, key=len) if around else next(iter(roots), "")
