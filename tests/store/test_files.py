import multiprocessing
import os
from pathlib import Path
import signal
import threading

import pytest

from git_anvcs.store import atomic, lock


def test_write_replaces_the_whole_file(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "file"
    atomic.write(target, b"one")
    atomic.write(target, b"two", mode=0o600)

    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o777 == 0o600
    assert [left.name for left in target.parent.iterdir()] == ["file"]


def test_write_leaves_the_old_file_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file"
    atomic.write(target, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(atomic.CannotWrite, match="No space left"):
        atomic.write(target, b"new")

    assert target.read_bytes() == b"old"
    assert [left.name for left in tmp_path.iterdir()] == ["file"]


def test_write_says_when_the_parent_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(atomic.CannotWrite):
        atomic.write(tmp_path / "file" / "below", b"x")


def test_the_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    inside = 0
    most = 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with lock.held(tmp_path / "lock"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_a_held_lock_is_refused_at_once_without_a_timeout(tmp_path: Path) -> None:
    with (
        lock.held(tmp_path / "lock"),
        pytest.raises(lock.Locked, match="another git-anvcs process"),
        lock.held(tmp_path / "lock", timeout=0),
    ):
        pass


def _hold(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    with lock.held(path):
        ready.set()
        signal.pause()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    ready = multiprocessing.Event()
    holder = multiprocessing.Process(target=_hold, args=(tmp_path / "lock", ready))
    holder.start()
    assert ready.wait(30)
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()

    with lock.held(tmp_path / "lock", timeout=0):
        pass
