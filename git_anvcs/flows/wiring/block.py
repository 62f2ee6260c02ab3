"""A few lines of ours between two marker lines, in a file that belongs to somebody else.

Git config, ignore files, attributes and sh scripts all take `#` comments, so one block serves
all four. Taking the block out leaves every other byte alone, also lines that somebody wrote
between our markers or (Git config) below one of our section headers.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

_BEGIN = b"# git-anvcs: begin"
_END = b"# git-anvcs: end"
_NOTE = b" (written by `git anvcs init`, taken out by `git anvcs uninstall`)"
# Said in the begin line, so that taking the block out can restore the file's last byte.
_NO_NEWLINE = b" (no newline before)"


def put(
    text: bytes, lines: Sequence[str], *, at: str = "end", old: Sequence[str] | None = None
) -> bytes:
    """`text` with the block in it, replacing an older block where that stands.

    at: `end`, `start`, or `shebang` (the second line of a script)
    old: what was put before; what is left of a block that lost a marker goes, and other lines
    between the markers, except in a script, are moved below the block. None: all of them are ours.
    """
    if old is not None:
        text = _without_halves(text, _encoded(old))
    block = [line + b"\n" for line in _encoded(lines)]
    found = _find(text)
    if found:
        before, (head, *inside, _), after = found
        kept: list[bytes] = []
        if old is not None and at != "shebang":  # in a script, what we left before is stale code
            if list(old) == list(lines) and _holds(inside, block):
                return text  # git-config writes new keys below a header of ours, too
            kept = _foreign(inside, _encoded(old), after)
        return b"".join([*before, head, *block, _END + b"\n", *kept, *after])
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
    if lines is not None:
        text = _without_halves(text, _encoded(lines))
    found = _find(text)
    if not found:
        return text
    before, (head, *inside, _), after = found
    kept = _foreign(inside, inside if lines is None else _encoded(lines), after)
    if _NO_NEWLINE in head and before and not kept and not after:
        before[-1] = before[-1].removesuffix(b"\n")
    return b"".join([*before, *kept, *after])


def has(text: bytes) -> bool:
    """Whether a whole block of ours is in `text`."""
    return _find(text) is not None


def begun(text: bytes) -> bool:
    """Whether a block of ours begins in `text`, whole or not."""
    return any(line.startswith(_BEGIN) for line in _split(text))


def above(text: bytes) -> list[bytes]:
    """The lines before the block; none when there is no block."""
    found = _find(text)
    return found[0] if found else []


def inside(text: bytes) -> list[str]:
    """The lines of the block, without their newlines; empty when there is none."""
    found = _find(text)
    lines = found[1][1:-1] if found else []
    return [line.removesuffix(b"\n").decode(errors="surrogateescape") for line in lines]


def _encoded(lines: Sequence[str]) -> list[bytes]:
    return [line.encode(errors="surrogateescape") for line in lines]


def _holds(inside: Sequence[bytes], block: Sequence[bytes]) -> bool:
    """Whether all lines of the block are there in their order, whatever stands between them."""
    rest = iter(inside)
    return all(line in rest for line in block)


def _find(text: bytes) -> tuple[list[bytes], list[bytes], list[bytes]] | None:
    """Lines before the block, the block with its markers, lines after it."""
    lines = _split(text)
    first = None
    for i, line in enumerate(lines):
        if line.startswith(_BEGIN):
            first = i  # the last one before an end: somebody may have deleted the end of another
        elif first is not None and line.rstrip() == _END:
            return lines[:first], lines[first : i + 1], lines[i + 1 :]
    return None


def _without_halves(text: bytes, own: Sequence[bytes]) -> bytes:
    """`text` without markers that lost their partner, and without our lines next to those."""
    lines = _split(text)
    drop: set[int] = set()
    begun: int | None = None
    for i, line in enumerate(lines):
        if line.startswith(_BEGIN):
            if begun is not None:
                drop.update(_ours_from(lines, begun, 1, own))
            begun = i
        elif line.rstrip() == _END:
            if begun is None:
                drop.update(_ours_from(lines, i, -1, own))
            begun = None
    if begun is not None:
        drop.update(_ours_from(lines, begun, 1, own))
    return b"".join(line for i, line in enumerate(lines) if i not in drop) if drop else text


def _ours_from(
    lines: Sequence[bytes], marker: int, step: int, own: Sequence[bytes]
) -> Iterator[int]:
    """The marker's index and those of our lines that stand directly behind (or before) it."""
    yield marker
    left = Counter(line.strip() for line in own)
    at = marker + step
    while 0 <= at < len(lines) and left[lines[at].strip()] > 0:
        left[lines[at].strip()] -= 1
        yield at
        at += step


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
