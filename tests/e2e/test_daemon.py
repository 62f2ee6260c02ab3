"""The daemon: what is saved in any worktree is in the journal, and what Git writes is no edit."""

from collections.abc import Iterator
import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import time

import pytest

from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind
from git_anvcs.kernel.process import alive
from git_anvcs.store.paths import Paths
from tests.flows.journal.test_undo import held
from tests.support.sandbox import Sandbox

PATIENCE = 30.0
ON = {"ANVCS_DAEMON_ENABLED": "true"}


@pytest.fixture
def watched(repo: Sandbox) -> Iterator[Sandbox]:
    """A repository with two commits and a daemon."""
    repo.commit("one", {"src/a.py": "a = 1\n", "b.txt": "b\n", ".gitignore": "*.log\nignored/\n"})
    repo.commit("two", {"src/c.py": "c = 1\n"})
    repo.ok("git-anvcs", "daemon", "start")
    yield repo
    repo.run("git-anvcs", "daemon", "stop")


def entries(repo: Sandbox) -> list[Entry]:
    with Journal(Paths(repo.root / ".git")) as journal:
        return list(journal.newest())[::-1]


def paths_of(found: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.op.kind.name, entry.op.path) for entry in found if entry.op.path]


def until(repo: Sandbox, wanted: set[str]) -> list[Entry]:
    """What the journal holds once it tells of all these paths; nothing asks the daemon to look."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = entries(repo)
        if wanted <= {entry.op.path for entry in found}:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{wanted} not in {paths_of(entries(repo))}")


def test_saves_of_every_kind_are_seen_and_ignored_files_are_not(watched: Sandbox) -> None:
    root = watched.root
    (root / "src/a.py").write_text("a = 2\n")
    (root / "new/deep").mkdir(parents=True)
    (root / "new/deep/x").write_text("x\n")
    (root / "noise.log").write_text("noise\n")
    (root / "ignored").mkdir()
    (root / "ignored/y").write_text("y\n")
    (root / ".b.txt.swp").write_text("b, saved as editors do\n")
    (root / ".b.txt.swp").replace(root / "b.txt")
    found = until(watched, {"src/a.py", "new/deep/x", "b.txt"})
    (root / "new/deep/x").write_text("x, again\n")  # in a folder that was not there at first
    (root / ".b.txt.swp").write_text("b, saved a second time\n")
    (root / ".b.txt.swp").replace(root / "b.txt")
    deadline = time.monotonic() + PATIENCE
    while paths_of(found).count(("EDIT", "b.txt")) < 2 and time.monotonic() < deadline:
        found = entries(watched)
    watched.ok("git-anvcs", "journal", "look")
    told = paths_of(entries(watched))
    assert told.count(("EDIT", "b.txt")) == 2
    assert ("EDIT", "new/deep/x") in told
    assert {path for _, path in told} == {"src/a.py", "new/deep/x", "b.txt"}


@pytest.mark.story
def test_what_an_agent_destroys_comes_back(watched: Sandbox) -> None:
    root = watched.root
    (root / "src/a.py").write_text("a = 'work of an hour'\n")
    (root / "notes").mkdir()
    (root / "notes/plan.md").write_text("# Plan\n")
    until(watched, {"src/a.py", "notes/plan.md"})
    before = held(root)
    time.sleep(1.1)
    watched.git("reset", "-q", "--hard", "HEAD~1")
    watched.git("clean", "-fdxq")
    assert held(root) != before
    watched.ok("git-anvcs", "undo", "--yes")
    assert held(root) == before


def test_what_git_writes_is_no_edit(watched: Sandbox) -> None:
    watched.git("switch", "-q", "-c", "other")
    watched.commit("many", {f"many/{n}.txt": f"{n}\n" for n in range(300)})
    watched.ok("git-anvcs", "journal", "look")
    for branch in ("main", "other", "main"):
        watched.git("switch", "-q", branch)
    watched.git("merge", "-q", "other")
    watched.git("rebase", "-q", "--force-rebase", "HEAD~1")
    watched.ok("git-anvcs", "journal", "look")
    kinds = {entry.op.kind for entry in entries(watched) if not entry.op.path.startswith("many")}
    edits = [e for e in entries(watched) if e.op.path.startswith("many") and e.n > 300]
    assert kinds <= {Kind.GIT}
    assert [e for e in edits if e.op.kind is Kind.EDIT] == []


def test_a_worktree_that_is_added_is_watched(watched: Sandbox, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    watched.git("worktree", "add", "-q", str(tree), "-b", "topic")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = json.loads(watched.ok("git-anvcs", "daemon", "status", "--json"))
        if len(state["worktrees"]) == 2:
            break
        time.sleep(0.02)
    (tree / "b.txt").write_text("there\n")
    found = until(watched, {"b.txt"})
    assert [e.op.lane for e in found if e.op.path == "b.txt"] == ["worktrees/tree"]
    (tree / "b.txt").unlink()
    watched.ok("git-anvcs", "journal", "look", cwd=tree)
    watched.ok("git-anvcs", "undo", "--yes", cwd=tree)
    assert (tree / "b.txt").read_text() == "there\n"


def test_a_commit_is_seen_in_the_worktree_whose_head_it_moves(
    watched: Sandbox, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    watched.git("worktree", "add", "-q", str(tree), "-b", "topic")
    until_lanes(watched, {".", "worktrees/tree"})
    for lane, root in ((".", watched.root), ("worktrees/tree", tree)):
        watched.git("commit", "-q", "--allow-empty", "-m", "here", cwd=root)
        head = watched.git("rev-parse", "HEAD", cwd=root).strip()
        until_head(watched, lane, head)
        other = tree if root == watched.root else watched.root
        branch = watched.git("symbolic-ref", "HEAD", cwd=root).strip()
        watched.git("update-ref", branch, f"{head}~1", cwd=other)  # moved from elsewhere
        until_head(watched, lane, watched.git("rev-parse", "HEAD", cwd=root).strip())


def until_lanes(repo: Sandbox, wanted: set[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while {entry.op.lane for entry in entries(repo)} != wanted:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def until_head(repo: Sandbox, lane: str, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with Journal(Paths(repo.root / ".git")) as journal:
            found = journal.refs(lane)["HEAD"]
        if found == wanted:
            return
        assert time.monotonic() < deadline, f"the journal has {lane} at {found}, not at {wanted}"
        time.sleep(0.02)


def test_one_daemon_a_repository_and_the_next_finds_what_was_missed(watched: Sandbox) -> None:
    state = json.loads(watched.ok("git-anvcs", "daemon", "status", "--json"))
    again = json.loads(watched.ok("git-anvcs", "daemon", "start", "--json"))
    assert again["pid"] == state["pid"]
    second = watched.run("git-anvcs", "daemon", "run")
    assert second.returncode == 1
    assert "another git-anvcs process" in second.stderr
    os.kill(state["pid"], signal.SIGKILL)
    (watched.root / "b.txt").write_text("while nobody looked\n")
    deadline = time.monotonic() + PATIENCE
    while watched.run("git-anvcs", "daemon", "status").returncode == 0:
        assert time.monotonic() < deadline
    watched.ok("git-anvcs", "daemon", "start")
    until(watched, {"b.txt"})


def test_a_lock_that_was_left_behind_does_not_blind_it(watched: Sandbox) -> None:
    lock = watched.root / ".git/index.lock"
    lock.touch()
    os.utime(lock, (1, 1))
    (watched.root / "b.txt").write_text("b, while the lock is there\n")
    until(watched, {"b.txt"})
    lock.unlink()


def test_init_starts_one_and_uninstall_ends_it(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    said = repo.ok("git-anvcs", "init", "--no-daemon", env=ON)
    assert "daemon" not in said
    assert repo.run("git-anvcs", "daemon", "status").returncode == 1
    assert "a daemon keeps" in repo.ok("git-anvcs", "init", "--daemon", env=ON)
    (repo.root / "a").write_text("2\n")
    until(repo, {"a"})
    assert "journal   the daemon" in repo.ok("git-anvcs", "status")
    repo.ok("git-anvcs", "uninstall")
    assert repo.run("git-anvcs", "daemon", "status").returncode == 1
    repo.git("checkout", "-q", "--", "a")
    repo.ok("git-anvcs", "undo", "--yes")
    assert (repo.root / "a").read_text() == "2\n"


def test_it_ends_when_the_repository_goes(watched: Sandbox) -> None:
    pid = json.loads(watched.ok("git-anvcs", "daemon", "status", "--json"))["pid"]
    deadline = time.monotonic() + PATIENCE
    while alive(pid) or watched.root.exists():
        shutil.rmtree(watched.root, ignore_errors=True)
        assert time.monotonic() < deadline
        time.sleep(0.02)
    watched.root.mkdir()


def shell(repo: Sandbox, event: str, command: str) -> None:
    payload = {"session_id": "s", "hook_event_name": event, "cwd": str(repo.root),
               "tool_name": "Bash", "tool_input": {"command": command}}  # fmt: skip
    repo.ok("git-anvcs", "hook", "claude", stdin=json.dumps(payload))


def test_a_dangerous_command_waits_until_all_is_kept_with_or_without_a_daemon(
    repo: Sandbox,
) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.ok("git-anvcs", "init", "--agents", "none")
    for daemon in (False, True):
        if daemon:
            repo.ok("git-anvcs", "daemon", "start")
        (repo.root / "a").write_text(f"work {daemon}\n")
        shell(repo, "PreToolUse", "cd src && git checkout -- .")
        last = entries(repo)[-1]  # written when the hook has ended, asked by nobody else
        assert (last.op.path, last.op.size) == ("a", len(f"work {daemon}\n"))
    repo.ok("git-anvcs", "daemon", "stop")


def test_a_daemon_that_nobody_asked_for_does_not_begin_after_an_uninstall(repo: Sandbox) -> None:
    repo.anvcs("init", "--no-daemon", "--agents", "none")
    repo.commit("one", {"a": "1\n"})
    repo.anvcs("uninstall", "--purge", "--records", "--yes")
    before = {path for path in (repo.root / ".git").rglob("*") if "anvcs" in path.parts}
    assert "not on here" in repo.ok("git-anvcs", "daemon", "run", "--unasked")
    assert {path for path in (repo.root / ".git").rglob("*") if "anvcs" in path.parts} == before


def test_uninstall_waits_for_a_daemon_that_is_just_starting(repo: Sandbox) -> None:
    for turn in range(3):
        repo.anvcs("init", "--no-daemon", "--agents", "none")
        repo.commit("one", {"a": f"{turn}\n"})
        argv = ("git-anvcs", "daemon", "run", "--unasked")
        with subprocess.Popen(argv, cwd=repo.root, env=repo.env, stdout=subprocess.DEVNULL) as one:
            repo.anvcs("uninstall", "--purge", "--records", "--yes")
            assert one.wait(PATIENCE) == 0
        assert repo.git("for-each-ref", "refs/anvcs") == ""
        assert not (repo.root / ".git/anvcs").exists()
