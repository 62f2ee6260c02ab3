"""Story: the artifacts of a commit's record become files again, whether Git tracks them or not.

A record may come from another clone: its paths lead nowhere out of the folder, its versions are
only places to ask, and what counts is the SHA-256.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
import re
from typing import Any, NamedTuple

from git_anvcs.blobs import giving
from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.placing import LeftAlone
from git_anvcs.blobs.pointer import NoPointer, Pointer
from git_anvcs.blobs.store import oid_in
from git_anvcs.flows.blobs import pulling
from git_anvcs.flows.blobs.fetching import Progress
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.pulling import Missing
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance import records
from git_anvcs.store.paths import Paths

_SHA256 = re.compile("[0-9a-f]{64}")


class Artifact(NamedTuple):
    """One entry of a record whose content can be asked for; path: where it lay, else its name."""

    name: str
    kind: str
    path: str
    pointer: Pointer


class Put(NamedTuple):
    """written: paths; missing: what could not be had; left: path -> why it was not written"""

    written: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    left: Mapping[str, str] = {}


def chosen(repo: Repo, commit: str, names: Sequence[str] = ()) -> list[Artifact]:
    """The artifacts of a commit, one for each path: the last of its record.

    names: only those with such a path or name, or below such a folder; each must fit something
    Raises UsageError.
    """
    record = records.read_one(repo, commit)
    if record is None:
        raise AnvcsError(f"commit {commit[:12]} has no record", hint="`git anvcs pull` brings those"
                         " of other clones")  # fmt: skip
    found = {one.path: one for item in record.items("artifacts") if (one := _artifact(item))}
    wanted = [name.rstrip("/") for name in names]
    for name in wanted:
        if not any(_fits(one, name) for one in found.values()):
            known = ", ".join(list(found)[:10]) or "it has none that are kept"
            raise UsageError(f"the record of {commit[:12]} has no artifact {name}",
                             hint=f"artifacts: {known}")  # fmt: skip
    return [one for one in found.values() if not wanted or any(_fits(one, n) for n in wanted)]


def put(
    repo: Repo, env: Mapping[str, str], wanted: Sequence[Artifact], folder: Path, progress: Progress
) -> Put:
    """Write them below the folder, fetched where they are not here.

    Raises UsageError (settings), and CannotWrite where there is no room for what comes.
    """
    _, missing = pulling.fetch(repo, env, [At(a.path, "", a.pointer) for a in wanted], progress)
    cache = Cache(Paths(repo.common_dir))
    gone = {one.pointer.oid for one in missing}
    written, left = [], {}
    for one in wanted:
        if one.pointer.oid in gone:
            continue
        try:
            if not cache.whole(one.pointer.oid):
                raise LeftAlone("its content is damaged here: run this again to fetch it")
            giving.give(cache.place(one.pointer.oid), folder, one.path, one.pointer)
        except LeftAlone as error:
            left[one.path] = str(error)
        else:
            written.append(one.path)
    return Put(tuple(written), tuple(missing), left)


def _fits(one: Artifact, name: str) -> bool:
    return name in (one.path, one.name) or one.path.startswith(f"{name}/")


def _artifact(item: Any) -> Artifact | None:
    """An entry of a record, checked; None for one whose content nobody keeps or nothing says."""
    if not isinstance(item, Mapping):
        return None
    oid, size = item.get("sha256"), item.get("size")
    name, path = _text(item, "name"), _text(item, "path")
    kept = path or _text(item, "version_id") or _text(item, "cid")
    if not (isinstance(oid, str) and _SHA256.fullmatch(oid) and isinstance(size, int) and kept):
        return None
    if size < 1 or not (path or name):
        return None
    return Artifact(name, _text(item, "type"), path or name, _pointer(item, oid, size))


def _pointer(item: Mapping[str, Any], oid: str, size: int) -> Pointer:
    """Where the record says that it is, as a pointer; without that where it cannot be one."""
    storage, key = _text(item, "storage"), _text(item, "key")
    version = _text(item, "version_id")
    plain = "" if oid_in(key) == oid else key
    found = Pointer(oid, size, storage, plain, version, _text(item, "cid"))
    try:
        pointers.text(found)
    except NoPointer:
        return Pointer(oid, size)
    return found if version or found.cid else Pointer(oid, size)


def _text(item: Mapping[str, Any], key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""
