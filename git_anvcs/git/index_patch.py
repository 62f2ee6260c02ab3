"""Changes entries of Git's index without git: what is known of files, object ids.

For who has written files of a worktree himself and knows that Git would call them unchanged: to
ask Git, it would read and filter each of them again.
"""

from collections.abc import Iterable, Mapping
import os
from pathlib import Path
import stat

from git_anvcs.git import config, index_file, index_lock
from git_anvcs.git.index_file import Change, NotPatchable
from git_anvcs.git.repo import Repo

WAIT = 2.0  # seconds for another git to end


def patch(
    index: Path,
    object_format: str,
    changes: Iterable[Change],
    *,
    wait: float = WAIT,
    sync: bool = False,
) -> frozenset[str]:
    """Apply the changes whose entry is as expected; the paths of those.

    Safe beside any git: read again and written under `index.lock`, whole or not at all. The lock
    is held for the writing; the work is done before, for the index as it was then.
    index: `place`; object_format: `sha1` or `sha256`; wait: seconds for the lock
    sync: `is_synced`
    Raises NotPatchable (nothing was done; ask git), IndexBusy, IndexNotWritten.
    """
    index = index.resolve()  # Git, too, locks what a link leads to
    wanted = tuple(changes)
    seen = _read(index)
    made = index_file.patched(seen, object_format, wanted)
    if made.data == seen:
        return made.applied
    with index_lock.held(index, wait) as lock:
        found = index.stat()
        now = _read(index)
        if now != seen:
            made = index_file.patched(now, object_format, wanted)
        if made.data != now:
            # Git distrusts entries that are not older than their index. A nanosecond less than
            # before, no entry of others becomes trusted, and who knows the file by its time
            # sees that it is another.
            mtime, mode = found.st_mtime_ns - 1, stat.S_IMODE(found.st_mode)
            lock.become_index(made.data, mtime_ns=mtime, mode=mode, sync=sync)
    return made.applied


def by_git(repo: Repo, index: Path, expected: Mapping[str, str]) -> frozenset[str]:
    """The same for an index that is not patchable: Git filters each of these files again.

    expected: path -> object id; those that have another are left out
    Returns the paths that need no further look: all, or none when git failed.
    """
    env = {"GIT_INDEX_FILE": str(index)}
    listed = repo.git("--literal-pathspecs", "ls-files", "-s", "-z", env=env)
    staged = _staged(listed)
    same = [path for path, oid in expected.items() if staged.get(path) == oid]
    names = "".join(f"{path}\0" for path in same).encode(errors="surrogateescape")
    done = repo.try_git("update-index", "-z", "--stdin", stdin=names, env=env)
    return frozenset(expected) if done.returncode == 0 else frozenset()


def write_again(repo: Repo, index: Path) -> bool:
    """Have Git write the index as it is, so that it is of now; whether it did.

    Of what was as young as the index (racy-git in its documentation) Git then looks at the content
    and marks what has changed; files that it trusts, and those that `patch` has marked as never
    looked at, it does not read.
    """
    env = {"GIT_INDEX_FILE": str(index)}
    return repo.try_git("update-index", "--force-write-index", env=env).returncode == 0


def place(repo: Repo, variable: str = "") -> Path:
    """The index that Git works on. variable: GIT_INDEX_FILE, where Git gave it to us"""
    return repo.root / variable if variable else repo.git_dir / "index"


def is_synced(repo: Repo) -> bool:
    """Whether `core.fsync` has Git wait until an index is on the disk (git-config(1))."""
    synced = False
    for word in config.get(repo, "core.fsync").split(","):
        name = word.strip()
        if name == "none":
            synced = False
        elif name.removeprefix("-") in ("index", "added", "all"):
            synced = not name.startswith("-")
    return synced


def _read(index: Path) -> bytes:
    try:
        return index.read_bytes()
    except FileNotFoundError:
        raise NotPatchable("there is no index") from None
    except OSError as error:
        raise NotPatchable(f"cannot read {index}: {error.strerror}") from error


def _staged(listed: bytes) -> dict[str, str]:
    """Path -> object id, from `ls-files -s -z`, of what has no conflict."""
    found = {}
    for row in listed.split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        _, oid, stage = facts.split(b" ")
        if stage == b"0":
            found[os.fsdecode(path)] = oid.decode()
    return found
