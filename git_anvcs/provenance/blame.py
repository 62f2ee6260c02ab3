"""`git blame --porcelain` read, and each line given to whoever wrote it.

Pure. A record speaks for its whole commit; where it attests ranges of the file, these are exact,
because blame says which line of the commit's own version a line was (git-blame(1),
THE PORCELAIN FORMAT).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from operator import le
import re
from typing import NamedTuple

from git_anvcs.git.quoted import unquoted
from git_anvcs.provenance import ranges, summary
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import Who

_HEADER = re.compile(rb"([0-9a-f]{40,64}) (\d+) (\d+)(?: \d+)?$")


class Line(NamedTuple):
    """One line of the file.

    original: its number in the commit's version of the file, which was called `path`
    number: its number now
    """

    commit: str
    path: bytes
    original: int
    number: int
    text: bytes


class Origin(NamedTuple):
    """What blame says of a commit once; boundary: blame did not look further back."""

    author: bytes
    time: int
    zone: str
    summary: bytes
    boundary: bool


class Parsed(NamedTuple):
    """Every line, and every commit that wrote one."""

    lines: list[Line]
    origins: dict[str, Origin]


class Attribution(NamedTuple):
    """Who wrote a line; exact: the record attests this very line, not only its commit."""

    who: Who
    exact: bool


def parse(porcelain: bytes) -> Parsed:
    """The output of `git blame --porcelain` (or `--line-porcelain`)."""
    reader = Reader()
    reader.feed(porcelain)
    return Parsed(reader.lines, reader.origins)


class Reader:
    """The same in pieces, each ending where a row ends, while git is still printing."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.origins: dict[str, Origin] = {}
        self._paths: dict[str, bytes] = {}
        self._facts: dict[bytes, bytes] = {}
        self._at: tuple[str, int, int] | None = None
        self._last = ("", 0, 0)

    def feed(self, piece: bytes) -> list[str]:
        """Take in what git printed; returns the commits it names for the first time."""
        seen = len(self.origins)
        lines, paths, facts, at = self.lines, self._paths, self._facts, self._at
        for row in piece.removesuffix(b"\n").split(b"\n"):
            if row[:1] == b"\t":
                at = at or self._last
                if facts:
                    self._learn(at[0])
                lines.append(Line(at[0], paths.get(at[0], b""), at[1], at[2], row[1:]))
                self._last, at = at, None
            elif at:  # a summary may look like the header of a group
                key, _, value = row.partition(b" ")
                facts[key] = value
            elif header := _HEADER.match(row):
                at = (header[1].decode(), int(header[2]), int(header[3]))
        self._at = at
        return list(islice(self.origins, seen, None))

    def _learn(self, commit: str) -> None:
        if commit not in self.origins:
            self.origins[commit] = _origin(self._facts)
        if b"filename" in self._facts:
            self._paths[commit] = unquoted(self._facts[b"filename"])
        self._facts.clear()


def is_uncommitted(commit: str) -> bool:
    return not commit.strip("0")


class Attributor:
    """Says who wrote a line; what holds for a whole file of a commit is worked out once."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records
        self._known: dict[tuple[str, bytes], tuple[Attribution, _Ranges | None]] = {}

    def __call__(self, line: Line) -> Attribution:
        key = (line.commit, line.path)
        if key not in self._known:
            self._known[key] = self._of_file(line)
        whole, ranges = self._known[key]
        found = ranges.at(line.original) if ranges else None
        # Contradicting claims prove nothing about the line; then its commit speaks for it.
        return whole if found is None else Attribution(found, exact=True)

    def _of_file(self, line: Line) -> tuple[Attribution, "_Ranges | None"]:
        """Who made the commit as a whole, and the ranges it attests in this file."""
        if is_uncommitted(line.commit):
            return Attribution(summary.NOT_YET, exact=True), None
        record = self._records.get(line.commit)
        told = record is not None and record.tells_every_line
        maker = summary.NOBODY_KNOWS if told else summary.who(record)
        whole = Attribution(maker, exact=False)
        return whole, _ranges(record, line) if record else None


def annotated(porcelain: bytes, said: Callable[[Line], list[bytes]]) -> Iterator[bytes]:
    """Git's porcelain, byte for byte, with our header lines before each line's text.

    said: the header lines of a line; they are given when they differ from the commit's last ones
    """
    lines = iter(parse(porcelain).lines)
    last: dict[str, list[bytes]] = {}
    for row in _rows(porcelain):
        if row.startswith(b"\t"):
            line = next(lines)
            headers = said(line)
            if last.get(line.commit) != headers:
                last[line.commit] = headers
                yield from headers
        yield row


class _Ranges(NamedTuple):
    """Who wrote which lines of one file in one commit: sorted, not overlapping."""

    starts: list[int]
    ends: list[int]
    whos: list[Who | None]

    def at(self, number: int) -> Who | None:
        """Whoever wrote the line; nobody known where no range covers it; None: contradiction."""
        index = bisect_right(self.starts, number) - 1
        if index < 0 or number > self.ends[index]:
            return summary.NOBODY_KNOWS
        return self.whos[index]


def _ranges(record: Record, line: Line) -> _Ranges | None:
    """The record's ranges for the file; None when it attests nothing, or not provably this."""
    if record.commit != line.commit:
        return None
    attested = record.mapping("attestations").get(line.path.decode(errors="surrogateescape"))
    if not isinstance(attested, Mapping) or not attested:
        return None
    spans: list[tuple[int, int, Who]] = []
    for key, text in attested.items():
        pairs = ranges.pairs(text)
        if pairs is None:  # broken text: what the others say is not the whole either
            return None
        who = summary.who_of_key(record, key)
        spans += [(start, end, who) for start, end in pairs]
    spans.sort()
    return _side_by_side(spans) or _flat(spans)


def _side_by_side(spans: list[tuple[int, int, Who]]) -> _Ranges | None:
    """Sorted ranges as they are, when no two of them share a line: nearly always."""
    starts, ends, whos = (list(column) for column in zip(*spans, strict=True))
    if any(map(le, starts[1:], ends)):
        return None
    return _Ranges(starts, ends, whos)


def _flat(spans: list[tuple[int, int, Who]]) -> _Ranges:
    """Cut at every border, so that each piece has one answer; in one sweep over the borders."""
    borders = [(start, 1, who) for start, _, who in spans]
    borders += [(end + 1, -1, who) for _, end, who in spans]
    borders.sort()
    flat = _Ranges([], [], [])
    active: Counter[Who] = Counter()
    start = 0
    for at, step, who in borders:
        if active and at > start:
            flat.starts.append(start)
            flat.ends.append(at - 1)
            flat.whos.append(next(iter(active)) if len(active) == 1 else None)
        active[who] += step
        if not active[who]:
            del active[who]
        start = at
    return flat


def _origin(facts: Mapping[bytes, bytes]) -> Origin:
    time = facts.get(b"author-time", b"")
    return Origin(
        author=facts.get(b"author", b""),
        time=int(time) if time.lstrip(b"-").isdigit() else 0,
        zone=facts.get(b"author-tz", b"+0000").decode(errors="replace"),
        summary=facts.get(b"summary", b""),
        boundary=b"boundary" in facts,
    )


def _rows(text: bytes) -> Iterator[bytes]:
    """Lines with their newlines; only `\\n` ends one."""
    start = 0
    while start < len(text):
        end = text.find(b"\n", start) + 1 or len(text)
        yield text[start:end]
        start = end
