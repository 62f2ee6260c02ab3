"""The contents of blobs, each read once, many with one git process."""

from collections.abc import Iterable

from git_anvcs.git import objects
from git_anvcs.git.called import CalledRepo


class Texts:
    """Blobs by their id."""

    def __init__(self, repo: CalledRepo) -> None:
        self._repo = repo
        self._known: dict[str, bytes] = {}

    def of(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Those that are here, and what was read before."""
        missing = sorted(set(oids) - self._known.keys())
        for oid, blob in zip(missing, objects.read(self._repo, missing), strict=True):
            if blob is not None:
                self._known[oid] = blob.data
        return self._known
