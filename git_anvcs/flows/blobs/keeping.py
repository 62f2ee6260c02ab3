"""Story: artifacts that were told for a commit are kept as large files are: cache, then queue."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store.paths import Paths

Large = Sequence[tuple[Path, str, int]]  # (file, SHA-256, size)


def keep(repo: Repo, env: Mapping[str, str], files: Large) -> None:
    """Their contents come into the cache. Raises UsageError (settings, too), CannotWrite."""
    cache = Cache(Paths(repo.common_dir))
    with opened(repo, env):
        pass  # what is wrong with the settings is said before the commit, not after it
    for file, oid, _ in files:
        try:
            found, _ = cache.add_file(file)
        except OSError as error:
            raise UsageError(f"cannot read {file}: {error.strerror}") from error
        if found != oid:
            raise UsageError(
                f"{file} changed while it was read", hint="commit again when it is finished"
            )
    cache.sync()


def enqueue(repo: Repo, env: Mapping[str, str], files: Large) -> None:
    """They wait for the stores of large files. Raises UsageError (settings), CannotWrite."""
    with opened(repo, env) as here:
        uploading.enqueue(here, [Pointer(oid, size) for _, oid, size in files if size])
