"""Hooks of coding agents in their own settings files: JSON objects that other people edit too.

Entries of ours are recognised by their command; every other entry stays as it is.
Claude Code: https://code.claude.com/docs/en/hooks
"""

import json
import shlex
from typing import Any, NamedTuple

from git_anvcs.kernel.errors import AnvcsError

# What an agent edits files and runs commands with; other tools do not start us.
_TOOLS = "Write|Edit|MultiEdit|NotebookEdit|Bash"
_SECONDS = 5


class _Event(NamedTuple):
    name: str
    matcher: str = ""
    waits: bool = True


_CLAUDE = (
    _Event("SessionStart"),
    _Event("UserPromptSubmit"),
    _Event("PreToolUse", matcher=_TOOLS),
    _Event("PostToolUse", matcher=_TOOLS, waits=False),
    _Event("PostToolUseFailure", matcher="Bash", waits=False),  # it may have committed before
    _Event("Stop", waits=False),
    _Event("SubagentStop", waits=False),
    _Event("SessionEnd", waits=False),
)


class NotSettings(AnvcsError):
    """A settings file of an agent is not a JSON object with `hooks` as the agent documents."""


def put(text: bytes | None, command: str) -> bytes:
    """Claude Code's settings with our hooks in them; the same bytes when they are there already.

    command: the shell command an event starts. Raises NotSettings.
    """
    settings = _parse(text or b"{}")
    wanted = _without(settings)
    hooks = wanted.setdefault("hooks", {})
    for event in _CLAUDE:
        hooks.setdefault(event.name, []).append(_entry(event, command))
    if text is not None and wanted == settings:
        return text
    return _render(wanted, text or b"")


def take(text: bytes) -> bytes | None:
    """The settings without our hooks; None when nothing else was in them. Raises NotSettings."""
    settings = _parse(text)
    rest = _without(settings)
    if rest == settings:
        return text
    return _render(rest, text) if rest else None


def has(text: bytes, command: str) -> bool:
    """Whether all of our hooks are there, with this command."""
    try:
        return put(text, command) == text
    except NotSettings:
        return False


def _entry(event: _Event, command: str) -> dict[str, object]:
    hook: dict[str, object] = {"type": "command", "command": command}
    hook |= {"timeout": _SECONDS} if event.waits else {"async": True}
    return {**({"matcher": event.matcher} if event.matcher else {}), "hooks": [hook]}


def _is_ours(hook: object) -> bool:
    command = hook.get("command") if isinstance(hook, dict) else None
    if not isinstance(command, str):
        return False
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    return words[1:] == ["hook", "claude"] and words[0].endswith(("git-anvcs", "ai-vcs"))


def _without(settings: dict[str, Any]) -> dict[str, Any]:
    """A copy without our hooks and without the lists and objects they leave empty."""
    hooks: dict[str, Any] = {}
    for event, groups in settings.get("hooks", {}).items():
        kept = [left for group in groups if (left := _without_ours(group)) is not None]
        if kept or not groups:
            hooks[event] = kept
    left = {**settings, "hooks": hooks}
    if not hooks and settings.get("hooks"):
        del left["hooks"]
    return left if "hooks" in settings else dict(settings)


def _without_ours(group: Any) -> Any | None:
    if not isinstance(group, dict) or not isinstance(group.get("hooks"), list):
        return group
    kept = [hook for hook in group["hooks"] if not _is_ours(hook)]
    if len(kept) == len(group["hooks"]):
        return group
    return {**group, "hooks": kept} if kept else None


def _parse(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise NotSettings(f"the agent's settings are not JSON: {error}") from error
    groups = value.get("hooks", {}) if isinstance(value, dict) else None
    if not isinstance(groups, dict) or not all(isinstance(g, list) for g in groups.values()):
        raise NotSettings("the agent's settings have a form that its documentation does not have")
    return dict(value)


def _render(value: dict[str, Any], like: bytes) -> bytes:
    """JSON in the manner of `like`: its indentation and its last newline."""
    lines = like.decode(errors="replace").splitlines()
    spaces = next((len(x) - len(x.lstrip()) for x in lines[1:] if x[:1] == " "), 2)
    indent: int | str = "\t" if any(x[:1] == "\t" for x in lines) else spaces
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return (text + ("\n" if like[-1:] == b"\n" or not like else "")).encode()
