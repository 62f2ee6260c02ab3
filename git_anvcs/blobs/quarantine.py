"""Contents that nobody seems to need, set aside: for some days they come back at a word.

A file there keeps the time at which somebody last wanted its content; when it was set aside is its
change time, which no program can set back. What is asked for (`Cache.has`) comes back by itself.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from git_anvcs.blobs.cache import Cache
from git_anvcs.store import atomic
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import make_folder


class Apart(NamedTuple):
    """A content in quarantine. since, wanted: seconds since 1970; bytes: its size"""

    oid: str
    bytes: int
    since: float
    wanted: float


def put(cache: Cache, oid: str) -> bool:
    """Set a content of the cache aside; whether it was there. Raises CannotWrite."""
    place = cache.place(oid)
    try:
        make_folder(cache.quarantine)
        place.chmod(0o444)  # its change time is now, also where a rename does not count as one
        place.rename(cache.quarantine / oid)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise CannotWrite(f"cannot set {place} aside: {error.strerror}") from error
    return True


def listed(cache: Cache) -> Iterator[Apart]:
    """What is there, in no order."""
    for file in cache.quarantine.glob("?" * 64):
        with suppress(FileNotFoundError):  # it was asked for just now
            found = file.stat()
            yield Apart(file.name, found.st_size, found.st_ctime, found.st_mtime)


def remove(cache: Cache, oid: str) -> bool:
    """Delete a content that is there; whether it was. Raises CannotWrite."""
    return atomic.remove(cache.quarantine / oid)
