"""The merge driver for pointers (gitattributes(5), "merge"): one content wins, or it is a conflict.

Git gives it pointers, never contents. It writes pointers only, never markers: two halves of a
pointer between markers would be a file that is neither.
"""

from pathlib import Path
import shlex
import sys

from git_anvcs.blobs.pointer import Pointer, parse
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe_text

MERGED, CONFLICT = 0, 1


def run(words: list[str]) -> int:
    """BASE OURS THEIRS [PATH]: the result goes to OURS; 0 merged, 1 a conflict, ours stays."""
    if len(words) not in (3, 4):
        raise UsageError("git-ai-blob merge BASE OURS THEIRS [PATH]", hint="it is started by Git")
    files = [Path(word) for word in words[:3]]
    texts = [file.read_bytes() for file in files]
    merged = decide(*texts)
    if merged is None:
        sys.stderr.write(said(words[3] if len(words) == 4 else words[1]))
        return CONFLICT
    if merged != texts[1]:
        files[1].write_bytes(merged)
    return MERGED


def said(path: str) -> str:
    """What a person reads of a conflict."""
    name = safe_text(path)
    return (
        f"git-ai-blob: {name}: both sides have changed it; ours stays\n"
        f"hint: git checkout --theirs -- {shlex.quote(name)} takes the other content\n"
    )


def decide(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The text that wins; None: nobody can decide that here.

    Where only the pins differ, the content is the same: ours, unless theirs alone is pinned.
    """
    if theirs in (ours, base):
        return ours
    if ours == base:
        return theirs
    was, one, other = (parse(text) for text in (base, ours, theirs))
    if one is None or other is None:
        return None
    if _same(one, other):
        return theirs if other.pinned and not one.pinned else ours
    if was and _same(was, one):
        return theirs
    return ours if was and _same(was, other) else None


def _same(one: Pointer, other: Pointer) -> bool:
    return one.unpinned() == other.unpinned()
