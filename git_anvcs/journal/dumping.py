"""The whole journal as values a program can read, in order."""

import base64
from collections.abc import Iterator
import zlib

from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag
from git_anvcs.journal.texts import SEED


def dump(
    journal: Journal, *, lane: str | None = None, path: str = "", since: float = 0.0
) -> Iterator[dict[str, object]]:
    """Each document before its first operation, each operation with its payload in base64.

    path: only this file, or what is below this folder; since: seconds since the epoch
    Digests are hex; a path that is no UTF-8 has its bytes as surrogates.
    """
    begun: set[bytes] = set()
    for entry in journal.upward():
        op = entry.op
        if (lane is not None and op.lane != lane) or op.seconds < since:
            continue
        if path and op.path != path and not op.path.startswith(f"{path}/"):
            continue
        if op.doc and op.doc not in begun:
            begun.add(op.doc)
            first = journal.checkpoint(op.doc, SEED, 0)
            if first:
                yield {"document": op.doc.hex(), "first": _text(zlib.decompress(first[1]))}
        yield _facts(journal, entry)


def _facts(journal: Journal, entry: Entry) -> dict[str, object]:
    op = entry.op
    actor, seq, digest = journal.link_of(entry.n)
    return {
        "n": entry.n, "kind": op.kind.name.lower(), "lane": op.lane, "time": op.time,
        "path": op.path, "document": op.doc.hex(), "base": op.base, "mode": f"{op.mode:06o}",
        "size": op.size, "digest": op.digest.hex(),
        "flags": [flag.name.lower() for flag in Flag if op.flags & flag and flag.name],
        "precision": op.precision.name.lower(), "by": entry.by, "client": op.client,
        "actor": actor.hex(), "sequence": seq, "hash": digest.hex(),
        "payload": _text(journal.payload(entry.n)),
    }  # fmt: skip


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
