"""What the daemon meets in real worktrees, and must neither miss nor stumble over."""

from collections.abc import Iterator
import json
import os
from pathlib import Path
import shutil
import signal
import socket
import subprocess
import time
from typing import Any

import pytest

from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind
from git_anvcs.kernel.process import alive
from git_anvcs.store.paths import Paths
from tests.support import soak_judge
from tests.support.sandbox import Sandbox

PATIENCE = 30.0


@pytest.fixture
def watched(repo: Sandbox) -> Iterator[Sandbox]:
    """A repository with a history and a daemon."""
    repo.commit("one", {"a.py": "a = 1\n", "src/b.py": "b = 1\n", ".gitignore": "*.log\nout/\n"})
    repo.commit("two", {"src/c.py": "c = 1\n"})
    repo.ok("git-anvcs", "daemon", "start")
    yield repo
    repo.run("git-anvcs", "daemon", "stop")


def until_told(repo: Sandbox, root: Path | None = None) -> None:
    """The journal comes to say what the disk holds; nothing asks the daemon to look."""
    here = Repo.discover(root or repo.root)
    deadline = time.monotonic() + PATIENCE
    while True:
        disk, told = soak_judge.on_disk(here), soak_judge.told(here).state
        if told == disk:
            return
        assert time.monotonic() < deadline, soak_judge.differences(told, disk)
        time.sleep(0.05)


def operations(repo: Sandbox) -> int:
    with Journal(Paths(repo.root / ".git")) as journal:
        return journal.last()


def status(repo: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.ok("git-anvcs", "daemon", "status", "--json"))
    return found


def test_a_worktree_that_goes_and_comes_back_at_once_is_watched(
    watched: Sandbox, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    watched.git("rm", "-q", ".gitignore")  # which would be watched anew for its own sake
    watched.commit("three")
    watched.git("worktree", "add", "-q", "--detach", str(tree))
    until_watched(watched, {watched.root, tree})
    pid = status(watched)["pid"]
    for _ in range(2):
        os.kill(pid, signal.SIGSTOP)  # it hears of all of it at once
        watched.git("worktree", "remove", "-f", str(tree))
        watched.git("worktree", "add", "-q", "--detach", str(tree))
        os.kill(pid, signal.SIGCONT)
        (tree / "new").write_text("saved\n")
        until_told(watched, tree)
        (tree / "new").write_text("saved again\n")
        until_told(watched, tree)


def until_watched(repo: Sandbox, wanted: set[Path]) -> None:
    deadline = time.monotonic() + PATIENCE
    while status(repo)["worktrees"] != [str(root) for root in sorted(wanted, key=_is_linked)]:
        assert time.monotonic() < deadline, status(repo)["worktrees"]
        time.sleep(0.05)


def _is_linked(root: Path) -> bool:
    return (root / ".git").is_file()


def test_saves_of_real_editors_are_kept(watched: Sandbox) -> None:
    root = watched.root
    watched.ok("sed", "-i", "s/1/2/", "a.py", "src/b.py")
    until_told(watched)
    if shutil.which("vim"):
        for change in ("s/2/3/", "s/3/4/"):
            edit = ("vim", "-Nnes", "-u", "NONE", "-c", "set backup writebackup backupcopy=no")
            watched.ok(*edit, "-c", change, "-c", "wq", "a.py")
            until_told(watched)
    with (root / "src/b.py").open("r+") as file:  # in place, as some write
        file.truncate()
        file.write("b = 'shorter'\n")
    until_told(watched)
    with Journal(Paths(root / ".git")) as journal:
        kinds = [e.op.kind.name for e in journal.newest() if e.op.path in ("a.py", "src/b.py")]
    assert set(kinds) == {"EDIT"}  # and none of them was deleted in between


def test_what_is_no_file_stops_nobody(watched: Sandbox) -> None:
    root = watched.root
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(root / "s"))
        (root / "loop").symlink_to("loop")
        (root / "src/up").symlink_to("..")
        (root / "new\nline").write_text("odd\n")
        (root / os.fsdecode(b"latin-\xe9")).write_bytes(b"caf\xe9\n")
        (root / "b").mkdir()
        (root / "b/c").write_text("after all that\n")
        until_told(watched)
    assert not status(watched)["problem"]


def test_a_log_of_two_gigabytes_that_grows_costs_nothing(watched: Sandbox) -> None:
    grows = watched.root / "grows.txt"
    with grows.open("wb") as file:
        file.truncate(2 << 30)
    (watched.root / "a.py").write_text("a = 2\n")
    until_paths(watched, {"a.py", "grows.txt"})
    before = operations(watched)
    for number in range(20):
        with grows.open("ab") as file:
            file.write(b"one line more\n")
        (watched.root / "a.py").write_text(f"a = {number}\n")
    until_told_of(watched, "a.py", len("a = 19\n"))
    with Journal(Paths(watched.root / ".git")) as journal:
        of_log = [e for e in journal.newest() if e.op.path == "grows.txt" and e.n > before]
    assert len(of_log) <= 1
    kept = (watched.root / ".git/anvcs/journal").rglob("*")
    assert sum(file.stat().st_size for file in kept if file.is_file()) < 4 << 20


def until_paths(repo: Sandbox, wanted: set[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with Journal(Paths(repo.root / ".git")) as journal:
            if wanted <= {entry.op.path for entry in journal.newest()}:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until_told_of(repo: Sandbox, path: str, size: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with Journal(Paths(repo.root / ".git")) as journal:
            last = journal.last_of(".", path)
        if last and last.op.size == size:
            return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_ignored_folders_are_not_watched_until_they_are_ignored_no_more(watched: Sandbox) -> None:
    root = watched.root
    begun = status(watched)["folders"]
    for number in range(200):
        (root / f"out/package{number}/lib").mkdir(parents=True)
        (root / f"out/package{number}/lib/index.js").write_text("generated\n")
    (root / ".git/fsmonitor--daemon/cookies").mkdir(parents=True)  # what Git's own watcher writes
    (root / ".git/fsmonitor--daemon/cookies/1-1").touch()
    (root / "src/b.py").write_text("b = 2\n")
    until_told(watched)
    assert status(watched)["folders"] == begun
    (root / ".gitignore").write_text("*.log\n")
    until_told(watched)
    (root / "out/package7/lib/index.js").write_text("by hand\n")
    until_told(watched)
    (root / "src/x.tmp").write_text("not ignored yet\n")
    until_told(watched)
    (root / ".git/info/exclude").write_text("*.tmp\n")
    (root / ".gitignore").write_text("*.log\nout/\n")
    (root / "src/b.py").write_text("b = 3\n")
    until_told(watched)


def test_what_git_moves_is_nobodys_edit(watched: Sandbox) -> None:
    root = watched.root
    (root / "a.py").write_text("a = 'work'\n")
    until_told(watched)
    watched.git("stash", "-q")
    until_told(watched)
    watched.git("stash", "pop", "-q")
    until_told(watched)
    watched.git("mv", "src/b.py", "src/moved.py")
    watched.git("commit", "-q", "-am", "moved")
    watched.git("switch", "-q", "-c", "other", "HEAD~1")
    watched.commit("clash", {"a.py": "a = 'other'\n"})
    watched.run("git", "rebase", "-q", "main")  # stops at a conflict
    until_told(watched)
    watched.git("rebase", "--abort")
    until_told(watched)
    with Journal(Paths(root / ".git")) as journal:
        edits = [e.op.path for e in journal.newest() if e.op.kind in (Kind.EDIT, Kind.BLOB)]
    assert set(edits) <= {"a.py", "src/moved.py"}
    assert "src/c.py" not in edits


def test_repositories_inside_are_left_to_themselves(watched: Sandbox, tmp_path: Path) -> None:
    root = watched.root
    (tmp_path / "other").mkdir()
    inner = Sandbox(tmp_path / "other")
    inner.commit("inner", {"x": "x\n"})
    allowed = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
    watched.git(*allowed, str(inner.root), "sub")
    watched.commit("with a submodule")
    watched.git("clone", "-q", str(inner.root), "nested")
    watched.git("worktree", "add", "-q", "--detach", ".claude/worktrees/agent")
    until_watched(watched, {root, root / ".claude/worktrees/agent"})
    for place in ("sub/x", "nested/x", ".claude/worktrees/agent/a.py", "a.py"):
        (root / place).write_text("changed\n")
    until_told(watched)
    until_told(watched, root / ".claude/worktrees/agent")
    with Journal(Paths(root / ".git")) as journal:
        told = {(e.op.lane, e.op.path) for e in journal.newest() if e.op.kind is Kind.EDIT}
    assert told == {(".", "a.py"), ("worktrees/agent", "a.py")} | {
        pair for pair in told if pair[1] == ".gitmodules"
    }


def test_what_an_overflowing_queue_swallowed_is_found(watched: Sandbox) -> None:
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 50_000:
        pytest.skip("the queue is too large to be filled here")
    root, pid = watched.root, status(watched)["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(most // 2 + 100):  # one after the other, or they would count as one
            (root / "one").touch()
            (root / "two").touch()
        (root / "late/folder").mkdir(parents=True)
        (root / "late/folder/x").write_text("nobody was told\n")
        (root / "src/c.py").write_text("c = 'neither'\n")
    finally:
        os.kill(pid, signal.SIGCONT)
    until_told(watched)
    (root / "late/folder/x").write_text("and it is watched now\n")
    until_told(watched)


def test_who_waits_for_a_daemon_that_dies_looks_itself(watched: Sandbox) -> None:
    pid = status(watched)["pid"]
    os.kill(pid, signal.SIGSTOP)
    (watched.root / "a.py").write_text("a = 'seen all the same'\n")
    argv = ("git-anvcs", "journal", "look")
    with subprocess.Popen(argv, cwd=watched.root, env=watched.env) as waiting:
        deadline = time.monotonic() + PATIENCE
        while not _waits_for_answer(waiting.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        assert waiting.wait(PATIENCE) == 0
    here = Repo.discover(watched.root)
    assert soak_judge.told(here).state == soak_judge.on_disk(here)


def _waits_for_answer(pid: int) -> bool:
    """Whether the process sleeps, with a socket open."""
    try:
        sleeps = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"
        found = [str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return False
    return sleeps and any(one.startswith("socket:") for one in found)


def test_of_many_daemons_one_watches_and_when_it_dies_the_next(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "a\n"})
    argv = ("git-anvcs", "daemon", "run")
    begun: list[subprocess.Popen[bytes]] = []
    try:
        for text in ("b\n", "c\n"):
            # One that waited may take over, or these: those that come too late end.
            begun += [
                subprocess.Popen(argv, cwd=repo.root, env=repo.env, stderr=subprocess.DEVNULL)
                for _ in range(3)
            ]
            (repo.root / "a.py").write_text(text)
            until_told(repo)
            pid = status(repo)["pid"]
            [first] = [one for one in begun if one.pid == pid]
            first.kill()
            first.wait(PATIENCE)
    finally:
        for one in begun:
            one.kill()
            one.wait(PATIENCE)


def test_where_too_few_folders_can_be_watched_it_says_so(repo: Sandbox) -> None:
    repo.commit("one", {f"d{number}/a.py": "a\n" for number in range(40)})
    limited = "echo 12 > /proc/sys/user/max_inotify_watches && exec git-anvcs daemon run"
    argv = ("unshare", "-Ur", "sh", "-c", limited)
    with subprocess.Popen(argv, cwd=repo.root, env=repo.env, stderr=subprocess.DEVNULL) as daemon:
        deadline = time.monotonic() + PATIENCE
        while daemon.poll() is None and repo.run("git-anvcs", "daemon", "status").returncode != 0:
            assert time.monotonic() < deadline
        if daemon.poll() is not None:
            pytest.skip("no user namespace of our own here")
        try:
            (repo.root / "d39/a.py").write_text("b\n")
            repo.ok("git-anvcs", "journal", "look")
            assert "looked at every" in str(status(repo)["problem"])
            here = Repo.discover(repo.root)
            assert soak_judge.told(here).state == soak_judge.on_disk(here)
        finally:
            repo.run("git-anvcs", "daemon", "stop")


def test_a_repository_that_moves_is_kept_where_it_is(watched: Sandbox, tmp_path: Path) -> None:
    (watched.root / "a.py").write_text("a = 'before'\n")
    until_told(watched)
    pid = status(watched)["pid"]
    moved = watched.root.rename(tmp_path / "moved")
    (moved / "a.py").write_text("a = 'after'\n")
    deadline = time.monotonic() + PATIENCE
    while alive(pid):  # it knows another place
        assert time.monotonic() < deadline
        time.sleep(0.02)
    watched.ok("git-anvcs", "daemon", "start", cwd=moved)
    try:
        until_told(watched, moved)
        (moved / "a.py").write_text("a = 'again'\n")
        until_told(watched, moved)
    finally:
        watched.run("git-anvcs", "daemon", "stop", cwd=moved)
        watched.root.mkdir(exist_ok=True)
    with Journal(Paths(moved / ".git")) as journal:
        assert soak_judge.broken(journal) == []


def test_lines_and_filters_are_as_on_the_disk(repo: Sandbox) -> None:
    repo.git("config", "filter.up.clean", "tr a-z A-Z")
    repo.git("config", "filter.up.smudge", "tr A-Z a-z")
    attributes = "*.win text eol=crlf\n*.up filter=up\n*.auto text=auto\n"
    repo.commit("one", {".gitattributes": attributes, "x.win": "a\r\nb\r\n", "x.up": "abc\n"})
    for step in ("edit", "commit", "edit again"):
        if step == "commit":
            repo.commit("two")
        else:
            repo.write("x.win", f"a\r\n{step}\r\n")
            repo.write("x.up", f"lower {step}\n")
            repo.write("new.win", f"{step}\r\nmixed\nends\r\n")
            repo.write("x.auto", f"{step}\r\n")
        repo.ok("git-anvcs", "journal", "look")
        here = Repo.discover(repo.root)
        told, disk = soak_judge.told(here).state, soak_judge.on_disk(here)
        if step == "commit":  # what mixed ends become is Git's, when it writes the file next
            told, disk = ({p: h for p, h in one.items() if p not in ("new.win", "x.auto")}
                          for one in (told, disk))  # fmt: skip
        assert told == disk, soak_judge.differences(told, disk)
