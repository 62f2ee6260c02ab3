"""The kinds of thing we put into a file, one pair of functions for all of them."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.flows.wiring import agents, block, stubs


class Block(NamedTuple):
    """Lines between our two marker lines; `at` as in block.put."""

    lines: tuple[str, ...]
    at: str = "end"


class ClaudeHooks(NamedTuple):
    """Our hooks in Claude Code's settings; `command` is what they start."""

    command: str


Piece = Block | ClaudeHooks


def put(text: bytes | None, piece: Piece, old: Piece | None = None) -> bytes:
    """The file with the piece in it, or with it renewed. old: the piece that was put before."""
    match piece:
        case Block(lines, at):
            start = stubs.SHEBANG if at == "shebang" else b""
            known = old.lines if isinstance(old, Block) else None
            return block.put(text or start, lines, at=at, old=known)
        case ClaudeHooks(command):
            return agents.put(text, command)


def take(text: bytes, piece: Piece) -> bytes | None:
    """The file without the piece; None when nobody else wrote anything into it."""
    match piece:
        case Block(lines, at):
            rest = block.take(text, lines)
            return None if rest == (stubs.SHEBANG if at == "shebang" else b"") else rest
        case ClaudeHooks():
            return agents.take(text)


def to_json(piece: Piece) -> dict[str, object]:
    match piece:
        case Block(lines, at):
            return {"kind": "block", "lines": list(lines), "at": at}
        case ClaudeHooks(command):
            return {"kind": "claude", "command": command}


def from_json(value: Mapping[str, object]) -> Piece:
    """Raises ValueError for a kind a newer version wrote."""
    match value:
        case {"kind": "block", "lines": list(lines), "at": str(at)}:
            return Block(tuple(map(str, lines)), at)
        case {"kind": "claude", "command": str(command)}:
            return ClaudeHooks(command)
    raise ValueError(f"unknown kind of wiring: {value.get('kind')!r}")
