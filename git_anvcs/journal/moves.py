"""What an operation of kind GIT tells: which refs moved, and what Git says of it."""

from collections.abc import Mapping
import json
from typing import NamedTuple


class Moves(NamedTuple):
    """refs: name -> what it was and what it is, empty for nothing; lost: those of them whose old

    value no branch leads to any more; said: Git's messages, oldest first
    """

    refs: Mapping[str, tuple[str, str]]
    lost: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


def pack(moves: Moves) -> bytes:
    facts = {"refs": {k: list(v) for k, v in moves.refs.items()}, "lost": moves.lost,
             "said": moves.said}  # fmt: skip
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def unpack(payload: bytes) -> Moves:
    """The moves of a payload; none when it is damaged."""
    try:
        facts = json.loads(payload)
        refs = {str(name): (str(old), str(new)) for name, (old, new) in facts["refs"].items()}
        lost, said = (tuple(map(str, facts[key])) for key in ("lost", "said"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Moves({})
    return Moves(refs, lost, said)
