"""Story: hand out a large file without credentials, by a signed address that holds for a while.

The address names one version, which the store was asked for just now. Whoever has it can read that
version, so that it belongs on standard output and nowhere else.
"""

from collections.abc import Iterable
from contextlib import closing
from typing import NamedTuple

from git_anvcs.blobs.errors import BlobMissing, Refused
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.stores.s3 import S3Store
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.flows.blobs.fetching import Fetcher
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.verifying import clearer
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
    with closing(Fetcher(here)) as fetcher:
        return [_address(here, fetcher, at, seconds) for at in found]


def _address(here: Clone, fetcher: Fetcher, at: At, seconds: int) -> Address:
    problem: AnvcsError | None = None
    for source in fetcher.sources(at.pointer):
        store = here.stores.by_alias[source.storage]
        if not isinstance(store, S3Store):
            continue
        try:
            if store.exists(source.key, source.version_id or None):
                url = store.presigned(source.key, source.version_id, seconds)
                encoding = store.encoding(source.key, source.version_id)
                return Address(at, url, source.version_id, encoding)
        except AnvcsError as error:
            problem = clearer(problem, error)
    return Address(at, problem=problem or _nowhere(at.pointer))


def _nowhere(pointer: Pointer) -> BlobMissing:
    return BlobMissing(
        f"no bucket has {pointer.oid[:12]}",
        hint="only the store s3 signs addresses; `git-ai-blob push` sends what is missing",
    )
