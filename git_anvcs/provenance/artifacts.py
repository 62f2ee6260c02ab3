"""Files pinned in a record by their content: SHA-256, size, and where they lie on this machine."""

from collections.abc import Iterable
import hashlib
from pathlib import Path
from typing import Any

from git_anvcs.kernel.errors import UsageError

_CHUNK = 1 << 20


def pinned(file: Path, shown: str, kind: str) -> dict[str, Any]:
    """One entry of `artifacts`. shown: the path as it may travel, never with a home in it.

    Raises UsageError when the file cannot be read.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        if not file.is_file():
            raise UsageError(f"{file} is not a file")
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    return {
        "name": file.name,
        "type": kind,
        "storage": "local",
        "key": shown,
        "sha256": digest.hexdigest(),
        "size": size,
    }


def named_apart(entries: list[dict[str, Any]], others: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The same entries, each with a name of its own (`report.xml`, `report.xml-2`).

    others: names that are taken already
    """
    taken = set(others)
    found = []
    for entry in entries:
        name, number = entry["name"], 1
        while name in taken:
            number += 1
            name = f"{entry['name']}-{number}"
        taken.add(name)
        found.append({**entry, "name": name})
    return found
