"""The daemon's loop where the system does not help it."""

from collections.abc import Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import socket
from threading import Event, Thread
import time

import pytest

from git_anvcs.flows.journal import daemon, daemon_socket
from git_anvcs.flows.journal.daemon_tree import Tree
from git_anvcs.flows.journal.observe import Files, Look, observe
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.watch_plan import worktree_folders
from git_anvcs.git.repo import Repo
from git_anvcs.journal import watching
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.untouched import Untouched
from git_anvcs.store import lock
from git_anvcs.store.paths import Paths
from tests.support.sandbox import Sandbox

PATIENCE = 30.0


def until_told(paths: Paths, name: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with Journal(paths) as journal:
            if any(entry.op.path == name for entry in journal.newest()):
                return
        time.sleep(0.05)
    raise AssertionError(f"{name} is not in the journal")


def test_a_worktree_that_moves_is_watched_where_it_is(
    repo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "SEARCH", 0.1)
    repo.commit("one", {"a": "1\n"})
    (tmp_path / "one").mkdir()
    tree, moved, other = tmp_path / "tree", tmp_path / "moved", tmp_path / "one/tree"
    repo.git("worktree", "add", "-q", "--detach", str(tree))
    with running(repo) as paths:
        time.sleep(0.3)  # it searches no more
        repo.git("worktree", "move", str(tree), str(moved))
        until_watched(paths, [repo.root, moved])
        (moved / "new").write_text("saved\n")
        until_told(paths, "new")
        time.sleep(0.3)
        repo.git("worktree", "remove", "-f", str(moved))
        repo.git("worktree", "add", "-q", "--detach", str(other))  # with the name of the first
        until_watched(paths, [repo.root, other])
        (other / "newer").write_text("saved there\n")
        until_told(paths, "newer")


def test_one_worktree_that_git_cannot_look_at_is_told_and_the_others_are_kept(
    repo: Sandbox, tmp_path: Path
) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    with running(repo) as paths:
        whole = (repo.root / ".git/worktrees/tree/index").read_bytes()
        repo.write(".git/worktrees/tree/index", "no index\n")
        deadline = time.monotonic() + PATIENCE
        while "index" not in problem(paths):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        repo.write("new", "saved\n")
        until_told(paths, "new")
        assert "index" in problem(paths)
        repo.write(".git/worktrees/tree/index", whole)
        while problem(paths):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def problem(paths: Paths) -> str:
    return str((daemon_socket.ask(paths, {"do": "status"}, PATIENCE) or {}).get("problem", ""))


def watch(root: Path) -> None:
    repo = Repo.discover(root)
    with daemon.alone(repo):
        daemon.run(repo, Files)


@contextmanager
def running(repo: Sandbox) -> Iterator[Paths]:
    """A daemon in a thread."""
    paths = Paths(repo.root / ".git")
    loop = Thread(target=watch, args=(repo.root,))
    loop.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while daemon_socket.ask(paths, {"do": "status"}, 1) is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield paths
    finally:
        daemon_socket.ask(paths, {"do": "stop"}, PATIENCE)
        loop.join(PATIENCE)


def until_watched(paths: Paths, wanted: list[Path]) -> None:
    deadline = time.monotonic() + PATIENCE
    found: dict[str, object] = {}
    while found.get("worktrees") != [str(root) for root in wanted]:
        assert time.monotonic() < deadline, found
        found = daemon_socket.ask(paths, {"do": "status"}, PATIENCE) or {}
        time.sleep(0.02)


def test_where_no_folder_can_be_watched_it_looks_from_time_to_time_and_says_so(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit("one", {"a": "1\n"})
    monkeypatch.setattr(watching, "start", watching.Blind)  # as with too few inotify instances
    monkeypatch.setattr(daemon, "POLL", 0.1)
    paths = Paths(repo.root / ".git")
    running = Thread(target=watch, args=(repo.root,))
    running.start()
    deadline = time.monotonic() + PATIENCE
    while daemon_socket.ask(paths, {"do": "status"}, 1) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        for name in ("one", "two"):
            repo.write(name, "saved\n")
            until_told(paths, name)
        state = daemon_socket.ask(paths, {"do": "status"}, PATIENCE)
    finally:
        daemon_socket.ask(paths, {"do": "stop"}, PATIENCE)
        running.join(PATIENCE)
    assert state
    assert "looked at every 0.1 seconds" in str(state["problem"])


def test_a_daemon_that_could_not_look_does_not_say_that_it_has(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.ok("git-anvcs", "daemon", "start")
    try:
        repo.ok("git-anvcs", "journal", "look")
        index = (repo.root / ".git/index").read_bytes()
        repo.write(".git/index", "no index")
        assert repo.run("git-anvcs", "journal", "look").returncode != 0
        repo.write(".git/index", index)
        repo.ok("git-anvcs", "journal", "look")
    finally:
        repo.run("git-anvcs", "daemon", "stop")


def test_a_large_file_that_grows_is_read_again_only_later(repo: Sandbox) -> None:
    repo.write("log", bytes(3 << 20))
    repo.write("small", "small\n")
    tree = Tree(Repo.discover(repo.root))
    tree.done()
    assert [tree.puts_off(name, 100.0) for name in ("log", "small")] == [False, False]
    assert [tree.puts_off(name, 101.0) for name in ("log", "small")] == [True, False]
    assert tree.due(102.0) == 1.0
    tree.take_put_off(102.0)
    assert tree.paths == set()
    tree.take_put_off(103.0)
    assert tree.paths == {"log"}


def test_ignored_folders_with_tracked_files_are_watched_however_many_there_are(
    repo: Sandbox,
) -> None:
    for number in range(1100):
        (repo.root / f"out{number:04}").mkdir()
        for name in "xy":
            (repo.root / f"out{number:04}" / name).touch()
    repo.write(".gitignore", "out*/\n")
    repo.git("add", "-f", "out1099/x")
    found = list(worktree_folders(Repo.discover(repo.root)))
    assert found == [str(repo.root), str(repo.root / "out1099")]


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux counts what is read")
def test_a_full_look_reads_no_file_that_nobody_touched(repo: Sandbox) -> None:
    repo.commit("one", {"a": "a\n"})
    for number in range(20):
        (repo.root / f"large{number}").write_bytes(os.urandom(300_000))
    rested = max(file.stat().st_ctime_ns for file in repo.root.iterdir()) + 3_500_000_000
    while time.time_ns() < rested:
        time.sleep(0.1)
    untouched = Untouched()
    with opened(Repo.discover(repo.root), look=False) as here:
        look = Look(untouched=untouched)
        assert len(observe(here.repo, here.journal, here.texts, look)) == 21  # and HEAD
        (repo.root / "large7").write_bytes(b"another\n")
        before = read_by_now()
        [entry] = observe(here.repo, here.journal, here.texts, look)
        assert entry.op.path == "large7"
        assert read_by_now() - before < 1_000_000


def read_by_now() -> int:
    """Bytes that this process has read (proc(5))."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_a_newer_version_takes_over_and_an_older_one_does_not(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    paths = Paths(repo.root / ".git")
    repo.ok("git-anvcs", "daemon", "start")
    try:
        first = daemon_socket.ask(paths, {"do": "status"}, PATIENCE)
        older = daemon_socket.ask(paths, {"do": "status", "version": "0.0.9"}, PATIENCE)
        newer = daemon_socket.ask(paths, {"do": "status", "version": "9.0"}, PATIENCE)
        repo.ok("git-anvcs", "daemon", "start")  # while that one ends
        last = daemon_socket.ask(paths, {"do": "status"}, PATIENCE)
    finally:
        repo.ok("git-anvcs", "daemon", "stop")
    assert first
    assert older
    assert newer
    assert last
    assert [first["ends"], older["ends"], newer["ends"], last["ends"]] == [
        False,
        False,
        True,
        False,
    ]
    assert first["pid"] == older["pid"] == newer["pid"] != last["pid"]


def test_a_daemon_that_was_stopped_has_closed_its_files(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    journal = repo.root / ".git/anvcs/journal"
    for _ in range(3):
        repo.ok("git-anvcs", "daemon", "start")
        repo.write("a", f"{time.monotonic()}\n")
        repo.ok("git-anvcs", "journal", "look")
        assert (journal / "journal.db-wal").exists()
        repo.ok("git-anvcs", "daemon", "stop")
        assert not (journal / "journal.db-wal").exists()  # the last who closes it deletes it
        with lock.held(repo.root / ".git/anvcs/locks/daemon", timeout=0):
            pass


def test_who_was_answered_hears_it_though_the_daemon_ends_at_once(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(repo.root / ".git")
    paths.journal.mkdir(parents=True)
    ended = Event()

    def answer(_: object) -> dict[str, object]:
        ended.set()
        return {"said": "x" * (1 << 22)}  # more than a socket holds: it is sent for a while

    server = daemon_socket.Server(paths, answer)
    with socket.socket(socket.AF_UNIX) as line:
        monkeypatch.chdir(paths.journal)  # the path of a socket must be short
        line.connect("daemon.sock")
        line.sendall(b"{}\n")
        assert ended.wait(PATIENCE)
        closing = Thread(target=server.close)
        closing.start()
        with line.makefile("rb") as pipe:
            assert len(pipe.readline()) > 1 << 22
        closing.join(PATIENCE)
    assert not server._answering
