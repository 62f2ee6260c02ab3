"""A store that two users share: who comes first keeps nobody out."""

import os
from pathlib import Path
import stat
import subprocess
import sys
import tempfile
import traceback

import pytest

from git_anvcs.blobs import folder_probe
from git_anvcs.blobs.folder import FolderStore
from git_anvcs.blobs.folder_locks import FolderLocks
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import nfs
from tests.blobs.test_stores import file_of, oid_of

DATA = b"some content"
OTHER = 65534  # a user and a group
PROJECT = str(Path(nfs.__file__).parents[3])
UPLOAD = """
import os, sys
os.umask(0o077)
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from git_anvcs.blobs.folder_locks import FolderLocks
from git_anvcs.blobs.stores import nfs
store = nfs.store(Path(sys.argv[2]))
held = store.upload(Path(sys.argv[3]), sys.argv[4])
store.download(sys.argv[4], held.version_id, Path(sys.argv[5]))
FolderLocks(store).make(sys.argv[4][-64:], b"x")
"""


def shared(tmp_path: Path, mode: int) -> Path:
    root = tmp_path / "mount"
    root.mkdir()
    (root / "anvcs-blobs").touch()
    root.chmod(mode)
    return root


def upload(tmp_path: Path, root: Path, data: bytes) -> None:
    """As another process does it, with the strictest umask."""
    own = tmp_path / f"of-{len(data)}"
    own.mkdir()
    file = file_of(own, data)
    words = (PROJECT, root, file, key_of(oid_of(data)), own / "back")
    done = subprocess.run(
        [sys.executable, "-c", UPLOAD, *map(str, words)], cwd=own, capture_output=True, text=True,
        check=False, env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_where_a_group_may_write_it_may_in_all_that_is_made(tmp_path: Path) -> None:
    root = shared(tmp_path, 0o2770)
    upload(tmp_path, root, DATA)
    for path in root.rglob("*"):
        mode = path.stat().st_mode
        wanted = stat.S_IRWXG | stat.S_ISGID if path.is_dir() else stat.S_IRGRP
        assert mode & wanted == wanted, path
        assert not mode & stat.S_IRWXO or path.name == "anvcs-blobs", path
    assert [one.status for one in folder_probe.sharing(root)] == ["good"]


def test_what_is_one_users_stays_theirs(tmp_path: Path) -> None:
    root = shared(tmp_path, 0o755)
    upload(tmp_path, root, DATA)
    assert not any(path.stat().st_mode & 0o077 for path in root.rglob("*") if path.is_dir())


def test_folders_that_keep_the_group_out_are_told(tmp_path: Path) -> None:
    root = shared(tmp_path, 0o2775)
    upload(tmp_path, root, DATA)
    (root / "blobs/sha256").chmod(0o755)
    (found,) = folder_probe.sharing(root)
    assert (found.status, "blobs/sha256" in found.said) == ("bad", True)
    assert "chmod -R g+rwXs" in found.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be two users")
def test_two_users_share_a_store(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folder lets nobody else pass
        base = Path(name)
        base.chmod(0o777)
        root = shared(base, 0o2770)
        os.chown(root, 0, OTHER)
        upload(tmp_path, root, DATA)
        file = file_of(base, b"of the other")
        file.chmod(0o644)
        child = os.fork()
        if not child:
            os._exit(_as_other(nfs.store(root), file, base))
        assert os.waitpid(child, 0)[1] == 0
        assert (base / "back").read_bytes() == DATA


def _as_other(store: FolderStore, file: Path, base: Path) -> int:
    """Send, read what the first user sent, lock: 0 when all of that is possible."""
    try:
        os.setgroups([])
        os.setgid(OTHER)
        os.setuid(OTHER)
        os.umask(0o077)
        store.upload(file, key_of(oid_of(b"of the other")))
        store.download(key_of(oid_of(DATA)), "", base / "back")
        return 0 if FolderLocks(store).make("name", b"x") else 2
    except BaseException:  # noqa: BLE001 - a fork must not go on with the tests
        traceback.print_exc()
        return 1
