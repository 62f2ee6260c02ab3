"""The MARK that an undo makes before it changes anything: what it is about to do."""

from collections.abc import Mapping
import json
from typing import NamedTuple

from git_anvcs.journal.bursts import Span

# Mode and SHA-256 of what a path holds; none for nothing.
Sign = tuple[int, str] | None


class Begun(NamedTuple):
    """span: what is taken back; n: the number of the MARK

    files: path -> what it held and what it will; refs: name -> what it was and what it becomes
    """

    span: Span
    files: Mapping[str, tuple[Sign, Sign]]
    refs: Mapping[str, tuple[str, str]]
    n: int = 0


def pack(begun: Begun) -> bytes:
    facts = {"span": begun.span, "files": begun.files, "refs": begun.refs}
    return json.dumps({"begun": facts}).encode()


def unpack(n: int, payload: bytes) -> Begun | None:
    """What the MARK with this number tells; None when it tells of no such thing."""
    try:
        facts = json.loads(payload)["begun"]
        files = {path: (_sign(now), _sign(then)) for path, (now, then) in facts["files"].items()}
        refs = {name: (str(now), str(then)) for name, (now, then) in facts["refs"].items()}
        return Begun(Span(*map(int, facts["span"])), files, refs, n)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _sign(found: list[object] | None) -> Sign:
    if found is None:
        return None
    mode, digest = found
    return int(str(mode)), str(digest)
