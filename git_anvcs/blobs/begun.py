"""Downloads that were begun and not ended: what has come by then is there for the next one.

    drafts/<oid>.<where>.<what>.part

`where` is a digest of the store and the key that were asked, `what` one of the store's own words
for the bytes (version, ETag): only of the same bytes anything is gone on with. What is in the end
is counted as a whole in any case. Who gives such drafts to a store holds the content's lock, so
that no two write to one of them.
"""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
import os
from pathlib import Path
import re
from stat import S_ISREG
from typing import NamedTuple

from git_anvcs.blobs.leftovers import BEGUN
from git_anvcs.blobs.pointer import Pointer

WORTH_IT = 8 << 20  # bytes of a content; what is smaller comes anew in no time
STEP = 1 << 20  # bytes; the last of a draft are asked for again: a power cut may have left zeros


class Left(NamedTuple):
    """A draft. seconds: since 1970, when it was last written to"""

    draft: Path
    oid: str
    bytes: int
    seconds: float


class Begun:
    """The drafts of one content. went_on: whether the last download had bytes of one before it"""

    def __init__(self, folder: Path, oid: str) -> None:
        self.oid = oid
        self.went_on = False
        self._folder = folder

    def draft(self, where: str, what: str) -> Path:
        """The draft of these bytes."""
        return self._folder / f"{self.oid}.{_short(where)}.{_short(what)}.part"

    def has_any(self, where: str) -> bool:
        """Whether anything was begun there."""
        return any(self._folder.glob(f"{self.oid}.{_short(where)}.*.part"))

    def clear(self, where: str = "") -> None:
        """Remove the drafts of the content; where: only those from there. Raises OSError."""
        which = f"{_short(where)}.*" if where else "*"
        for draft in self._folder.glob(f"{self.oid}.{which}.part"):
            draft.unlink(missing_ok=True)


def of(folder: Path, pointer: Pointer) -> Begun | None:
    """The drafts of a content, if it is large enough. folder: of drafts, in the cache"""
    return Begun(folder, pointer.oid) if pointer.size >= WORTH_IT else None


def listed(folder: Path) -> Iterator[Left]:
    """All drafts of downloads there, in no order."""
    for draft in folder.glob("*.part"):
        with suppress(OSError):  # it was ended just now
            found = draft.lstat()
            if re.fullmatch(BEGUN, draft.name) and S_ISREG(found.st_mode):
                yield Left(draft, draft.name.partition(".")[0], found.st_size, found.st_mtime)


def start_in(size: int) -> int:
    """With how many bytes of a draft that has so many one goes on; 0: it is not worth keeping."""
    return max(0, size - 1) // STEP * STEP


def opened(draft: Path) -> int:
    """A descriptor of a draft, for more to be written. Raises OSError."""
    return os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)


def _short(words: str) -> str:
    return sha256(words.encode(errors="surrogateescape")).hexdigest()[:12]
