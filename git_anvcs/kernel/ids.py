"""Identifiers: ULIDs for records, Gerrit-style change ids, short random names for writers."""

import os

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(seconds: float, random: bytes | None = None) -> str:
    """26 characters: 48 bits of milliseconds, 80 random bits (github.com/ulid/spec).

    random: 10 bytes, for tests; fresh ones by default.
    """
    value = int(seconds * 1000) << 80 | int.from_bytes(random or os.urandom(10), "big")
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def meta_id(seconds: float) -> str:
    """The permanent id of a record: `am_` and a ULID."""
    return f"am_{ulid(seconds)}"


def change_id() -> str:
    """A fresh Gerrit-compatible change id: `I` and 40 hex digits."""
    return f"I{os.urandom(20).hex()}"


def random_hex(size: int) -> str:
    """`size` random bytes as hex."""
    return os.urandom(size).hex()
