"""Locks on paths, kept beside the blobs of a store: who works on a file that cannot be merged.

A lock is an object that can be made only while it is not there (RFC 9110, `If-None-Match: *`; a
file with O_EXCL), so that of many who want it one gets it. It is advice: Git knows nothing of it.
"""

from collections.abc import Iterator
from hashlib import sha256
import json
import os
from typing import NamedTuple, Protocol

from git_anvcs.kernel import clock

FOLDER = "locks"
LONGEST = 16384  # bytes; of what is longer one byte more is read, and it is nobody's


class Lock(NamedTuple):
    """who: a person, as Git has them; clone: which of their clones; since: seconds since 1970

    path: from the top of the worktree; version: what the store calls this very lock
    """

    path: str
    who: str
    clone: str
    since: float
    version: str = ""


class Locks(Protocol):
    """What a store must do for locks. name: of `name_of`.

    Each raises Unreachable and Refused.
    """

    def make(self, name: str, data: bytes) -> bool:
        """Make the object; False when it is there."""

    def read(self, name: str) -> tuple[bytes, str] | None:
        """The object and its version; None when there is none."""

    def remove(self, name: str, version: str) -> None:
        """Remove this version, and no other."""

    def names(self) -> Iterator[str]:
        """Every object that is there."""


def name_of(path: str) -> str:
    """The object's name: paths are nobody's business who may list a bucket."""
    return sha256(os.fsencode(path)).hexdigest()


def encode(lock: Lock) -> bytes:
    """The object's bytes."""
    facts = {
        "v": 1, "path": lock.path, "who": lock.who, "clone": lock.clone,
        "time": clock.rfc3339(lock.since),
    }  # fmt: skip
    return json.dumps(facts, sort_keys=True).encode() + b"\n"


def decode(data: bytes, version: str) -> Lock:
    """The lock; of bytes that are none of ours one of an unknown person: it still is a lock."""
    try:
        value = json.loads(data) if len(data) <= LONGEST else {}
        since = clock.parse_rfc3339(str(value["time"]))
        path, who, clone = (str(value[name]) for name in ("path", "who", "clone"))
        return Lock(path, who, clone, since, version)
    except (ValueError, KeyError, TypeError):
        return Lock("", "somebody", "", 0.0, version)
