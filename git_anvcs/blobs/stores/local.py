"""The store `local`: a folder of this machine, outside every repository."""

from pathlib import Path

from git_anvcs.blobs.folder import FolderStore


def store(path: Path, alias: str = "local") -> FolderStore:
    """The store in this folder, which is made when something is first kept."""
    return FolderStore(alias, path, makes_root=True)
