"""The pointer that stands in Git for a large file, `anvcs-blob/1`: a few lines of text; no I/O.

There is one spelling of every pointer, and nothing else is one: what a merge, an editor or another
system made of it is content. So bytes never turn into other bytes on a guess.
"""

from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.records import NamedTuple

LONGEST = 1024  # bytes
LONGEST_SEEN = LONGEST + 7  # with a carriage return in each of its lines
LARGEST = 2**63 - 1  # bytes: what file systems and the ledger can say
_VERSION = b"version anvcs-blob/1\n"
_DIGITS = b"0123456789"
_SMALL = b"abcdefghijklmnopqrstuvwxyz"
_PLAIN = _DIGITS + _SMALL + _SMALL.upper() + b"._~"


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
    if len(data) > LONGEST or not data.startswith(_VERSION) or not data.endswith(b"\n"):
        return None
    lines = data[len(_VERSION) : -1].split(b"\n")
    words = dict(line.partition(b" ")[::2] for line in lines)
    if list(words) != [name for name in _FORMS if name in words] or len(words) != len(lines):
        return None
    if b"oid" not in words or b"size" not in words:
        return None
    if not all(_FORMS[name](value) for name, value in words.items()):
        return None
    oid, size, *more = (words.get(name, b"").decode("ascii") for name in _FORMS)
    return Pointer(oid.removeprefix("sha256:"), int(size), *more)


def with_plain_ends(data: bytes) -> bytes:
    """A pointer each line of which ends in CRLF, with the ends that it has in Git; else `data`.

    Whether Git has made these ends or they are content is not told by the bytes.
    """
    if len(data) > LONGEST_SEEN or not data.startswith(_VERSION[:-1] + b"\r\n"):
        return data
    plain = data.replace(b"\r\n", b"\n")
    return plain if parse(plain) else data


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


def _is_oid(value: bytes) -> bool:
    name, _, digest = value.partition(b":")
    return name == b"sha256" and len(digest) == 64 and _only(_DIGITS + b"abcdef", digest)


def _is_size(value: bytes) -> bool:
    return _only(_DIGITS, value) and value[:1] != b"0" and len(value) < 20 and int(value) <= LARGEST


def _is_storage(value: bytes) -> bool:
    return _only(_DIGITS + _SMALL + b"-", value) and value[:1] != b"-" and len(value) <= 32


def _is_key(value: bytes) -> bool:
    """Printable, never starting with `-`, and without a part that leads upwards."""
    printable = all(0x20 < byte < 0x7F for byte in value)
    upwards = any(part in (b"", b".", b"..") for part in value.split(b"/"))
    return _only(_PLAIN, value[:1]) and printable and not upwards


def _is_version_id(value: bytes) -> bool:
    """It may start with `-`: it is the server's word and never an argument."""
    return _only(_PLAIN + b"+/=-", value)


def _is_cid(value: bytes) -> bool:
    return value[:1] == b"b" and len(value) <= 201 and _only(_SMALL + b"234567", value[1:])


def _only(allowed: bytes, value: bytes) -> bool:
    """Whether it is some of the allowed bytes, one at least."""
    return bool(value) and not value.translate(None, allowed)


# Behind the version, in this order; each is there once or, but for the first two, not at all.
_FORMS = {
    b"oid": _is_oid,
    b"size": _is_size,
    b"storage": _is_storage,
    b"key": _is_key,
    b"version_id": _is_version_id,
    b"cid": _is_cid,
}
