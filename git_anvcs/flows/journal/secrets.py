"""What looks like a secret in operations that would be sent: in every line as it was ever saved."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import disk
from git_anvcs.journal.chains import Said
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.provenance import redact
from git_anvcs.store import contents

_LARGEST = disk.LARGEST_TEXT


class Secret(NamedTuple):
    """path: of the file, empty for what Git said; kinds: of what was found; seq: of the operation

    unit: what is kept back with it, since one text's operations build on each other
    """

    path: str
    kinds: tuple[str, ...]
    seq: int
    unit: object


def found(here: Opened, said: Iterable[Said]) -> list[Secret]:
    """Every operation that brought something which looks like a secret."""
    texts: dict[object, _Text] = {}
    secrets = []
    for one in said:
        if one.op.flags & Flag.PRIVATE:
            continue
        kinds = redact.redact(_new(here, texts, one)).kinds
        if kinds:
            secrets.append(Secret(one.op.path, tuple(kinds), one.seq, unit(one.op, one.seq)))
    return secrets


def unit(op: Op, seq: int) -> object:
    """What stays together: a document in its lane, or the operation alone."""
    return (op.doc, op.lane) if op.doc else seq


def in_text(data: bytes) -> bool:
    """Whether bytes, if they are a text, hold something that looks like a secret."""
    return bool(redact.redact(_readable(data)).kinds)


class _Text:
    """A document in a lane. known: its lines so far; at: its text after an operation"""

    def __init__(self, first: str, at: Callable[[int], str]) -> None:
        self.known = set(first.split("\n"))
        self.at = at


def _new(here: Opened, texts: dict[object, _Text], said: Said) -> str:
    """What the operation brought that was not there before."""
    op = said.op
    if op.doc and op.payload:
        key = unit(op, said.seq)
        if key not in texts:
            first = here.texts.first(op.doc)
            texts[key] = _Text(first, here.texts.follow(op.doc, op.lane))
        lines = texts[key].at(said.n).split("\n")
        new = [line for line in lines if line not in texts[key].known]
        texts[key].known.update(new)
        return "\n".join(new)
    if op.kind is Kind.BLOB and not op.flags & Flag.NOT_KEPT and op.size <= _LARGEST:
        return _readable(contents.get(here.journal.contents, op.digest) or b"")
    return _readable(op.payload)


def _readable(data: bytes) -> str:
    return "" if b"\0" in data[:8192] else data.decode(errors="replace")
