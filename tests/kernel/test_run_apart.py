"""A program of somebody else's, run apart from us: what it printed, and that nothing is left."""

import os
from pathlib import Path
import signal
import subprocess
import sys
import time

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.kernel import process
from git_anvcs.kernel.ends import Ends


def sh(command: str, tmp_path: Path, timeout: float = 30, most: int = 1 << 18) -> process.Apart:
    argv = ("sh", "-c", command)
    return process.run_apart(argv, cwd=tmp_path, env={}, timeout=timeout, most=most)


def test_what_it_printed_on_both_channels_in_order(tmp_path: Path) -> None:
    assert sh("echo one; echo two >&2; echo three; exit 7", tmp_path) == (
        7,
        b"one\ntwo\nthree\n",
        False,
    )


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only /proc tells of children")
def test_processes_that_end_while_children_are_looked_for_disturb_nobody(tmp_path: Path) -> None:
    churn = subprocess.Popen(("sh", "-c", "while :; do true & done"), start_new_session=True)
    try:
        for _ in range(60):
            assert sh("exit 3", tmp_path).returncode == 3
    finally:
        os.killpg(churn.pid, signal.SIGKILL)
        churn.wait()


def test_a_hanging_one_is_killed_with_all_it_started(tmp_path: Path) -> None:
    command = "sleep 60 & echo $! >child; echo waiting; wait"
    start = time.monotonic()
    assert sh(command, tmp_path, timeout=0.3) == (None, b"waiting\n", False)
    assert time.monotonic() - start < 20
    assert gone(int((tmp_path / "child").read_text()))


def test_what_it_leaves_running_is_killed_and_not_waited_for(tmp_path: Path) -> None:
    start = time.monotonic()
    assert sh("sleep 60 & echo $! >child; echo done", tmp_path) == (0, b"done\n", False)
    assert time.monotonic() - start < 20
    assert gone(int((tmp_path / "child").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose children they were")
@pytest.mark.parametrize("daemon", ["sleep 60", "yes"])
def test_a_daemon_is_killed_too(tmp_path: Path, daemon: str) -> None:
    done = sh(f"setsid {daemon} & echo $! >child; echo done >&2", tmp_path)
    assert (done.returncode, b"done\n" in done.output) == (0, True)
    assert gone(int((tmp_path / "child").read_text()))


def test_nobody_answers_its_questions(tmp_path: Path) -> None:
    assert sh("read answer || echo nobody", tmp_path) == (0, b"nobody\n", False)


def test_of_endless_output_both_ends_are_kept(tmp_path: Path) -> None:
    done = sh("echo first; yes | head -c 3000000; echo last", tmp_path, most=1000)
    assert (done.returncode, done.cut) == (0, True)
    assert done.output.startswith(b"first\n")
    assert done.output.endswith(b"last\n")
    assert b"bytes left out" in done.output
    assert len(done.output) < 1100


@given(st.lists(st.binary(max_size=40), max_size=30), st.integers(2, 50))
def test_ends_keep_the_first_and_the_last_bytes(pieces: list[bytes], most: int) -> None:
    ends = Ends(most)
    for piece in pieces:
        ends.add(piece)
    whole, half = b"".join(pieces), most // 2
    if len(whole) <= 2 * half:
        assert (ends.bytes(), ends.left_out) == (whole, 0)
    else:
        assert ends.left_out == len(whole) - 2 * half
        assert ends.bytes().startswith(whole[:half])
        assert ends.bytes().endswith(whole[-half:])


def gone(pid: int) -> bool:
    """Whether a process has ended, or is a zombie that nobody asks for."""
    for _ in range(100):
        stat = Path(f"/proc/{pid}/stat")
        if not process.alive(pid) or (stat.exists() and stat.read_text().split()[2] == "Z"):
            return True
        time.sleep(0.05)
    return False
