"""The cache: a name stands for whole, counted bytes, whatever happens."""

from hashlib import sha256
import os
from pathlib import Path
import time

import pytest

from git_anvcs.blobs import file_system
from git_anvcs.blobs.begun import Begun, listed
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths

DATA = bytes(range(256)) * 300
OID = sha256(DATA).hexdigest()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(Paths(tmp_path))


def put(cache: Cache, data: bytes = DATA) -> Path:
    with cache.draft() as draft:
        draft.write(data[:1000])
        draft.write(data[1000:])
        oid, size = draft.keep()
    assert size == len(data)
    return cache.place(oid)


def test_a_content_is_kept_under_its_hash_and_read_only(cache: Cache) -> None:
    place = put(cache)
    assert place.relative_to(cache.root).parts == (OID[:2], OID[2:4], OID)
    assert place.read_bytes() == DATA
    assert place.stat().st_mode & 0o777 == 0o444
    assert cache.has(OID)
    assert cache.has(OID, len(DATA))
    assert not cache.has(OID, len(DATA) + 1)
    assert cache.whole(OID)
    assert list(cache.oids()) == [OID]
    assert not cache.is_synced
    cache.sync()
    assert cache.is_synced


def test_nothing_stays_of_what_is_not_kept(cache: Cache) -> None:
    with cache.draft() as draft:
        draft.write(DATA)
    assert list(cache.oids()) == []
    assert list(cache.drafts.iterdir()) == []


def test_a_content_that_is_there_already_stays_the_same_file(cache: Cache) -> None:
    before = put(cache).stat().st_ino
    assert put(cache).stat().st_ino == before
    assert list(cache.drafts.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", DATA[:-1] + b"x"])
def test_a_damaged_content_is_set_aside_and_replaced_by_the_next_whole_one(
    cache: Cache, damage: bytes
) -> None:
    place = put(cache)
    place.chmod(0o644)
    place.write_bytes(damage)
    assert not cache.whole(OID)
    assert (cache.damaged / OID).read_bytes() == damage
    assert not cache.has(OID)
    assert put(cache).read_bytes() == DATA


def test_a_damaged_content_is_replaced_even_if_nobody_looked(cache: Cache) -> None:
    place = put(cache)
    place.chmod(0o644)
    place.write_bytes(DATA[:-1] + b"x")
    assert put(cache).read_bytes() == DATA


def test_a_small_content_is_written_in_one_piece_and_only_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, written = os.write, []

    def write(descriptor: int, data: bytes) -> int:
        written.append(len(data))
        return really(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    assert cache.add(DATA) == cache.add(DATA) == OID
    assert written == [len(DATA)]
    assert cache.place(OID).stat().st_mode & 0o777 == 0o444
    assert cache.read(OID, len(DATA)) == DATA
    assert cache.read(OID, len(DATA) - 1) is cache.read(OID, len(DATA) + 1) is None
    cache.place(OID).chmod(0o644)
    cache.place(OID).write_bytes(DATA[:-1] + b"x")
    assert cache.read(OID, len(DATA)) is None
    assert (cache.damaged / OID).exists()
    assert cache.add(DATA) == OID
    assert cache.read(OID, len(DATA)) == DATA


def test_to_ask_for_what_is_not_here_makes_no_folder(cache: Cache) -> None:
    assert not cache.has(OID)
    assert cache.read(OID, 1) is None
    assert not cache.root.exists()


def test_a_file_is_copied_in_or_adopted(cache: Cache, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(DATA)
    assert cache.add_file(file) == (OID, len(DATA))
    assert file.read_bytes() == DATA
    other = cache.free_name()
    other.write_bytes(b"other")
    cache.adopt(other, sha256(b"other").hexdigest())
    assert cache.place(sha256(b"other").hexdigest()).read_bytes() == b"other"
    assert list(cache.drafts.iterdir()) == []


def test_what_came_with_other_bytes_is_not_adopted(cache: Cache) -> None:
    put(cache)
    came = cache.free_name()
    came.write_bytes(b"other")
    with pytest.raises(WrongContent):
        cache.adopt(came, "ab" * 32)
    assert list(cache.drafts.iterdir()) == []
    assert list(cache.oids()) == [OID]


def test_drafts_of_the_dead_go_after_a_day(cache: Cache) -> None:
    put(cache)
    old, new = cache.free_name(), cache.free_name()
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (1, 1))
    odd = [cache.drafts / "somebody's", cache.drafts / f"7.{12 * 'a'}"]
    odd[0].write_bytes(b"x")
    odd[1].mkdir()
    for path in odd:
        os.utime(path, (1, 1))
    assert cache.sweep() == 1
    assert sorted(cache.drafts.iterdir()) == sorted([new, *odd])


def test_a_download_that_was_begun_has_a_week(cache: Cache) -> None:
    put(cache)
    begun = [Begun(cache.drafts, digit * 64).draft("there", "this") for digit in "ab"]
    unpacked = begun[0].with_suffix(".plain.tmp")
    for path, days in ((begun[0], 6), (begun[1], 8), (unpacked, 2)):
        path.write_bytes(b"x")
        os.utime(path, (time.time() - days * 86400,) * 2)
    somebodys = cache.drafts / "a.part"
    somebodys.touch()
    assert {one.draft for one in listed(cache.drafts)} == set(begun)
    assert cache.sweep() == 2
    assert sorted(cache.drafts.iterdir()) == sorted([begun[0], somebodys])


def test_no_room_is_told_and_leaves_nothing(cache: Cache) -> None:
    cache.root.parent.mkdir(parents=True)
    cache.root.write_bytes(b"a file where the folder should be")
    with pytest.raises(CannotWrite), cache.draft():
        pass


def test_every_file_and_folder_is_synced_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [put(cache, b"%04d" % number * 500) for number in range(20)]
    really, asked = os.fsync, []

    def fsync(descriptor: int) -> None:
        asked.append(os.fstat(descriptor).st_ino)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    cache.sync()
    wanted = {path for place in places for path in (place, *place.parents[:3])}
    assert sorted(asked) == sorted(path.stat().st_ino for path in wanted)
    cache.sync()
    assert len(asked) == len(wanted)


@pytest.mark.parametrize("most", [-1, 1 << 40])
def test_many_are_synced_each_or_with_their_file_system(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    places = [put(cache, b"%04d" % number * 500) for number in range(100)]
    really, asked = os.fsync, set()

    def fsync(descriptor: int) -> None:
        asked.add(os.fstat(descriptor).st_ino)
        really(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(file_system, "_MOST_UNWRITTEN", most)
    cache.sync()
    each = {path.stat().st_ino for place in places for path in (place, *place.parents[:3])}
    sure = most > 0 and file_system.sync(str(cache.root))
    assert asked == ({cache.root.stat().st_ino} if sure else each)
    assert cache.is_synced


@pytest.mark.parametrize(
    ("release", "tells"),
    [("4.18.0-553.el8", False), ("5.7.19", False), ("5.8-rc1", True), ("5.10.0", True),
     ("6.18.44-fc-v669", True), ("10.0", True), ("", False), ("5", False), ("x.y", False)],
)  # fmt: skip
def test_a_file_system_is_synced_where_linux_tells_of_errors(release: str, tells: bool) -> None:
    assert file_system.tells_of_errors(release) == tells


def test_what_is_not_on_the_disk_yet_is_read_from_meminfo() -> None:
    said = "MemTotal: 100 kB\nDirty:    12 kB\nWriteback:  30 kB\nWritebackTmp: 5 kB\n\n"
    assert file_system.unwritten(said) == 42


def test_a_disk_that_fails_names_the_file(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    place = [put(cache, b"%04d" % number * 500) for number in range(20)][7]
    broken = place.stat().st_ino

    def fsync(descriptor: int) -> None:
        if os.fstat(descriptor).st_ino == broken:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(CannotWrite, match=place.name):
        cache.sync()


def test_a_content_of_another_size_than_its_pointer_says_is_not_taken(cache: Cache) -> None:
    came = cache.free_name()
    came.parent.mkdir(parents=True, exist_ok=True)
    came.write_bytes(b"abc")
    oid = sha256(b"abc").hexdigest()
    with pytest.raises(WrongContent, match="has 3 bytes, and its pointer says 4"):
        cache.adopt(came, oid, 4, counted=True)
    assert not came.exists()
    assert not cache.has(oid)
