"""A disk that is full, or that nobody may write on: Git goes on, and nothing kept is lost."""

from collections.abc import Iterator
import json
from pathlib import Path
import subprocess
import sys

import pytest

from tests.support.sandbox import Sandbox

SIZE = 6 << 20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for few bytes."""
    place = tmp_path / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def moved_to(repo: Sandbox, place: Path) -> Sandbox:
    """The repository's Git folder lies on that file system from now on."""
    (repo.root / ".git").rename(repo.base / "git")
    repo.ok("cp", "-a", str(repo.base / "git"), str(place / "git"))
    repo.write(".git", f"gitdir: {place}/git\n")
    repo.git("config", "core.worktree", str(repo.root))
    return repo


def fill(place: Path) -> Path:
    """No room is left there."""
    file = place / "filling"
    with file.open("wb", buffering=0) as out:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while out.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return file


def told(repo: Sandbox, name: str, n: str = "-0s") -> str:
    return repo.anvcs("at", n, "--print", name)


def test_a_full_disk_stops_the_journal_loudly_and_it_catches_up(repo: Sandbox, small: Path) -> None:
    repo.commit("one", {"a": "1\n"})
    moved_to(repo, small)
    repo.write("a", "kept\n")
    repo.anvcs("journal", "look")
    filling = fill(small)
    for number in range(40):
        repo.write(f"new{number}", f"{number}\n" * 500)
    refused = repo.run("git-anvcs", "journal", "look")
    assert refused.returncode == 1
    assert "cannot write" in refused.stderr
    shown = repo.run("git-anvcs", "timeline", "--json")
    assert shown.returncode == 0, shown.stderr
    assert "as of the last look" in shown.stderr
    assert told(repo, "a") == "kept\n"
    assert repo.git("--no-optional-locks", "status", "--porcelain").count("\n") == 41  # Git goes on
    assert json.loads(repo.anvcs("journal", "status", "--json"))["problem"]
    filling.unlink()
    repo.anvcs("journal", "look")
    assert told(repo, "new39") == "39\n" * 500
    assert told(repo, "a") == "kept\n"
    assert not json.loads(repo.anvcs("journal", "status", "--json"))["problem"]


def test_a_daemon_goes_on_by_itself_when_there_is_room_again(repo: Sandbox, small: Path) -> None:
    repo.commit("one", {"a": "1\n"})
    moved_to(repo, small)
    repo.anvcs("daemon", "start")
    try:
        repo.write("a", "kept\n")
        repo.anvcs("journal", "look")
        filling = fill(small)
        for number in range(40):
            repo.write(f"new{number}", f"{number}\n" * 500)
        repo.run("git-anvcs", "journal", "look")
        state = json.loads(repo.anvcs("daemon", "status", "--json"))
        assert "cannot write" in state["problem"]
        filling.unlink()
        repo.anvcs("journal", "look")
        assert not json.loads(repo.anvcs("daemon", "status", "--json"))["problem"]
    finally:
        repo.run("git-anvcs", "daemon", "stop")
    assert told(repo, "new7") == "7\n" * 500
    assert "it goes on after: cannot write" in (small / "git/anvcs/logs/journal.log").read_text()


def test_a_limit_on_the_size_of_files_ends_no_look_half_way(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.write("a", "kept\n")
    repo.anvcs("journal", "look")
    before = json.loads(repo.anvcs("journal", "status", "--json"))["operations"]
    for number in range(40):
        repo.write(f"new{number}", "".join(f"{number} {line}\n" for line in range(900)))
    limited = (
        "import resource, os, sys;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({64 << 10},) * 2);"
        "os.execvp(sys.argv[1], sys.argv[1:])"
    )
    refused = repo.run(sys.executable, "-c", limited, "git-anvcs", "journal", "look")
    assert refused.returncode == 1
    assert "cannot write" in refused.stderr
    after = json.loads(repo.anvcs("journal", "status", "--json"))["operations"]
    assert after == before
    repo.anvcs("journal", "look")
    assert told(repo, "new39").startswith("39 0\n")


@pytest.mark.parametrize("clean", [True, False])
def test_readers_answer_where_nothing_may_be_written(
    repo: Sandbox, small: Path, clean: bool
) -> None:
    """clean: the journal was closed; else its last operations are in the write-ahead log alone."""
    repo.commit("one", {"a": "1\n"})
    moved_to(repo, small)
    repo.write("a", "kept\n")
    repo.anvcs("journal", "look")
    if not clean:
        leave = (
            "import sqlite3, os; c = sqlite3.connect('journal.db'); c.execute('BEGIN IMMEDIATE');"
            "c.execute(\"INSERT OR REPLACE INTO about VALUES ('x', 'y')\"); c.execute('COMMIT');"
            "os._exit(0)"
        )
        repo.ok(sys.executable, "-c", leave, cwd=small / "git/anvcs/journal")
        (small / "git/anvcs/journal/journal.db-shm").unlink()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    shown = repo.run("git-anvcs", "timeline", "--json")
    assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["looks"]
    assert told(repo, "a") == "kept\n"
    repo.anvcs("at", "-0s", "--checkout", str(repo.base / "out"))
    assert (repo.base / "out/a").read_text() == "kept\n"
    refused = repo.run("git-anvcs", "undo", "--yes")
    assert refused.returncode == 1
    assert "cannot write" in refused.stderr
