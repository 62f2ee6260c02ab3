"""Hooks of coding agents in their own settings files: JSON objects that other people edit too.

Entries of ours are recognised by their command; every other entry stays as it is. Which events
and in which form an agent wants them stands in agent_tables.py.
"""

import json
import shlex
from typing import Any

from git_anvcs.flows.wiring.agent_tables import WIRINGS, Hook, Wiring
from git_anvcs.kernel.errors import AnvcsError


class NotSettings(AnvcsError):
    """A settings file of an agent is not a JSON object with `hooks` as the agent documents."""


def put(text: bytes | None, agent: str, program: str) -> bytes:
    """An agent's settings with our hooks in them; the same bytes when they are there already.

    program: git-anvcs as a word of the shell. Raises NotSettings.
    """
    wiring = _wiring(agent)
    settings = _parse(text or b"{}")
    wanted = {**wiring.base, **_without(settings, agent)}
    hooks = wanted.setdefault("hooks", {})
    for hook in wiring.hooks:
        hooks.setdefault(hook.event, []).append(_entry(wiring, hook, f"{program} hook {agent}"))
    if text is not None and wanted == settings:
        return text
    return _render(wanted, text or b"")


def take(text: bytes, agent: str) -> bytes | None:
    """The settings without our hooks; None when nothing else was in them. Raises NotSettings."""
    settings = _parse(text)
    rest = _without(settings, agent)
    if rest == settings:
        return text
    return None if rest == _wiring(agent).base else _render(rest, text)


def empty(agent: str) -> bytes:
    """Settings that say nothing."""
    return _render(dict(_wiring(agent).base), b"")


def has_any(text: bytes, agent: str) -> bool:
    """Whether a hook of ours is in there."""
    try:
        settings = _parse(text)
    except NotSettings:
        return False
    return _without(settings, agent) != settings


def _wiring(agent: str) -> Wiring:
    found = WIRINGS.get(agent)
    if not isinstance(found, Wiring):
        raise NotSettings(f"{agent} is not wired through a settings file")
    return found


def _entry(wiring: Wiring, hook: Hook, command: str) -> dict[str, object]:
    told = dict(wiring.told) if hook.waits else {"async": True}
    matcher = {"matcher": hook.matcher} if hook.matcher else {}
    if wiring.form == "copilot":  # its payload does not name the event
        return {"type": "command", "bash": f"{command} --event {hook.event}", **told}
    if wiring.form == "flat":
        return {"command": command, **matcher, **told}
    return {**matcher, "hooks": [{"type": "command", "command": command, **told}]}


def _is_ours(hook: object, agent: str) -> bool:
    command = (hook.get("command") or hook.get("bash")) if isinstance(hook, dict) else None
    if not isinstance(command, str):
        return False
    try:
        words = shlex.split(command)
    except ValueError:
        return False
    return words[1:3] == ["hook", agent] and words[0].endswith(("git-anvcs", "ai-vcs"))


def _without(settings: dict[str, Any], agent: str) -> dict[str, Any]:
    """A copy without our hooks and without the lists and objects they leave empty."""
    hooks: dict[str, Any] = {}
    for event, entries in settings.get("hooks", {}).items():
        kept = [left for entry in entries if (left := _without_ours(entry, agent)) is not None]
        if kept or not entries:
            hooks[event] = kept
    left = {**settings, "hooks": hooks}
    if not hooks and settings.get("hooks"):
        del left["hooks"]
    return left if "hooks" in settings else dict(settings)


def _without_ours(entry: Any, agent: str) -> Any | None:
    if _is_ours(entry, agent):
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("hooks"), list):
        return entry
    kept = [hook for hook in entry["hooks"] if not _is_ours(hook, agent)]
    if len(kept) == len(entry["hooks"]):
        return entry
    return {**entry, "hooks": kept} if kept else None


def _parse(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotSettings(f"the agent's settings are not JSON: {error}") from error
    hooks = value.get("hooks", {}) if isinstance(value, dict) else None
    if not isinstance(hooks, dict) or not all(isinstance(g, list) for g in hooks.values()):
        raise NotSettings("the agent's settings have a form that its documentation does not have")
    return dict(value)


def _render(value: dict[str, Any], like: bytes) -> bytes:
    """JSON in the manner of `like`: its indentation and its last newline."""
    lines = like.decode(errors="replace").splitlines()
    spaces = next((len(x) - len(x.lstrip()) for x in lines[1:] if x[:1] == " "), 2)
    indent: int | str = "\t" if any(x[:1] == "\t" for x in lines) else spaces
    end = "\n" if like[-1:] == b"\n" or not like else ""
    try:
        return (json.dumps(value, indent=indent, ensure_ascii=False) + end).encode()
    except UnicodeEncodeError:  # an escape of half a character, which UTF-8 cannot hold
        return (json.dumps(value, indent=indent) + end).encode()
