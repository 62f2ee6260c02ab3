"""The store `nfs`: a folder that is mounted from elsewhere and shared by machines.

A mount that is not there looks like an empty folder, and what is kept in it would be hidden by the
mount: so the folder is a store only with the file `anvcs-blobs` in it.
"""

from pathlib import Path

from git_anvcs.blobs.folder import FolderStore


def store(path: Path, alias: str = "nfs") -> FolderStore:
    """The store in this folder; without its mark every call raises Unreachable."""
    return FolderStore(alias, path, makes_root=False)
