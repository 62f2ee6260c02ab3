"""What a path of a worktree holds right now, read without following links or waiting for pipes."""

import hashlib
import os
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.store import contents

LARGEST_TEXT = 2 << 20  # bytes; what is larger is kept whole, not as edits
MOST_LINES = 50_000
LARGEST = 64 << 20  # bytes; of what is larger only the size is told, where nobody says else

LINK = 0o120000
FILE = 0o100644
PROGRAM = 0o100755


class Held(NamedTuple):
    """mode: as Git has it, 0 when nothing is there; data: None when it was put by or not kept

    digest: SHA-256 of the bytes, empty when they are not kept
    """

    mode: int
    size: int = 0
    digest: bytes = b""
    data: bytes | None = None
    kept: bool = True


ABSENT = Held(0)


def read(root: Path, path: str, keep: Path | None = None, largest: int = LARGEST) -> Held | None:
    """What is there; None for a folder, a pipe, a socket or a device, which are no content.

    keep: where large contents go at once (store.contents), since they do not fit into memory;
        None: nowhere, only their kind and size is told
    Raises CannotWrite.
    """
    full = f"{root}/{path}"
    try:
        found = os.lstat(full)
        if is_below_link(root, path):
            return ABSENT  # what is there belongs to another path, or lies outside
        if stat.S_ISLNK(found.st_mode):
            return _held(LINK, os.fsencode(Path(full).readlink()))
        return _read_file(full, found, keep, largest) if stat.S_ISREG(found.st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    except (OSError, ValueError):
        return Held(FILE, kept=False)


def _read_file(full: str, found: os.stat_result, keep: Path | None, largest: int) -> Held | None:
    mode = PROGRAM if found.st_mode & stat.S_IXUSR else FILE
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with os.fdopen(os.open(full, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return None
        not_kept = Held(mode, found.st_size, kept=False)
        if found.st_size > (largest if keep else LARGEST_TEXT):
            return not_kept
        data = file.read(LARGEST_TEXT + 1)
        if len(data) <= LARGEST_TEXT:
            return _held(mode, data)
        if keep is None:  # it grew just now
            return not_kept
        file.seek(0)
        put = contents.put_file(keep, file, largest)
        return Held(mode, put[1], put[0]) if put else not_kept


def text_of(data: bytes) -> tuple[str, bool] | None:
    """The text with LF line ends, and whether all of them are CR LF on disk; None for no text."""
    if b"\0" in data or len(data) > LARGEST_TEXT or data.count(b"\n") > MOST_LINES:
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    pairs = text.count("\r\n")
    if pairs and pairs == text.count("\n") == text.count("\r"):
        return text.replace("\r\n", "\n"), True
    return text, False


def bytes_of(text: str, *, crlf: bool) -> bytes:
    """The bytes on disk of what `text_of` gave."""
    return (text.replace("\n", "\r\n") if crlf else text).encode()


def is_below_link(root: Path, path: str) -> bool:
    """Whether a folder above the path is a link. Raises OSError when one is missing."""
    steps = path.split("/")
    return any(
        stat.S_ISLNK(os.lstat(f"{root}/{'/'.join(steps[:count])}").st_mode)
        for count in range(1, len(steps))
    )


def _held(mode: int, data: bytes) -> Held:
    return Held(mode, len(data), hashlib.sha256(data).digest(), data)
