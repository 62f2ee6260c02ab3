"""Which way a content went: from a file into Git, or from Git into the file.

`git add` and `git commit -a` write the blob after somebody wrote the file, or make it young again
when it was there (freshen_loose_object in Git's object-file.c); a checkout, a reset or a merge
writes the file after the blob.
"""

from collections.abc import Mapping

from git_anvcs.git.repo import Repo


def from_disk(repo: Repo, blobs: Mapping[str, str]) -> set[str]:
    """The paths whose file somebody wrote, and had Git take it. blobs: path -> what Git has of it

    Only of a blob that is no older than its file, and no part of a pack, this can be said.
    """
    return {path for path, oid in blobs.items() if oid and _came_after(repo, path, oid)}


def _came_after(repo: Repo, path: str, oid: str) -> bool:
    try:
        file = (repo.root / path).lstat()
        blob = (repo.common_dir / "objects" / oid[:2] / oid[2:]).stat()
    except OSError:
        return False
    # The clock of a file system ticks slowly. A merge may write both within one tick: it refuses to
    # write over what is not committed, so that nothing is lost to it.
    return blob.st_mtime_ns >= max(file.st_mtime_ns, file.st_ctime_ns)
