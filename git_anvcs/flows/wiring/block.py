"""A few lines of ours between two marker lines, in a file that belongs to somebody else.

Git config, ignore files, attributes and sh scripts all take `#` comments, so one block serves
all four. Taking the block out leaves every other byte alone, also lines that somebody wrote
between our markers or (Git config) below one of our section headers.
"""

from collections import Counter
from collections.abc import Sequence

_BEGIN = b"# git-anvcs: begin"
_END = b"# git-anvcs: end"
_NOTE = b" (written by `git anvcs init`, taken out by `git anvcs uninstall`)"
# Said in the begin line, so that taking the block out can restore the file's last byte.
_NO_NEWLINE = b" (no newline before)"


def put(text: bytes, lines: Sequence[str], *, at: str = "end") -> bytes:
    """`text` with the block in it, replacing an older block where that stands.

    at: `end`, `start`, or `shebang` (the second line of a script)
    """
    block = [line.encode(errors="surrogateescape") + b"\n" for line in lines]
    found = _find(text)
    if found:
        before, inside, after = found
        head = inside[0]
        return b"".join([*before, head, *block, _END + b"\n", *after])
    head, cut = _BEGIN + _NOTE, 0
    if at == "end":
        cut = len(text)
    elif at == "shebang" and text.startswith(b"#!"):
        cut = text.find(b"\n") + 1 or len(text)
    if cut and not text[:cut].endswith(b"\n"):
        head = b"\n" + head + _NO_NEWLINE
    return b"".join([text[:cut], head + b"\n", *block, _END + b"\n", text[cut:]])


def take(text: bytes, lines: Sequence[str] | None = None) -> bytes:
    """`text` without the block.

    lines: what was put; other lines between the markers are kept. None: all of them are ours.
    """
    found = _find(text)
    if not found:
        return text
    before, (head, *inside, _), after = found
    own = inside if lines is None else [line.encode(errors="surrogateescape") for line in lines]
    kept = _foreign(inside, own, after)
    if _NO_NEWLINE in head and before and not kept and not after:
        before[-1] = before[-1].removesuffix(b"\n")
    return b"".join([*before, *kept, *after])


def has(text: bytes) -> bool:
    """Whether a whole block of ours is in `text`."""
    return _find(text) is not None


def inside(text: bytes) -> list[str]:
    """The lines of the block, without their newlines; empty when there is none."""
    found = _find(text)
    lines = found[1][1:-1] if found else []
    return [line.removesuffix(b"\n").decode(errors="surrogateescape") for line in lines]


def _find(text: bytes) -> tuple[list[bytes], list[bytes], list[bytes]] | None:
    """Lines before the block, the block with its markers, lines after it."""
    lines = text.splitlines(keepends=True) if b"\r" not in text else _split(text)
    first = next((i for i, line in enumerate(lines) if line.startswith(_BEGIN)), None)
    if first is None:
        return None
    ends = (i for i, line in enumerate(lines) if i > first and line.rstrip() == _END)
    last = next(ends, None)
    if last is None:
        return None
    return lines[:first], lines[first : last + 1], lines[last + 1 :]


def _split(text: bytes) -> list[bytes]:
    """Lines ended by \\n only: a \\r inside a line is the owner's business."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _foreign(inside: list[bytes], own: Sequence[bytes], after: list[bytes]) -> list[bytes]:
    """Lines between our markers that we did not write, below the header they stand under."""
    ours = Counter(line.strip() for line in own)
    kept: list[bytes] = []
    header: bytes | None = None
    for line in inside:
        if ours[line.strip()] > 0:
            ours[line.strip()] -= 1
            if line.startswith(b"["):
                header = line
            continue
        if header is not None and not line.startswith(b"["):
            kept.append(header)
        header = None
        kept.append(line)
    if header is not None and _continues_section(after):
        kept.append(header)
    return kept


def _continues_section(after: list[bytes]) -> bool:
    """Whether Git wrote a key of our last section behind our end marker."""
    for line in after:
        word = line.strip()
        if word.startswith(b"["):
            return False
        if word and not word.startswith((b"#", b";")):
            return True
    return False
