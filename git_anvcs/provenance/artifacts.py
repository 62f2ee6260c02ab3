"""Files pinned in a record by their content: SHA-256, size, and where they are kept.

An entry holds fields of the schema and nothing else: no address of a server, no credentials and
no signed link can get into a record from here.
"""

from collections.abc import Iterable, Mapping, Sequence
import hashlib
from pathlib import Path
import re
from typing import Any, NamedTuple

from git_anvcs.kernel.errors import UsageError

TYPES = (
    "blob",
    "model",
    "dataset",
    "report",
    "coverage",
    "log",
    "transcript",
    "container",
    "other",
)
LARGE = "blob"  # the type of a large file that Git has a pointer of
_CHUNK = 1 << 20

# Names of buckets, regions and keys as servers have them; an address or a signed link is none.
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,254}")
_KEY = re.compile(r"(?!.*://)[A-Za-z0-9._~][!->@-~]{0,1023}")  # printable ASCII without `?`
_OPAQUE = re.compile(r"[A-Za-z0-9._~+/=-]{1,1024}")


class Place(NamedTuple):
    """One version of a content in a store; of s3 the bucket as well, of ipfs the CID alone."""

    storage: str
    key: str
    version_id: str
    bucket: str = ""
    region: str = ""


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
    numbers: dict[str, int] = {}  # the last that was tried: those below are taken
    found = []
    for entry in entries:
        name, number = entry["name"], numbers.get(entry["name"], 1)
        while name in taken:
            number += 1
            name = f"{entry['name']}-{number}"
        numbers[entry["name"]] = number
        taken.add(name)
        found.append({**entry, "name": name})
    return found


def in_git(path: str, sha256: str, size: int) -> dict[str, Any]:
    """The entry of a large file that Git has a pointer of, while no store is known to have it."""
    name = path.rpartition("/")[2]
    return {
        "name": name, "type": LARGE, "storage": "git", "path": path, "sha256": sha256, "size": size,
    }  # fmt: skip


def placed(entry: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """The entry pinned to a version in a store; as it was where a record cannot say that place."""
    about = {key: entry[key] for key in ("name", "type", "path", "sha256", "size") if key in entry}
    if not _OPAQUE.fullmatch(place.version_id) or place.version_id == "null":
        return dict(entry)
    if place.storage == "ipfs":
        return {**about, "storage": "ipfs", "cid": place.version_id}
    if place.storage not in ("s3", "nfs", "local") or not _KEY.fullmatch(place.key):
        return dict(entry)
    where: dict[str, str | None] = {
        "storage": place.storage,
        "key": place.key,
        "version_id": place.version_id,
    }
    if place.storage == "s3":
        if not _WORD.fullmatch(place.bucket):
            return dict(entry)
        region = place.region if _WORD.fullmatch(place.region) else None
        where |= {"bucket": place.bucket, "region": region}
    return {**about, **where}


def is_placed(entry: Mapping[str, object]) -> bool:
    """Whether it names an exact version."""
    return bool(entry.get("version_id") or entry.get("cid"))


def joined(
    entries: Iterable[object], found: Sequence[Mapping[str, Any]], gone: Iterable[str] = ()
) -> list[Any]:
    """The entries of a record and those of its large files, one for a path and a content.

    found: of every large file that the commit adds or changes; gone: paths that it deletes
    """
    now = {str(entry["path"]): entry for entry in found}
    gone = set(gone)
    result: list[Any] = [item for item in entries if not _outdated(item, now, gone)]
    at: dict[tuple[str, str], list[int]] = {}
    for index, item in enumerate(result):
        if isinstance(item, Mapping):
            at.setdefault((str(item.get("path")), str(item.get("sha256"))), []).append(index)
    new: list[dict[str, Any]] = []
    for path, entry in now.items():
        same = at.get((path, entry["sha256"]), ())
        if not same:
            new.append(dict(entry))
        for index in same:
            old = result[index]
            if is_placed(entry) and not is_placed(old):
                result[index] = {**entry, **{k: old[k] for k in ("name", "type") if k in old}}
    names = [str(item.get("name")) for item in result if isinstance(item, Mapping)]
    return result + named_apart(new, names)


def _outdated(item: object, now: Mapping[str, Mapping[str, Any]], gone: set[str]) -> bool:
    """Whether a carried entry speaks of a large file that the commit has otherwise, or not."""
    if not isinstance(item, Mapping) or item.get("type") != LARGE:
        return False
    path = item.get("path")
    other = now.get(path) if isinstance(path, str) else None
    return path in gone or (other is not None and other["sha256"] != item.get("sha256"))
