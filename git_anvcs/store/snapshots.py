"""Snapshots: what files held when an agent's hook ran, found by the SHA-256 of their bytes.

One file for each content, `<common Git dir>/anvcs/snapshots/aa/<62 more hex>`, zlib level 1,
readable by this user alone. They are evidence for the attribution of lines and nothing else:
never Git objects, never sent anywhere, forgotten after a while (docs/formats/snapshots.md).
Nothing is synced to disk: what a power cut tears is recognised by its digest and counts as lost.
"""

from collections.abc import Iterator
from contextlib import suppress
import os
from pathlib import Path
import re
import time
from typing import NamedTuple
import zlib

from git_anvcs.kernel.digest import sha256
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths, make_folder, share

LARGEST = 2 << 20  # bytes of one content; what is larger is not kept
LIMIT = 256 << 20  # bytes on disk of all of them; over it, the oldest go

# How often what nobody needs is looked for, and how long it stays all the same.
SWEEP_SECONDS = 3600
KEPT_SECONDS = 24 * 3600

# What stands for a key where there is none.
ABSENT = ""
NOT_KEPT = "-"

_KEY = re.compile(r"[0-9a-f]{64}")
_BLOCK = 512  # the unit of st_blocks


def put(paths: Paths, data: bytes) -> str:
    """Keep the bytes and return their key; kept once, however often they come.

    Raises CannotWrite.
    """
    key = key_of(data)
    if not renew(paths, key):
        _write(_place(paths, key), zlib.compress(data, 1))
    return key


def renew(paths: Paths, key: str) -> bool:
    """Whether the content is kept; its age then counts from now."""
    file = _place(paths, key)
    try:
        if file.stat().st_size == 0:  # torn by a power cut
            return False
        os.utime(file)
    except OSError:
        return False
    return True


def get(paths: Paths, key: str) -> bytes | None:
    """The bytes of a key; None when they are not kept, or no longer what they were."""
    if not is_key(key):
        return None
    file = _place(paths, key)
    try:
        data = _unpacked(file.read_bytes())
    except OSError:
        return None
    if data is None or key_of(data) != key:
        with suppress(OSError):
            file.unlink()  # so that it can be kept again
        return None
    return data


def key_of(data: bytes) -> str:
    """The key of these bytes, kept or not."""
    return sha256(data).hexdigest()


def is_key(said: str) -> bool:
    """Whether this is the form of a key."""
    return _KEY.fullmatch(said) is not None


def sweep(paths: Paths, keep: set[str], older_than: float) -> int:
    """Forget contents that are not in `keep` and were last put or renewed `older_than` seconds ago.

    Of more than LIMIT bytes on disk the oldest go, those in `keep` last. Returns how many went.
    """
    oldest = time.time() - older_than
    _forget_known(paths, oldest)
    left: list[_Kept] = []
    gone = 0
    for kept in _all(paths):
        if kept.key not in keep and kept.moment < oldest:
            gone += _forget(kept)
        else:
            left.append(kept)
    total = sum(kept.size for kept in left)
    for kept in sorted(left, key=lambda kept: (kept.key in keep, kept.moment)):
        if total <= LIMIT:
            break
        total -= kept.size
        gone += _forget(kept)
    return gone


def is_due(paths: Paths) -> bool:
    """Whether the last sweep is an hour ago or more; then the next one counts from now."""
    stamp = paths.snapshots / "swept"
    try:
        if not paths.snapshots.is_dir() or time.time() - stamp.stat().st_mtime < SWEEP_SECONDS:
            return False
    except OSError:
        pass
    with suppress(OSError):
        stamp.touch(mode=0o600)
        share(stamp)
    return True


def size(paths: Paths) -> int:
    """Bytes on disk of everything that is kept."""
    return sum(kept.size for kept in _all(paths))


class _Kept(NamedTuple):
    """One file below our folder. key: empty for what a killed writer left behind"""

    path: str
    key: str
    moment: float
    size: int


def _all(paths: Paths) -> Iterator[_Kept]:
    for folder in _entries(str(paths.snapshots)):
        if len(folder.name) != 2:
            continue
        for entry in _entries(folder.path):
            key = folder.name + entry.name
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:  # another sweep was faster
                continue
            on_disk = found.st_blocks * _BLOCK
            yield _Kept(entry.path, key if is_key(key) else "", found.st_mtime, on_disk)


def _forget_known(paths: Paths, oldest: float) -> None:
    """What StatCache knows of a worktree where nothing happened for as long, or that is gone."""
    for entry in _entries(str(paths.snapshots / "known")):
        with suppress(OSError):
            if entry.stat(follow_symlinks=False).st_mtime < oldest:
                Path(entry.path).unlink()


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _forget(kept: _Kept) -> int:
    try:
        Path(kept.path).unlink()
    except OSError:
        return 0
    return 1


def _place(paths: Paths, key: str) -> Path:
    return paths.snapshots / key[:2] / key[2:]


def _write(file: Path, packed: bytes) -> None:
    temporary = file.with_name(f".{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        _make_folders(file.parent)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                share(temporary, descriptor)
                opened.write(packed)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotWrite(f"cannot write {file}: {error.strerror}") from error


def _make_folders(folder: Path) -> None:
    if not folder.is_dir():
        make_folder(folder.parent, mode=0o700)
        make_folder(folder, mode=0o700)


def _unpacked(packed: bytes) -> bytes | None:
    """The content; None when it is no whole zlib stream, or one that unpacks to too much."""
    stream = zlib.decompressobj()
    try:
        data = stream.decompress(packed, LARGEST + 1)
    except zlib.error:
        return None
    return data if stream.eof and len(data) <= LARGEST else None
