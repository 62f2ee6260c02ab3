"""The kinds of thing we put into a file, one pair of functions for all of them."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.flows.wiring import agent_files, agents, block, stubs


class Block(NamedTuple):
    """Lines between our two marker lines; `at` as in block.put."""

    lines: tuple[str, ...]
    at: str = "end"


class AgentHooks(NamedTuple):
    """Our hooks in an agent's settings; `program` is git-anvcs as a word of the shell."""

    agent: str
    program: str


class Whole(NamedTuple):
    """A file that is ours from the first byte to the last."""

    text: bytes


Piece = Block | AgentHooks | Whole


def put(text: bytes | None, piece: Piece, old: Piece | None = None) -> bytes:
    """The file with the piece in it, or with it renewed. old: the piece that was put before."""
    match piece:
        case Block(lines, at):
            start = stubs.SHEBANG if at == "shebang" else b""
            known = old.lines if isinstance(old, Block) else None
            return block.put(text or start, lines, at=at, old=known)
        case AgentHooks(agent, program):
            return agents.put(text, agent, program)
        case Whole(own):
            return own


def take(text: bytes, piece: Piece) -> bytes | None:
    """The file without the piece; None when nobody else wrote anything into it."""
    match piece:
        case Block(lines, at):
            rest = block.take(text, lines)
            return None if rest == (stubs.SHEBANG if at == "shebang" else b"") else rest
        case AgentHooks(agent, _):
            return agents.take(text, agent)
        case Whole(own):
            return None if text == own or agent_files.is_ours(text) else text


def empty(piece: Piece) -> bytes:
    """A file of this kind that says nothing."""
    return agents.empty(piece.agent) if isinstance(piece, AgentHooks) else b""


def to_json(piece: Piece) -> dict[str, object]:
    match piece:
        case Block(lines, at):
            return {"kind": "block", "lines": list(lines), "at": at}
        case AgentHooks(agent, program):
            return {"kind": "agent", "agent": agent, "program": program}
        case Whole(text):
            return {"kind": "whole", "text": text.decode(errors="surrogateescape")}


def from_json(value: Mapping[str, object]) -> Piece:
    """Raises ValueError for a kind a newer version wrote."""
    match value:
        case {"kind": "block", "lines": list(lines), "at": str(at)}:
            return Block(tuple(map(str, lines)), at)
        case {"kind": "agent", "agent": str(agent), "program": str(program)}:
            return AgentHooks(agent, program)
        case {"kind": "whole", "text": str(text)}:
            return Whole(text.encode(errors="surrogateescape"))
        case {"kind": "claude", "command": str(command)}:  # before there were others
            return AgentHooks("claude", command.removesuffix(" hook claude"))
    raise ValueError(f"unknown kind of wiring: {value.get('kind')!r}")
