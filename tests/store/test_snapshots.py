"""Contents kept by their digest: the same bytes come back or none, and nothing stays forever."""

import os
from pathlib import Path
import shutil
import subprocess
import sys
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.store import snapshots
from git_anvcs.store.atomic import CannotWrite
from git_anvcs.store.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def files(paths: Paths) -> list[Path]:
    return sorted(f for f in paths.snapshots.rglob("*") if f.is_file())


def age(paths: Paths, key: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(paths.snapshots / key[:2] / key[2:], (then, then))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=5000))
def test_the_same_bytes_come_back_and_are_kept_once(paths: Paths, data: bytes) -> None:
    shutil.rmtree(paths.snapshots, ignore_errors=True)  # of the example before
    key = snapshots.put(paths, data)
    before = files(paths)
    assert snapshots.put(paths, data) == key
    assert files(paths) == before
    assert snapshots.get(paths, key) == data


def test_only_the_user_can_read_them(paths: Paths) -> None:
    key = snapshots.put(paths, b"secret")
    file = paths.snapshots / key[:2] / key[2:]
    found = [file, file.parent, paths.snapshots]
    assert [path.stat().st_mode & 0o777 for path in found] == [0o600, 0o700, 0o700]


@pytest.mark.parametrize("damage", [b"", b"x", None], ids=["empty", "garbage", "half"])
def test_a_damaged_file_counts_as_lost_and_is_kept_again(
    paths: Paths, damage: bytes | None
) -> None:
    data = os.urandom(3000)
    key = snapshots.put(paths, data)
    file = paths.snapshots / key[:2] / key[2:]
    file.write_bytes(file.read_bytes()[:1000] if damage is None else damage)
    assert snapshots.get(paths, key) is None
    assert snapshots.put(paths, data) == key
    assert snapshots.get(paths, key) == data


def test_another_content_under_a_key_is_not_believed(paths: Paths) -> None:
    mine, other = snapshots.put(paths, b"mine"), snapshots.put(paths, b"other")
    (paths.snapshots / other[:2] / other[2:]).replace(paths.snapshots / mine[:2] / mine[2:])
    assert snapshots.get(paths, mine) is None


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(paths: Paths) -> None:
    import zlib

    key = snapshots.put(paths, b"small")
    packed = zlib.compress(bytes(100 << 20), 9)
    (paths.snapshots / key[:2] / key[2:]).write_bytes(packed)
    assert snapshots.get(paths, key) is None


@pytest.mark.parametrize("key", ["", "-", "../../../etc/passwd", "0" * 63, "G" * 64, "0" * 64])
def test_what_is_no_key_or_is_not_there_gives_nothing(paths: Paths, key: str) -> None:
    assert snapshots.get(paths, key) is None


def test_sweep_forgets_what_is_old_and_not_referred_to(paths: Paths) -> None:
    kept, young, old = (snapshots.put(paths, name) for name in (b"kept", b"young", b"old"))
    for key in (kept, old):
        age(paths, key, 100)
    assert snapshots.sweep(paths, {kept}, older_than=50) == 1
    found = [snapshots.get(paths, key) for key in (kept, young, old)]
    assert found == [b"kept", b"young", None]


def test_what_is_put_again_is_young_again(paths: Paths) -> None:
    key = snapshots.put(paths, b"x")
    age(paths, key, 100)
    snapshots.put(paths, b"x")
    assert snapshots.sweep(paths, set(), older_than=50) == 0


def test_over_the_limit_the_oldest_go_and_those_referred_to_last(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [snapshots.put(paths, os.urandom(8000)) for _ in range(5)]
    for number, key in enumerate(keys):
        age(paths, key, 1000 - number)
    one = snapshots.size(paths) // 5
    monkeypatch.setattr(snapshots, "LIMIT", 2 * one)
    assert snapshots.sweep(paths, {keys[0]}, older_than=5000) == 3
    assert [key for key in keys if snapshots.get(paths, key)] == [keys[0], keys[4]]
    assert snapshots.size(paths) <= 2 * one


def test_what_a_killed_writer_left_behind_is_swept(paths: Paths) -> None:
    key = snapshots.put(paths, b"x")
    left = paths.snapshots / key[:2] / ".1.abcd.tmp"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    assert snapshots.sweep(paths, {key}, older_than=50) == 1
    assert files(paths) == [paths.snapshots / key[:2] / key[2:]]


def test_sweep_and_size_of_nothing(paths: Paths) -> None:
    assert (snapshots.sweep(paths, set(), older_than=0), snapshots.size(paths)) == (0, 0)


def test_a_full_disk_leaves_nothing_half_written(paths: Paths) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from git_anvcs.store import snapshots\n"
        "from git_anvcs.store.atomic import CannotWrite\n"
        "from git_anvcs.store.paths import Paths\n"
        "try: snapshots.put(Paths(Path(sys.argv[1])), os.urandom(1 << 20))\n"
        "except CannotWrite as error: sys.exit(f'said: {error}')\n"
    )
    program = f'ulimit -f 100; exec "{sys.executable}" -c "$1" "$2"'
    argv = ["sh", "-c", program, "sh", script, str(paths.home.parent)]
    done = subprocess.run(argv, capture_output=True, check=False)
    assert b"said: cannot write" in done.stderr
    assert files(paths) == []


def test_a_folder_that_cannot_be_made_is_told(paths: Paths) -> None:
    paths.home.mkdir()
    paths.snapshots.write_text("in the way")
    with pytest.raises(CannotWrite):
        snapshots.put(paths, b"x")
    assert snapshots.get(paths, "0" * 64) is None


def test_eight_writers_of_the_same_content_leave_one_file(paths: Paths) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from git_anvcs.store import snapshots\n"
        "from git_anvcs.store.paths import Paths\n"
        "for n in range(200): snapshots.put(Paths(Path(sys.argv[1])), str(n % 20).encode() * 999)\n"
    )
    argv = [sys.executable, "-c", script, str(paths.home.parent)]
    started = [subprocess.Popen(argv) for _ in range(8)]
    assert [process.wait() for process in started] == [0] * 8
    assert len(files(paths)) == 20
