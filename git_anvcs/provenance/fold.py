"""Records of many writers put together: what may come in, and what another place still lacks.

Pure. Folding is the union of `codec.py` by record id and revision, commit by commit: it commutes,
is associative and idempotent, so clones that fold the same texts in any order hold the same bytes.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from git_anvcs.provenance import codec
from git_anvcs.provenance.record import Record

# Beyond these a line is no record that anybody wrote in earnest.
LARGEST_TEXT = 4 << 20
LARGEST_LINE = 1 << 20
MOST_REVISIONS = 1_000_000


class Refused(NamedTuple):
    """A line that does not come in, and why."""

    line: bytes
    reason: str


class Sifted(NamedTuple):
    """A foreign text: what of it comes in (empty: nothing), and the lines that do not."""

    text: bytes
    refused: tuple[Refused, ...]


def sift(commit: str, text: bytes) -> Sifted:
    """What another writer says of `commit`, line by line.

    A record of a newer schema comes in as it is. It need not be true, and the commit need not
    exist here: that is for readers and signatures to judge.
    """
    kept, refused = [], []
    for line in text.split(b"\n"):
        if not line.strip():
            continue
        reason = _wrong(commit, line)
        if reason:
            refused.append(Refused(line, reason))
        else:
            kept.append(line + b"\n")
    return Sifted(_joined(kept), tuple(refused))


def together(sides: Iterable[Mapping[str, bytes]]) -> dict[str, bytes]:
    """The union of what several writers hold, by commit."""
    found: dict[str, list[bytes]] = {}
    for side in sides:
        for commit, text in side.items():
            found.setdefault(commit, []).append(text)
    return {commit: codec.union(texts) for commit, texts in found.items()}


def lacks(theirs: Iterable[bytes], ours: bytes) -> bool:
    """Whether `ours` says anything that those texts together do not."""
    known = list(theirs)
    return codec.union(known) != codec.union([*known, ours])


def tells_a_prompt(text: bytes) -> bool:
    """Whether a text holds a prompt that its record's policy does not allow to travel."""
    if text.count(b'"prompt"') == text.count(b'"prompt":null') and b"\\u" not in text:
        return False  # nearly every text; taking 10,000 apart would take a second
    return any(_tells(record) for record in codec.decode(text).records)


def _joined(lines: list[bytes]) -> bytes:
    """The union of lines that are records; one of them is its own union."""
    return lines[0] if len(lines) == 1 else codec.union(lines)


def _tells(record: Record) -> bool:
    return bool(record.prompt) and record.mapping("prompt_info").get("policy") != "inline"


def _wrong(commit: str, line: bytes) -> str:
    if len(line) > LARGEST_LINE:
        return f"longer than {LARGEST_LINE:,} bytes"
    record = codec.parse_line(line)
    if record is None:
        return "not a record"
    if record.commit != commit:
        return "the record is of another commit"
    if not 0 <= record.rev <= MOST_REVISIONS:
        return "a revision that cannot be"
    return ""
