"""Files that Git was told not to look at: what is done to them shows in no status.

`update-index --assume-unchanged` and `--skip-worktree`. In a sparse checkout Git itself takes the
second mark off files that are there, so that there nothing has to be done for these.
"""

from functools import lru_cache
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import Repo

_MOST = 1000


class Hidden(NamedTuple):
    """mode, blob: in the index; skipped: by skip-worktree: it need not be there"""

    mode: int
    blob: str
    skipped: bool


def listed(repo: Repo) -> dict[str, Hidden]:
    """Path -> how it stands in the index; a thousand at most. One git when the index is another."""
    try:
        found = (repo.git_dir / "index").stat()
    except OSError:
        return {}
    sign = (found.st_ino, found.st_size, found.st_mtime_ns)
    return _listed(repo.root, sign, (repo.git_dir / "info" / "sparse-checkout").exists())


def by_sparse_checkout(repo: Repo) -> frozenset[str]:
    """The files of the index that Git does not write here (git-sparse-checkout(1))."""
    if repo.bare or not (repo.git_dir / "info" / "sparse-checkout").exists():
        return frozenset()
    asked = ("config", "--type=bool", "core.sparseCheckout")
    if repo.git(*asked, allow=(0, 1)) != b"true\n":
        return frozenset()
    rows = repo.git("ls-files", "-t", "-z").split(b"\0")
    return frozenset(os.fsdecode(row[2:]) for row in rows if row.startswith(b"S "))


def changed(repo: Repo, files: dict[str, Hidden]) -> set[str]:
    """Those of the files that do not hold what the index has."""
    there = [path for path in files if (repo.root / path).is_file() and "\n" not in path]
    stdin = "".join(f"{path}\n" for path in there).encode(errors="surrogateescape")
    done = repo.try_git("hash-object", "--stdin-paths", stdin=stdin)
    made = dict(zip(there, done.stdout.decode().split(), strict=False))
    return {path for path, one in files.items() if made.get(path) != one.blob}


@lru_cache(maxsize=64)
def _listed(root: Path, sign: object, sparse: bool) -> dict[str, Hidden]:
    """sign: of the index, so that an answer is of one index alone"""
    repo = Repo.discover(root)
    found: dict[str, Hidden] = {}
    for row in repo.git("ls-files", "-v", "--stage", "-z").split(b"\0")[:-1]:
        tag = row[:1]
        if tag == b"H" or (sparse and tag == b"S") or len(found) >= _MOST:
            continue
        facts, _, path = row[2:].partition(b"\t")
        mode, blob, _ = facts.split(b" ")
        if tag in b"hSs":
            found[os.fsdecode(path)] = Hidden(int(mode, 8), blob.decode(), tag in b"Ss")
    return found
