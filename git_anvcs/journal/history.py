"""What a path held at any operation, to the byte."""

import hashlib
from typing import NamedTuple

from git_anvcs.journal import disk
from git_anvcs.journal.cold import Unreadable
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.texts import Texts
from git_anvcs.journal.updates import NoUpdate
from git_anvcs.store import contents


class Content(NamedTuple):
    """mode: as Git has it; data: the bytes on disk, of a link what it points at"""

    mode: int
    data: bytes


def content(journal: Journal, texts: Texts, entry: Entry) -> Content | None:
    """What the path held after its operation; None when it was not kept, or is damaged.

    Only of EDIT and BLOB: after others there was nothing, or what HEAD had.
    """
    op = entry.op
    if op.kind is Kind.BLOB:
        data = None if op.flags & Flag.NOT_KEPT else contents.get(journal.contents, op.digest)
    elif op.kind is Kind.EDIT:
        try:
            text = texts.at(op.doc, op.lane, entry.n)
        except (NoUpdate, Unreadable):
            return None
        data = disk.bytes_of(text, crlf=bool(op.flags & Flag.CRLF))
        data = data if hashlib.sha256(data).digest() == op.digest else None
    else:
        data = None
    return None if data is None else Content(op.mode, data)
