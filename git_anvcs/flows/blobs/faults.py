"""What can be wrong with the large files of a clone, as `fsck` tells it."""

from typing import NamedTuple

DAMAGED = "damaged"  # a file of the cache is not what its name says; it was set aside
MISSING = "missing"  # the index or HEAD points to it, and it is not in the cache
ODD = "no pointer"  # it looks like a pointer and is none: to Git and to us it is a content
CONTENT = "content"  # a tracked file whose content is in Git
STRAY = "stray pointer"  # a pointer in Git of a file that is not tracked
UNSENT = "lost job"  # it waits to be sent, and is not here
LEDGER = "ledger"  # SQLite finds fault with it
GONE = "gone"  # a store has not the version that is known of it
OTHER = "other"  # a store's version is not as it was sent
NOWHERE = "in no store"
VERSIONING = "versioning"  # a store keeps no versions


class Fault(NamedTuple):
    """kind: one of the words above; path: one of those it has; oid, size: of the content

    storage: where it is so; repaired: it is no more
    """

    kind: str
    said: str
    path: str = ""
    oid: str = ""
    size: int = 0
    storage: str = ""
    repaired: bool = False
