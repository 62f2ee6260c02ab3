"""How each agent is told to start us: its file in the worktree, the events, the form of an entry.

All files are local to one worktree. Sources: the agents' own documentation, named in
docs/reference/agents.md.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

SECONDS = 5
_NOTHING: Mapping[str, object] = MappingProxyType({})


class Hook(NamedTuple):
    """One event. matcher: which tools, for events of tools; waits: false where the agent may go on.

    Around a tool the agent has to wait: the hook keeps what the files hold, and a moment later
    the next tool may have changed them; a commit inside of a shell command is recognised by it.
    """

    event: str
    matcher: str = ""
    waits: bool = True


class Wiring(NamedTuple):
    """One agent that is wired through a JSON file.

    file: in the worktree
    project, home: folders that show the agent is used, in the worktree and in the user's home
    form: `grouped` (matcher with a list of hooks, as Claude Code), `flat` or `copilot`
    told: what every entry of ours holds beside the command
    base: what the file must hold at its top
    note: what the user has to do, or must know
    """

    file: str
    project: tuple[str, ...]
    home: tuple[str, ...]
    hooks: tuple[Hook, ...]
    form: str = "grouped"
    told: Mapping[str, object] = MappingProxyType({"timeout": SECONDS})
    base: Mapping[str, object] = _NOTHING
    note: str = ""


class Files(NamedTuple):
    """One agent that is wired through whole files of ours: name in the worktree -> event."""

    files: Mapping[str, str]
    project: tuple[str, ...]
    home: tuple[str, ...]
    note: str = ""


def _claude_like(tools: str, shells: str = "", *, waits: bool = True) -> tuple[Hook, ...]:
    """The events of Claude Code and of those that took over its names."""
    failed = (Hook("PostToolUseFailure", shells),) if shells else ()
    return (
        Hook("SessionStart"),
        Hook("UserPromptSubmit"),
        Hook("PreToolUse", tools),
        Hook("PostToolUse", tools),
        *failed,
        Hook("Stop", waits=waits),
    )


_CLAUDE_TOOLS = "Write|Edit|MultiEdit|NotebookEdit|Bash"
_CURSOR_TOOLS = "Write|Delete|StrReplace|ApplyPatch|Edit|MultiEdit|Shell"
_GEMINI_TOOLS = "write_file|replace|run_shell_command"
_CODEX_TOOLS = "Bash|apply_patch|Edit|Write|exec_command|shell|shell_command"
_DROID_TOOLS = "ApplyPatch|Create|Edit|MultiEdit|Write|Bash|Execute"
_CONTINUE_TOOLS = "Edit|MultiEdit|Write|Bash|edit|multiEdit|write|terminal"

WIRINGS: Mapping[str, Wiring | Files] = {
    "claude": Wiring(
        ".claude/settings.local.json",
        project=(".claude",),
        home=(".claude",),
        hooks=(
            *_claude_like(_CLAUDE_TOOLS, "Bash", waits=False),
            Hook("SubagentStop", waits=False),
            Hook("SessionEnd", waits=False),
        ),
    ),
    "codex": Wiring(
        ".codex/hooks.json",
        project=(".codex",),
        home=(".codex",),
        hooks=_claude_like(_CODEX_TOOLS),
        note="Codex runs these hooks only after you trusted them: start it here and say yes,"
        " `/hooks` lists them; older versions need `codex_hooks = true` under [features]",
    ),
    "cursor": Wiring(
        ".cursor/hooks.json",
        project=(".cursor",),
        home=(".cursor",),
        hooks=(
            Hook("sessionStart"),
            Hook("beforeSubmitPrompt"),
            Hook("preToolUse", _CURSOR_TOOLS),
            Hook("postToolUse", _CURSOR_TOOLS),
            Hook("postToolUseFailure", "Shell"),
            Hook("stop"),
            Hook("sessionEnd"),
        ),
        form="flat",
        base={"version": 1},
    ),
    "gemini": Wiring(
        ".gemini/settings.json",
        project=(".gemini",),
        home=(".gemini",),
        hooks=(
            Hook("SessionStart"),
            Hook("BeforeAgent"),
            Hook("BeforeTool", _GEMINI_TOOLS),
            Hook("AfterTool", _GEMINI_TOOLS),
            Hook("AfterAgent"),
            Hook("SessionEnd"),
        ),
        told={"name": "git-anvcs", "timeout": SECONDS * 1000},
        note="Gemini CLI warns once that the project has hooks; older versions run them only with"
        " `tools.enableHooks` in their settings",
    ),
    "copilot": Wiring(
        ".github/hooks/git-anvcs.json",
        project=(".github/hooks",),
        home=(".copilot",),
        hooks=(
            Hook("sessionStart"),
            Hook("userPromptSubmitted"),
            Hook("preToolUse"),
            Hook("postToolUse"),
            Hook("agentStop"),
            Hook("sessionEnd"),
        ),
        form="copilot",
        told={"timeoutSec": SECONDS},
        base={"version": 1},
        note="the CLI and VS Code read the file as it is, untracked; the cloud agent reads the"
        " default branch only, and is recognised by its commits",
    ),
    "windsurf": Wiring(
        ".windsurf/hooks.json",
        project=(".windsurf",),
        home=(".codeium/windsurf",),
        hooks=(
            Hook("pre_user_prompt"),
            Hook("pre_write_code"),
            Hook("post_write_code"),
            Hook("pre_run_command"),
            Hook("post_run_command"),
            Hook("post_cascade_response"),
        ),
        form="flat",
        told={"show_output": False},
    ),
    "opencode": Files(
        {".opencode/plugins/git-anvcs.ts": ""},
        project=(".opencode",),
        home=(".config/opencode",),
    ),
    "droid": Wiring(
        ".factory/settings.local.json",
        project=(".factory",),
        home=(".factory",),
        hooks=_claude_like(_DROID_TOOLS),
    ),
    "continue": Wiring(
        ".continue/settings.local.json",
        project=(".continue",),
        home=(".continue",),
        hooks=_claude_like(_CONTINUE_TOOLS, "Bash|terminal"),
    ),
    "cline": Files(
        {
            f".clinerules/hooks/{event}": event
            for event in ("TaskStart", "UserPromptSubmit", "PreToolUse", "PostToolUse")
        },
        project=(".clinerules",),
        home=("Documents/Cline",),
        note="switch hooks on in Cline's settings, and these four in its list of hooks",
    ),
    "amp": Files(
        {".amp/plugins/git-anvcs.ts": ""},
        project=(".amp",),
        home=(".config/amp",),
        note="its plugins are experimental; `plugins: reload` in Amp loads this one",
    ),
}
