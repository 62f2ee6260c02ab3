"""A text as a CRDT document: the only module that imports pycrdt.

What it shields from (pinned by tests/journal/test_library_facts.py): indexes are UTF-8 bytes;
updates of one client must come in order; snapshots and `from_snapshot` do not work; a range out of
bounds is a panic that no `except Exception` catches; a client id must never be used twice.
"""

import hashlib
import os
from typing import NamedTuple
import weakref

from git_anvcs.journal.updates import NoUpdate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    import pycrdt

_ROOT = "t"
_NOTHING = b"\0\0"  # the update that changes nothing
_CLIENT_BITS = 53  # what a JavaScript number holds exactly


class Edit(NamedTuple):
    """At byte `at` of the UTF-8 text, `removed` bytes go and `added` comes."""

    at: int
    removed: int
    added: str


def doc_id(base: str, path: str) -> bytes:
    """The document of the text that begins as blob `base` (empty: none) at `path`; 16 bytes.

    The same in every clone, so that all of them speak of one document.
    """
    named = b"\0".join((b"anvcs-doc/1", base.encode(), os.fsencode(path)))
    return hashlib.blake2b(named, digest_size=16).digest()


def new_client(secret: bytes = b"", doc: bytes = b"", lane: str = "") -> int:
    """A client id for one replica: one that two use makes texts diverge.

    secret: random bytes that nobody else has; with them, the same id for the same replica
    """
    named = b"\0".join((secret or os.urandom(16), doc, lane.encode()))
    return _client_of(named) or 1


def seed(doc: bytes, text: str) -> bytes:
    """The update that puts the first text into a document, made by hand (Yjs update, version 1).

    Its client comes from the document's id, so that clones which seed it apart agree; nobody
    edits under that id.
    """
    if not text:
        return _NOTHING
    client = _client_of(doc)
    struct = b"\x04\x01" + _counted(_ROOT) + _counted(text)
    return b"\x01\x01" + _number(client) + b"\0" + struct + b"\0"


class Document:
    """One document and its text; updates of each client must be given in their order.

    client: under which Yjs id it edits; 0: it does not, or one that nobody is told of
    """

    def __init__(self, client: int = 0) -> None:
        import pycrdt

        self.client = client
        self._doc: pycrdt.Doc[pycrdt.Text] = (
            pycrdt.Doc(client_id=client) if client else pycrdt.Doc()
        )
        self._text = self._doc.get(_ROOT, type=pycrdt.Text)
        self._heard: _Heard | None = None
        self._bytes: bytes | None = None  # of the text, as long as they are known

    def __str__(self) -> str:
        return str(self._text)

    def apply(self, updates: "Iterable[bytes]") -> None:
        """Take in what others did. Raises NoUpdate."""
        self._bytes = None
        try:
            with self._doc.transaction():  # one for all takes half the time of one for each
                for update in updates:
                    self._doc.apply_update(update)
        except ValueError as error:
            raise NoUpdate(str(error)) from error
        except BaseException as error:  # a panic of the library is no Exception
            if type(error).__name__ != "PanicException":
                raise
            raise NoUpdate(str(error)) from error

    def edit(self, edits: "Iterable[Edit]") -> bytes:
        """Make edits, given from the last to the first of the text, and return them as an update.

        Raises ValueError for an edit that does not lie between characters of the text.
        """
        data = str(self._text).encode() if self._bytes is None else self._bytes
        self._bytes = None
        # What the transaction says, for `get_update` tells each time of all that was ever deleted.
        heard = self._listening()
        heard.on, heard.update = True, _NOTHING
        try:
            with self._doc.transaction():
                for at, removed, added in edits:
                    _check(data, at, removed)
                    if removed:
                        del self._text[at : at + removed]
                    if added:
                        self._text.insert(at, added)
                    data = data[:at] + added.encode() + data[at + removed :]
        finally:
            heard.on = False
        self._bytes = data
        return heard.update

    def _listening(self) -> "_Heard":
        """Begun at the first edit: it takes longer than an edit, and many are never edited."""
        if self._heard is None:
            self._heard = _Heard()
            subscription = self._doc.observe(self._heard)
            # The library's document and its listener hold each other, and no collector sees it.
            weakref.finalize(self, self._doc.unobserve, subscription)
        return self._heard

    def whole(self) -> bytes:
        """Everything as one update: a checkpoint. Only whole when nothing of it is missing."""
        return self._doc.get_update()


class _Heard:
    """What the last transaction changed, while `on`."""

    def __init__(self) -> None:
        self.on = False
        self.update = _NOTHING

    def __call__(self, event: "pycrdt.TransactionEvent") -> None:
        if self.on:
            self.update = event.update


def _client_of(named: bytes) -> int:
    digest = hashlib.blake2b(named, digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 64 - _CLIENT_BITS


def _check(data: bytes, at: int, removed: int) -> None:
    end = at + removed
    if not 0 <= at <= end <= len(data) or any(
        place < len(data) and data[place] & 0xC0 == 0x80 for place in (at, end)
    ):
        raise ValueError(f"{at}+{removed} is no range of {len(data)} bytes of text")


def _counted(text: str) -> bytes:
    data = text.encode()
    return _number(len(data)) + data


def _number(value: int) -> bytes:
    """Unsigned LEB128."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)
