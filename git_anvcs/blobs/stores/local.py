"""The store `local`: a folder of this machine, outside every repository."""

from pathlib import Path

from git_anvcs.blobs.folder import FolderStore


def store(path: Path, alias: str = "local", *, frozen: Path | None = None) -> FolderStore:
    """The store in this folder, which is made when something is first kept.

    frozen: the cache, whose files it shares where both are in one file system
    """
    return FolderStore(alias, path, makes_root=True, frozen=frozen)
