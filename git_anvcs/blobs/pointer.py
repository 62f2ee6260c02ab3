"""The pointer that stands in Git for a large file, `anvcs-blob/1`: a few lines of text; no I/O.

There is one spelling of every pointer, and nothing else is one: what a merge, an editor or another
system made of it is content. So bytes never turn into other bytes on a guess.
"""

import re
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError

LONGEST = 1024  # bytes
LARGEST = 2**63 - 1  # bytes: what file systems and the ledger can say
_VERSION = b"version anvcs-blob/1\n"
# A value never starts with `-`, but for a version id, which is the server's word and no argument.
_GRAMMAR = re.compile(
    rb"version anvcs-blob/1\n"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\n"
    rb"size (?P<size>[1-9][0-9]{0,18})\n"
    rb"(?:storage (?P<storage>[a-z0-9][a-z0-9-]{0,31})\n)?"
    rb"(?:key (?P<key>[A-Za-z0-9._~][!-~]*)\n)?"
    rb"(?:version_id (?P<version_id>[A-Za-z0-9._~+/=-]+)\n)?"
    rb"(?:cid (?P<cid>b[a-z2-7]{1,200})\n)?"
)
_UPWARDS = re.compile(rb"(?:^|/)\.{0,2}(?:/|$)")  # "", "." or ".." as a part of a key


class Pointer(NamedTuple):
    """What a file is (oid, size) and, when it is pinned, where exactly it is kept."""

    oid: str  # 64 hexadecimal digits: SHA-256 of the content
    size: int  # bytes; never 0, an empty file is kept as it is
    storage: str = ""  # the alias of a store in settings
    key: str = ""  # only where the store does not derive it from the oid
    version_id: str = ""  # opaque, the server's
    cid: str = ""  # IPFS, version 1 in base 32

    @property
    def pinned(self) -> bool:
        """Whether it says more than a function of the content does."""
        return bool(self.storage or self.key or self.version_id or self.cid)

    def unpinned(self) -> "Pointer":
        """The pointer that follows from the content alone."""
        return Pointer(self.oid, self.size)


class NoPointer(AnvcsError):
    """These values do not fit into a pointer."""


def parse(data: bytes) -> Pointer | None:
    """The pointer that `data` spells, or None: then it is content."""
    if len(data) > LONGEST or not data.startswith(_VERSION):
        return None
    found = _GRAMMAR.fullmatch(data)
    if not found or (found["key"] is not None and _UPWARDS.search(found["key"])):
        return None
    if int(found["size"]) > LARGEST:
        return None
    values = {name: (value or b"").decode("ascii") for name, value in found.groupdict().items()}
    return Pointer(**{**values, "size": int(values["size"])})  # type: ignore[arg-type]


def text(pointer: Pointer) -> bytes:
    """The one spelling of a pointer. Raises NoPointer for what could not be parsed again."""
    optional = {
        "storage": pointer.storage,
        "key": pointer.key,
        "version_id": pointer.version_id,
        "cid": pointer.cid,
    }
    words = [f"oid sha256:{pointer.oid}", f"size {pointer.size}"]
    words += [f"{name} {value}" for name, value in optional.items() if value]
    spelled = _VERSION + "".join(f"{word}\n" for word in words).encode(errors="replace")
    if parse(spelled) != pointer:
        raise NoPointer(
            f"no pointer can say this of {pointer.oid[:12]}: {', '.join(words[1:])}",
            hint=f"a pointer is plain ASCII of {LONGEST} bytes at most",
        )
    return spelled
