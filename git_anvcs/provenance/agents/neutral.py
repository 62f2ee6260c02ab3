"""The vendor-neutral formats: ours (docs/reference/agent-format.md) and git-ai's agent-v1.

Ours names the event: `{"v":1,"agent":"mytool","event":"post_edit","session":"42",…}`. agent-v1
names a type: `human`, `ai_agent`, `pre_shell_command` or `post_shell_command`; what is wired for
git-ai works with us unchanged.
"""

from collections.abc import Mapping
import json

from git_anvcs.provenance.events import (
    KINDS,
    LONGEST_PATH,
    VERSION,
    Event,
    NotAnEvent,
    name,
    text,
    texts,
)

ENV_FILE = ""
ANSWER = ""

_AGENT_V1 = {
    "human": "pre_edit",
    "ai_agent": "post_edit",
    "pre_shell_command": "pre_shell",
    "post_shell_command": "post_shell",
}


def parse(payload: Mapping[str, object], told: str) -> Event | None:
    """The event of one payload, in either format."""
    if "event" not in payload and "type" in payload:
        return _agent_v1(payload)
    if payload.get("v", VERSION) != VERSION:
        raise NotAnEvent(f"version {payload.get('v')!r} of the neutral format is not known")
    kind = text(payload, "event") or told
    if kind not in KINDS:
        raise NotAnEvent(f"no event is called {kind!r}")
    return _event(payload, kind, name(text(payload, "agent")), texts(payload, "paths"))


def warned(advice: str, *, ask: bool) -> str:
    """The answer to `pre_edit` with advice (docs/reference/agent-format.md)."""
    return json.dumps({"v": 1, "warning": advice, "ask": ask})


def _agent_v1(payload: Mapping[str, object]) -> Event:
    kind = _AGENT_V1.get(text(payload, "type"), "")
    if not kind:
        raise NotAnEvent(f"agent-v1 has no type {payload.get('type')!r}")
    if payload["type"] == "human":
        # A checkpoint of what people did so far, taken before the agent edits: nobody's session.
        where = text(payload, "repo_working_dir", limit=LONGEST_PATH)
        return Event("", kind, cwd=where, paths=texts(payload, "will_edit_filepaths"))
    agent = name(text(payload, "agent_name")) or "unknown"
    return _event(payload, kind, agent, texts(payload, "edited_filepaths"))


def _event(payload: Mapping[str, object], kind: str, agent: str, paths: tuple[str, ...]) -> Event:
    session = text(payload, "session", "conversation_id")
    if not agent or not session:
        raise NotAnEvent("an event needs `agent` and `session`")
    prompt, command = payload.get("prompt"), payload.get("cmd", payload.get("command"))
    return Event(
        agent=agent,
        event=kind,
        session=session,
        cwd=text(payload, "cwd", "worktree", "repo", "repo_working_dir", limit=LONGEST_PATH),
        paths=paths,
        command=command if isinstance(command, str) else "",
        model=text(payload, "model"),
        prompt=prompt if isinstance(prompt, str) else "",
        prompt_id=text(payload, "prompt_id"),
        subagent=text(payload, "subagent"),
        tool_use_id=text(payload, "tool_use_id"),
        transcript=text(payload, "transcript", limit=LONGEST_PATH),
    )
