"""Colours of the commands that read: one steady colour per agent, marks for tests."""

from zlib import crc32

from git_anvcs.cli.output import styled
from git_anvcs.kernel.terminal import fit, safe
from git_anvcs.provenance.summary import (
    AGENT,
    FAILED,
    PASSED,
    STALE,
    Who,
    short_model,
)

# Of xterm's 256: told apart on dark and light grounds, and by people who see few colours.
_AGENT_COLOURS = (33, 208, 35, 170, 178, 37, 141, 167, 107, 74)
_AGENT_SYMBOLS = ("●◆▲■★▼◈◉◐◑", "*#^@$v&%=x")
_SYMBOLS = {"human": "○o", "untracked": "◦."}

# These have a colour and a symbol of their own; any other agent has one pair of the hundred.
_KNOWN = (
    *("claude", "codex", "cursor", "gemini", "copilot"),
    *("windsurf", "opencode", "droid", "continue", "cline"),
)
_ALSO = {"claude-code": "claude", "gemini-cli": "gemini", "github-copilot": "copilot"}

MARKS = {PASSED: "✓", FAILED: "✗", STALE: "~"}
_MARK_STYLES = {PASSED: "green", FAILED: "red", STALE: "yellow"}


def mark(tests: str, *, colour: bool) -> str:
    """`✓` passed, `✗` failed, `~` ran on another tree, `–` unknown."""
    return styled(MARKS.get(tests, "–"), _MARK_STYLES.get(tests, "dim"), colour=colour)


def agent_paint(who: Who, text: str, *, colour: bool) -> str:
    """`text` in the colour of who wrote it; the same agent has the same colour everywhere."""
    if not colour:
        return text
    if who.kind == AGENT:
        number = _AGENT_COLOURS[_places(who.agent)[0]]
        return f"\x1b[38;5;{number}m{text}\x1b[m"
    return styled(text, "bold" if who.kind == "human" else "dim", colour=True)


def symbol(who: Who, *, plain: bool) -> str:
    """One character for who it is, the same everywhere; plain: an ASCII one."""
    if who.kind == AGENT:
        return _AGENT_SYMBOLS[plain][_places(who.agent)[1]]
    return _SYMBOLS[who.kind][plain]


def _places(agent: str) -> tuple[int, int]:
    """Where an agent's colour and its symbol stand in their tables."""
    known = _ALSO.get(agent, agent)
    if known in _KNOWN:
        return _KNOWN.index(known), _KNOWN.index(known)
    number = crc32(agent.encode(errors="replace"))
    return number % 10, number // 10 % 10


def name(who: Who) -> str:
    """The agent's tool, or the class."""
    return who.agent if who.kind == AGENT else who.kind


def column(who: Who, columns: int, *, colour: bool) -> str:
    """The agent in a column of fixed width."""
    return agent_paint(who, fit(safe(name(who)), columns), colour=colour)


def described(who: Who) -> str:
    """`claude-code · claude-opus-4`, or the class; safe to print."""
    model = short_model(who.model)
    return safe(f"{name(who)} · {model}" if model else name(who))
