"""What an agent says it wrote, as digests of lines. Pure.

A hook may run late, when somebody else has changed the file again. Where the payload itself says
what was written, the digests of its lines let a reader tell the two apart. Twelve hex digits tell
whether two lines are the same; they do not hold the text, though a short line can be guessed.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from git_anvcs.kernel.digest import sha256

MOST_LINES = 400  # different ones, of one file
DIGITS = 12


class Wrote(NamedTuple):
    """A text that an agent says it wrote.

    path: as the agent gave it
    whole: whether it begins and ends where a line does; an edit may replace a part of one
    """

    path: str
    text: str
    whole: bool = True


def digest(line: bytes) -> str:
    """What stands for a line: without its end, so that it is the same with LF and CRLF."""
    return sha256(line.rstrip(b"\r\n")).hexdigest()[:DIGITS]


def lines(wrote: Iterable[Wrote], content: bytes | None) -> tuple[str, ...]:
    """The digests of the lines that were written into one file, each once, at most MOST_LINES.

    content: what the file holds now, in which parts of lines are found whole; None: not known
    """
    found: dict[str, None] = {}
    for line in _lines(wrote, content or b""):
        if len(found) == MOST_LINES:
            break
        found.setdefault(digest(line))
    return tuple(found)


def replaced(original: str, old: str, new: str, *, everywhere: bool = False) -> str | None:
    """The whole lines that come of putting `new` in the place of `old`; None: it is not in there.

    everywhere: in every place, else in the first
    """
    if not old:
        return new if not original else None
    at = original.find(old)
    if at < 0:
        return None
    if everywhere and original.find(old, at + len(old)) >= 0:
        before = set(original.split("\n"))
        changed = original.replace(old, new).split("\n")
        return "\n".join([*(line for line in changed if line not in before), *_inner(new)])
    start = original.rfind("\n", 0, at) + 1
    end = at + len(old)
    ends_there = old.endswith("\n") and (new.endswith("\n") or (not new and start == at))
    line_end = end if ends_there else _line_end(original, end)
    return original[start:at] + new + original[end:line_end]


def _lines(wrote: Iterable[Wrote], content: bytes) -> Iterator[bytes]:
    for item in wrote:
        text = _bytes(item.text)
        piece = text if item.whole else _whole(text, content)
        if piece:
            yield from piece.removesuffix(b"\n").split(b"\n")


def _whole(text: bytes, content: bytes) -> bytes:
    """The whole lines of `content` around `text`; `text` itself unless it is there exactly once."""
    at = content.find(text) if text else -1
    if at < 0 or content.find(text, at + 1) >= 0:
        return text
    end = at + len(text)
    stop = content.find(b"\n", end) if not text.endswith(b"\n") else end
    return content[content.rfind(b"\n", 0, at) + 1 : stop if stop >= 0 else len(content)]


def _inner(text: str) -> list[str]:
    """The lines of a text but the first and the last, which may be parts of lines."""
    return text.split("\n")[1:-1]


def _line_end(text: str, start: int) -> int:
    found = text.find("\n", start)
    return found if found >= 0 else len(text)


def _bytes(text: str) -> bytes:
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:  # half of a character, which no file can hold
        return text.encode(errors="replace")
