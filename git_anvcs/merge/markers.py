"""Conflicts between Git's markers: writing them and reading them back.

A marker is seven (or `marker_size`) of `<`, `|`, `=` or `>` at the start of a line, then its end or
a space and a label; the `=======` line has no label.
"""

from collections.abc import Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.result import Options, Versions


class Chunk(NamedTuple):
    """A run of the merge, as ranges of the three line lists.

    kind: `same` (nobody changed it), `ours`, `theirs` (one side changed it), `both` (both sides
    have the same), or `conflict`
    """

    kind: str
    base0: int
    base1: int
    ours0: int
    ours1: int
    theirs0: int
    theirs1: int


class Placed(NamedTuple):
    """A conflict and the line of the result where its markers start, counted from 1."""

    line: int
    chunk: Chunk


Lines = Sequence[Sequence[bytes]]


def render(texts: Lines, chunks: Sequence[Chunk], options: Options) -> tuple[bytes, list[Placed]]:
    """The merged bytes, conflicts between markers, and where each conflict starts."""
    _base, ours, theirs = texts
    out: list[bytes] = []
    placed = []
    for chunk in chunks:
        if chunk.kind == "theirs":
            out += theirs[chunk.theirs0 : chunk.theirs1]
        elif chunk.kind != "conflict":
            out += ours[chunk.ours0 : chunk.ours1]
        else:
            placed.append(Placed(len(out) + 1, chunk))
            out += block(texts, chunk, options)
    return b"".join(out), placed


def block(texts: Lines, chunk: Chunk, options: Options) -> list[bytes]:
    """One conflict as lines."""
    base, ours, theirs = texts
    end = b"\r\n" if crlf(texts, chunk) else b"\n"
    size = options.marker_size
    labels = options.labels
    out = [marker(b"<", size, labels.ours, end), *ended(ours[chunk.ours0 : chunk.ours1], end)]
    if options.style != "merge":
        out.append(marker(b"|", size, labels.base, end))
        out += ended(base[chunk.base0 : chunk.base1], end)
    out.append(marker(b"=", size, "", end))
    out += ended(theirs[chunk.theirs0 : chunk.theirs1], end)
    out.append(marker(b">", size, labels.theirs, end))
    return out


def marker(sign: bytes, size: int, label: str, end: bytes) -> bytes:
    return sign * size + (b" " + label.encode("utf-8", "surrogateescape") if label else b"") + end


def ended(lines: Sequence[bytes], end: bytes) -> list[bytes]:
    """The lines, the last one with a line end: a marker follows."""
    out = list(lines)
    if out and not out[-1].endswith(b"\n"):
        out[-1] += end
    return out


def crlf(texts: Lines, chunk: Chunk) -> bool:
    """Whether markers end in CRLF: the lines before the conflict do on both sides, as in Git."""
    base, ours, theirs = texts
    answer = line_end(ours, max(chunk.ours0 - 1, 0))
    if answer is not False:
        answer = line_end(theirs, max(chunk.theirs0 - 1, 0))
    if answer is not False:
        answer = line_end(base, 0)
    return bool(answer)


def line_end(lines: Sequence[bytes], place: int) -> bool | None:
    """True for CRLF, False for LF, None where no line end tells."""
    if place < len(lines) and not lines[place].endswith(b"\n"):
        place -= 1
    if not 0 <= place < len(lines):
        return None
    return lines[place].endswith(b"\r\n")


def has_markers(text: bytes, size: int = 7) -> bool:
    """Whether the text holds a line that reads as the start or the end of a conflict."""
    if b"<" * size not in text and b">" * size not in text:
        return False  # much faster than to look at each line
    return bool(re.search(rb"^(?:<{%d}|>{%d})(?: |\r?$)" % (size, size), text, re.MULTILINE))


class Parsed(NamedTuple):
    """A text with markers taken apart: three line lists and the chunks over them.

    labels: of base, ours and theirs, a triple for each conflict
    starts: the line of each conflict's first marker, counted from 1
    Outside conflicts all three hold the same lines. `with_base` is False for the `merge` style,
    which does not show the base: its conflicts then have an empty one.
    """

    texts: tuple[list[bytes], list[bytes], list[bytes]]
    chunks: list[Chunk]
    labels: list[tuple[str, str, str]]
    starts: list[int]
    with_base: bool

    def versions(self) -> Versions:
        """The three versions that the text stands for."""
        return Versions(*(b"".join(lines) for lines in self.texts))


def parse(text: bytes, size: int = 7) -> Parsed:
    """Take a text with conflict markers apart. Raises ValueError with the line that is wrong."""
    reader = Reader(size)
    for number, line in enumerate(lines_of(text), 1):
        reader.feed(number, line)
    return reader.finish()


def lines_of(text: bytes) -> list[bytes]:
    parts = text.split(b"\n")
    last = parts.pop()
    return [part + b"\n" for part in parts] + ([last] if last else [])


# Section we are in -> markers that may follow there.
ALLOWED = {"": "<", "ours": "|=", "base": "=", "theirs": ">"}
SECTION = {"<": "ours", "|": "base", "=": "theirs", ">": ""}


class Reader:
    """Reads lines one after another; a marker moves it to the next section."""

    def __init__(self, size: int) -> None:
        self.pattern = re.compile(rb"([<|=>])\1{%d}(?: ([^\r\n]*))?\r?\n?" % (size - 1))
        self.texts: tuple[list[bytes], list[bytes], list[bytes]] = ([], [], [])
        self.chunks: list[Chunk] = []
        self.labels: list[tuple[str, str, str]] = []
        self.section = ""
        self.start = (0, 0, 0)
        self.starts: list[int] = []
        self.names = {"<": "", "|": "", ">": ""}
        self.with_base = False

    def feed(self, number: int, line: bytes) -> None:
        found = self.pattern.fullmatch(line)
        sign = found[1].decode() if found else ""
        if found and sign in ALLOWED[self.section]:
            self.move(number, sign, (found[2] or b"").decode("utf-8", "replace"))
        elif sign in ("<", ">"):
            raise ValueError(f"line {number}: a conflict marker in the wrong place")
        elif self.section:
            self.texts[("base", "ours", "theirs").index(self.section)].append(line)
        else:
            for lines in self.texts:
                lines.append(line)

    def move(self, number: int, sign: str, label: str) -> None:
        if sign == "<":
            self.close("same")
            self.starts.append(number)
            self.names = {"<": "", "|": "", ">": ""}
        if sign in self.names:
            self.names[sign] = label
        self.with_base = self.with_base or sign == "|"
        self.section = SECTION[sign]
        if sign == ">":
            self.close("conflict")
            self.labels.append((self.names["|"], self.names["<"], self.names[">"]))

    def close(self, kind: str) -> None:
        base0, ours0, theirs0 = self.start
        base1, ours1, theirs1 = (len(lines) for lines in self.texts)
        if kind == "conflict" or ours1 > ours0:
            self.chunks.append(Chunk(kind, base0, base1, ours0, ours1, theirs0, theirs1))
        self.start = (base1, ours1, theirs1)

    def finish(self) -> Parsed:
        if self.section:
            raise ValueError(f"line {self.starts[-1]}: this conflict has no end marker")
        self.close("same")
        return Parsed(self.texts, self.chunks, self.labels, self.starts, self.with_base)
