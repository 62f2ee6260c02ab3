"""A folder with the .gitattributes files of one tree: Git reads attributes from a worktree."""

from pathlib import Path

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo

_NAME = b".gitattributes"


def write(repo: Repo, tree: str, folder: Path) -> None:
    """Write the files of `tree` into the empty `folder`. Raises GitFailed, OSError."""
    listed = repo.git("ls-tree", "-r", "-z", tree).split(b"\0")[:-1]
    found = {}
    for row in listed:
        facts, _, path = row.partition(b"\t")
        mode, _, oid = facts.decode().split(" ")
        if path.rpartition(b"/")[2] == _NAME and mode.startswith("100"):
            found[path.decode(errors="surrogateescape")] = oid
    for name, blob in zip(found, objects.read(repo, found.values()), strict=True):
        if blob is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(blob.data)
