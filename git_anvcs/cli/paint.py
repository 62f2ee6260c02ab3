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
        number = _AGENT_COLOURS[crc32(who.agent.encode(errors="replace")) % len(_AGENT_COLOURS)]
        return f"\x1b[38;5;{number}m{text}\x1b[m"
    return styled(text, "bold" if who.kind == "human" else "dim", colour=True)


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
