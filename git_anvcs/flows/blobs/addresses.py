"""Story: hand out a large file without credentials, by a signed address that holds for a while.

The address names one version, which the store was asked for just now. Whoever has it can read that
version, so that it belongs on standard output and nowhere else.
"""

from collections.abc import Iterable
from typing import NamedTuple

from git_anvcs.blobs.errors import BlobMissing, Refused
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.stores.s3 import S3Store
from git_anvcs.flows.blobs import places
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.kernel.errors import AnvcsError


class Address(NamedTuple):
    """Where a file can be read; url is empty when there is a problem.

    encoding: how its bytes come, as Content-Encoding says, too; empty: as they are
    """

    at: At
    url: str = ""
    version_id: str = ""
    encoding: str = ""
    problem: AnvcsError | None = None


def addresses(here: Clone, found: Iterable[At], seconds: int) -> list[Address]:
    """An address for each, or why there is none. Raises Refused where settings forbid it."""
    if not here.settings.flag("adapters.s3.use_presigned"):
        raise Refused(
            "signed addresses are switched off",
            hint="`git config anvcs.adapters.s3.use-presigned true` allows them",
        )
    notes = Notes(here.repo)
    return [_address(here, notes, at, seconds) for at in found]


def _address(here: Clone, notes: Notes, at: At, seconds: int) -> Address:
    problems: list[AnvcsError] = []
    for place in places.of(here, notes, at.pointer):
        store = here.stores.by_alias[place.storage]
        if not isinstance(store, S3Store):
            continue
        try:
            if store.exists(place.key, place.version_id or None):
                url = store.presigned(place.key, place.version_id, seconds)
                encoding = store.encoding(place.key, place.version_id)
                return Address(at, url, place.version_id, encoding)
        except AnvcsError as error:
            problems.append(error)
    return Address(at, problem=places.worst(problems) or _nowhere(at.pointer))


def _nowhere(pointer: Pointer) -> BlobMissing:
    return BlobMissing(
        f"no bucket has {pointer.oid[:12]}",
        hint="only the store s3 signs addresses; `git-ai-blob push` sends what is missing",
    )
