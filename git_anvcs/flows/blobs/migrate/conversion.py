"""What a migration makes of a history: of each .gitattributes, and of each file by its attributes.

A conversion is a module's class; rewritten.py walks the trees and asks it.
"""

from typing import NamedTuple, Protocol

from git_anvcs.flows.blobs.migrate.contents import Contents
from git_anvcs.git.attribute_rules import Value

OURS = b"ai-blob"
LFS = b"lfs"
KEYS = (b"filter", b"diff", b"merge")


class File(NamedTuple):
    """A file of a tree: its path, its blob, and what `filter` is said of it before and after.

    was: the blob that it was made from by the migration that is taken back, as far as known
    """

    path: bytes
    oid: str
    before: Value
    after: Value
    was: str = ""


class Conversion(Protocol):
    """What becomes of attributes and files; counts what it did for the answer."""

    def attributes(self, folder: bytes, data: bytes | None) -> bytes | None:
        """The new .gitattributes of a folder (as `a/b/`); None: there is none."""

    def blob(self, contents: Contents, file: File) -> str:
        """The blob that stands for the file now; the same one leaves it as it is."""

    def counts(self) -> dict[str, int]:
        """What it did and what it left, by a name."""
