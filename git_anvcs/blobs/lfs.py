"""The pointers of Git LFS, read strictly and written as git-lfs writes them; no I/O.

Format: the specification of git-lfs, docs/spec.md, "The Pointer".
"""

import re
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError

LONGEST = 1024  # bytes; git-lfs reads no more to find a pointer
VERSION = b"version https://git-lfs.github.com/spec/v1\n"
_LIKE = (
    b"version https://git-lfs.github.com/",
    b"version https://hawser.github.com/",
    b"version http://git-media.io/",
    b"# git-media\n",
)
_GRAMMAR = re.compile(rb"oid sha256:([0-9a-f]{64})\nsize ([1-9][0-9]{0,18})\n")
_EXTENDED = re.compile(rb"ext-[0-9]-[^ \n]+ ")


class LfsPointer(NamedTuple):
    """What a file is: SHA-256 (hexadecimal digits) and size in bytes."""

    oid: str
    size: int


class Extended(AnvcsError):
    """A pointer with `ext-` lines: the bytes that it names are not those of the file."""


def parse(data: bytes) -> LfsPointer | None:
    """The pointer that `data` spells as git-lfs does; None: it is content. Raises Extended."""
    if len(data) > LONGEST or not data.startswith(VERSION):
        return None
    rest = data[len(VERSION) :]
    if _EXTENDED.match(rest):
        raise Extended(
            "a pointer of Git LFS was made by an extension (`ext-` lines), which only the program"
            " of that extension can undo",
            hint="remove the extension first: git lfs migrate export, then git-ai-blob migrate"
            " import",
        )
    found = _GRAMMAR.fullmatch(rest)
    return LfsPointer(found[1].decode(), int(found[2])) if found else None


def is_odd(data: bytes) -> bool:
    """Whether git-lfs may take it for a pointer though it is not spelled as it spells them."""
    return len(data) <= LONGEST and data.startswith(_LIKE) and parse(data) is None


def text(pointer: LfsPointer) -> bytes:
    """The pointer as git-lfs writes it."""
    return VERSION + f"oid sha256:{pointer.oid}\nsize {pointer.size}\n".encode()
