"""Which agent really sent a payload: some run the hooks that are written in another one's settings.

Cursor, VS Code's Copilot, the Copilot CLI and Continue load Claude Code's settings as well;
believing the name of the hook would credit Claude with their work, or count it twice.
"""

from collections.abc import Mapping

from git_anvcs.provenance.events import LONGEST_PATH, NotAnEvent, text

# Fields that one agent alone sends.
_FIELDS = (
    ("cursor_version", "cursor"),
    ("agent_action_name", "windsurf"),
    ("clineVersion", "cline"),
)

# Where each keeps its transcripts; the last of them in a path counts, since a worktree may lie
# below another agent's folder.
_FOLDERS = (
    ("/.claude/", "claude"),
    ("/.cursor/", "cursor"),
    ("/.copilot/", "copilot"),
    ("/github.copilot", "copilot"),
    ("github copilot", "copilot"),
    ("/.codex/", "codex"),
    ("/.gemini/", "gemini"),
    ("/.codeium/", "windsurf"),
    ("/.factory/", "droid"),
    ("/.continue/", "continue"),
)

_NAMES = {
    "claude": "Claude Code",
    "copilot": "GitHub Copilot",
    "droid": "Factory Droid",
    "gemini": "Gemini CLI",
}


def sender(payload: Mapping[str, object]) -> str:
    """The agent that the payload itself gives away; empty when it says nothing."""
    for field, agent in _FIELDS:
        if field in payload:
            return agent
    path = text(payload, "transcript_path", "transcriptPath", limit=LONGEST_PATH)
    path = path.lower().replace("\\", "/")
    at, agent = max((path.rfind(folder), name) for folder, name in _FOLDERS)
    if at >= 0:
        return agent
    return "copilot" if not path and "extensionId" in payload else ""


def refuse_others(payload: Mapping[str, object], agent: str) -> None:
    """Raise NotAnEvent when another agent sent this one's payload."""
    other = sender(payload)
    if other not in ("", agent):
        raise NotAnEvent(
            f"a payload of {title(other)} came through the hooks of {title(agent)}"
            f"; `git anvcs init --agents {other}` wires its own"
        )


def title(agent: str) -> str:
    """An agent's name as people write it."""
    return _NAMES.get(agent, agent.capitalize())
