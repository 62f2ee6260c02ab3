"""The stores in a folder, against what a file system and others who write there can do."""

import errno
import os
from pathlib import Path
import subprocess
import sys
import time

import pytest

from git_anvcs.blobs import copying
from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import local, nfs
from tests.blobs.test_stores import file_of, got, oid_of
from tests.support import kill_points

DATA = b"some content" * 1000
KEY = key_of(oid_of(DATA))
UPLOAD = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from git_anvcs.blobs.stores import local
local.store(Path(sys.argv[2])).upload(Path(sys.argv[3]), sys.argv[4])
"""


def test_a_folder_that_is_not_mounted_is_no_store(tmp_path: Path) -> None:
    store = nfs.store(tmp_path)
    for ask in (
        lambda: store.upload(file_of(tmp_path, DATA), KEY),
        lambda: store.exists(KEY),
        lambda: got(store, KEY, "", tmp_path),
    ):
        with pytest.raises(Unreachable, match="not mounted") as told:
            ask()
        assert f"touch '{tmp_path}/anvcs-blobs'" in told.value.hint
    assert not (tmp_path / "blobs").exists()


@pytest.mark.parametrize("planted", ["blobs", "blobs/sha256", "new", f"blobs/{KEY}"])
def test_nothing_is_read_or_written_through_a_link_in_the_store(
    tmp_path: Path, planted: str
) -> None:
    outside, root = tmp_path / "outside", tmp_path / "store"
    outside.mkdir()
    secret = outside / "secret"
    secret.write_bytes(DATA)
    (root / planted).parent.mkdir(parents=True)
    (root / planted).symlink_to(secret if planted.endswith(KEY) else outside)
    store = local.store(root)
    with pytest.raises((Refused, BlobMissing)):
        got(store, KEY, "", tmp_path)
    try:
        store.upload(file_of(tmp_path, DATA), KEY)
    except Refused:
        assert not planted.endswith(KEY)
    else:
        assert not (root / planted).is_symlink()  # the name is ours again
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert secret.read_bytes() == DATA


def test_what_was_damaged_in_the_store_is_sent_again(tmp_path: Path) -> None:
    store = local.store(tmp_path / "store")
    store.upload(file_of(tmp_path, DATA), KEY)
    place = tmp_path / "store/blobs" / KEY
    place.chmod(0o600)
    place.write_bytes(bytes(len(DATA)))
    store.upload(file_of(tmp_path, DATA), KEY)
    assert place.read_bytes() == DATA


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_no_blob(tmp_path: Path, make: object) -> None:
    place = tmp_path / "store/blobs" / KEY
    place.parent.mkdir(parents=True)
    make(place)  # type: ignore[operator]
    with pytest.raises((BlobMissing, Unreachable)):
        got(local.store(tmp_path / "store"), KEY, "", tmp_path)


def test_a_full_store_is_told_and_keeps_nothing_half(tmp_path: Path) -> None:
    root = tmp_path / "store"
    root.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=200k", "none", str(root))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        store = local.store(root)
        small = store.upload(file_of(tmp_path, DATA), KEY)
        large = os.urandom(400_000)
        with pytest.raises(Unreachable, match="No space left"):
            store.upload(file_of(tmp_path, large), key_of(oid_of(large)))
        assert not store.exists(key_of(oid_of(large)))
        assert list((root / "new").iterdir()) == []
        assert got(store, KEY, small.version_id, tmp_path) == DATA
    finally:
        subprocess.run(("umount", str(root)), check=True)


def test_drafts_of_killed_processes_go_after_a_day(tmp_path: Path) -> None:
    new = tmp_path / "store/new"
    new.mkdir(parents=True)
    for name, age in ((f"7.{16 * 'a'}", 90_000), (f"8.{16 * 'b'}", 60)):
        (new / name).touch()
        os.utime(new / name, (time.time() - age,) * 2)
    local.store(tmp_path / "store").upload(file_of(tmp_path, DATA), KEY)
    assert [path.name for path in new.iterdir()] == [f"8.{16 * 'b'}"]


@pytest.mark.skipif(not kill_points.WORKS_HERE, reason="kills need a ptrace(2) we know")
def test_a_killed_upload_leaves_the_whole_content_or_none(tmp_path: Path) -> None:
    project = str(Path(local.__file__).parents[3])
    file = file_of(tmp_path, DATA)
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    killed = 0
    for point in range(1, 100):
        root = tmp_path / f"store{point}"
        argv = [sys.executable, "-I", "-S", "-c", UPLOAD, project, str(root), str(file), KEY]
        ended = kill_points.traced(argv, tmp_path, point, env, tmp_path)
        store = local.store(root)
        if store.exists(KEY):
            assert got(store, KEY, "", tmp_path) == DATA
        if not ended.at:
            break
        killed += 1
        store.upload(file, KEY)
        assert got(store, KEY, "", tmp_path) == DATA
    assert killed > 8
    assert ended.code == 0


def test_a_stale_handle_is_asked_once_more_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a file system in the network only; no such server runs in a test."""
    store = local.store(tmp_path / "store")
    held = store.upload(file_of(tmp_path, DATA), KEY)
    stale: list[int] = []
    really = os.open

    def opened(path: object, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == oid_of(DATA) and stale and stale.pop():
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return really(path, flags, mode, dir_fd=dir_fd)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", opened)
    stale[:] = [1]
    assert got(store, KEY, held.version_id, tmp_path) == DATA
    stale[:] = [1, 1]
    with pytest.raises(Unreachable, match="Stale"):
        got(store, KEY, held.version_id, tmp_path)


def frozen(folder: Path, data: bytes = DATA, name: str = "content") -> Path:
    """A file as the cache has them."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(data)
    file.chmod(0o444)
    return file


@pytest.fixture
def no_reflinks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on most file systems; on the others blocks are shared, and there is no need to link."""
    monkeypatch.setattr(copying, "reflink", lambda _source, _target: False)


@pytest.mark.usefixtures("no_reflinks")
def test_a_frozen_file_is_kept_without_a_second_copy(tmp_path: Path) -> None:
    cached = frozen(tmp_path / "cache")
    store = local.store(tmp_path / "store", frozen=tmp_path / "cache")
    for _ in range(2):
        assert store.upload(cached, KEY).size == len(DATA)
    kept = tmp_path / "store" / "blobs" / KEY
    assert kept.samefile(cached)
    assert not any((tmp_path / "store" / "new").iterdir())
    cached.unlink()
    assert got(store, KEY, "", tmp_path) == DATA
    again = frozen(tmp_path / "cache")
    store.delete_version(KEY, oid_of(DATA))
    assert again.read_bytes() == DATA


@pytest.mark.usefixtures("no_reflinks")
@pytest.mark.parametrize("case", ["writable", "elsewhere", "symbolic", "not asked", "another key"])
def test_a_file_that_may_change_is_copied(tmp_path: Path, case: str) -> None:
    file = frozen(tmp_path / "cache")
    if case == "writable":
        file.chmod(0o644)
    elif case == "elsewhere":
        file = frozen(tmp_path / "other")
    elif case == "symbolic":
        (tmp_path / "cache/link").symlink_to(file)
        file = tmp_path / "cache/link"
    store = local.store(
        tmp_path / "store", frozen=None if case == "not asked" else tmp_path / "cache"
    )
    key = KEY if case != "another key" else "name/of/mine"
    held = store.upload(file, key)
    found = tmp_path / "store/blobs" / (KEY if key == KEY else f"{key},v/{held.version_id}")
    assert found.samefile(file) == (case == "another key")  # its version is a content, too
    file.chmod(0o644)
    if case != "another key":
        file.write_bytes(b"changed")
    assert got(store, key, held.version_id, tmp_path) == DATA


@pytest.mark.usefixtures("no_reflinks")
def test_damage_that_two_names_share_is_replaced_in_both(tmp_path: Path) -> None:
    cached = frozen(tmp_path / "cache")
    store = local.store(tmp_path / "store", frozen=tmp_path / "cache")
    store.upload(cached, KEY)
    cached.chmod(0o644)
    cached.write_bytes(b"damage" * 2000)
    with pytest.raises(WrongContent):
        store.upload(cached, KEY)
    with pytest.raises(WrongContent):
        got(store, KEY, "", tmp_path)
    cached.rename(tmp_path / "set aside")
    store.upload(frozen(tmp_path / "cache"), KEY)
    assert got(store, KEY, "", tmp_path) == DATA
    assert not cached.samefile(tmp_path / "set aside")


def test_what_somebody_puts_among_the_drafts_stops_no_upload(tmp_path: Path) -> None:
    new = tmp_path / "store/new"
    ours, folder = new / f"7.{16 * 'a'}", new / f"7.{16 * 'b'}"
    (new / "d").mkdir(parents=True)
    folder.mkdir()
    (new / "letter.txt").write_bytes(b"of somebody")
    ours.write_bytes(b"of a killed process")
    for path in new.iterdir():
        os.utime(path, (1, 1))
    local.store(tmp_path / "store").upload(file_of(tmp_path, DATA), KEY)
    assert sorted(path.name for path in new.iterdir()) == sorted(["d", folder.name, "letter.txt"])
