"""A checkout that is cut off before its large files are written: it is told, and mended."""

import os
from pathlib import Path
import signal
import sys

import pytest

from git_anvcs.drivers.blob_filter import SKIP
from git_anvcs.store.paths import LISTS
from tests.support import kill_points
from tests.support.blobs import in_git, wire
from tests.support.sandbox import Sandbox

LARGE = bytes(range(256)) * 40_000  # more than 8 MiB
OTHER = LARGE[::-1]
# The filter that ends by a signal as it is about to write its first file.
ENDING = """
import os, signal, sys
sys.path.insert(0, {project!r})
from git_anvcs.blobs import placing
place = placing.place
def end(*how):
    os.kill(os.getpid(), signal.{signal})
    signal.pause()
placing.place = end
sys.argv = ["git-ai-blob", "process"]
from git_anvcs.drivers.blob import main
sys.exit(main())
"""
SAID = "1 file is still a pointer: `git-ai-blob checkout` writes it"


@pytest.fixture
def two(repo: Sandbox) -> Sandbox:
    """LARGE on main, OTHER on the branch `other`, which is checked out."""
    wire(repo)
    repo.commit("one", {"a.bin": LARGE, "b.bin": b"small"})
    repo.git("switch", "-q", "-c", "other")
    repo.commit("two", {"a.bin": OTHER})
    return repo


def lists(repo: Sandbox) -> list[str]:
    return [file.name for file in (repo.root / ".git").iterdir() if file.name.startswith(LISTS)]


def noted(repo: Sandbox, data: bytes, name: str = "1.a") -> Path:
    file = repo.root / ".git" / f"{LISTS}{name}"
    file.write_bytes(data)
    return file


def filtered(repo: Sandbox) -> str:
    """What the next run of the filter says."""
    os.utime(repo.root / "b.bin", (1e9, 1e9))
    return repo.run("git", "add", "b.bin").stderr


def ended(repo: Sandbox, by: signal.Signals) -> str:
    """git switch main, whose filter ends by that signal; what it says."""
    script = repo.base / "ending.py"
    project = str(Path(__file__).parents[2])
    script.write_text(ENDING.format(project=project, signal=by.name))
    process = f"filter.ai-blob.process=exec {sys.executable} -I {script}"
    return repo.run("git", "-c", process, "switch", "-q", "main").stderr


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_who_ends_the_filter_hears_of_it_and_checkout_mends_it(
    two: Sandbox, by: signal.Signals
) -> None:
    said = ended(two, by)
    assert (SAID in said) == (by != signal.SIGKILL), said
    assert (two.root / "a.bin").read_bytes() == in_git(two, "a.bin")
    assert two.git("status", "--porcelain") == ""
    assert len(lists(two)) == 1
    assert SAID in filtered(two)

    two.ok("git-ai-blob", "checkout")

    assert (two.root / "a.bin").read_bytes() == LARGE
    assert lists(two) == []
    assert filtered(two) == ""


def test_git_anvcs_status_names_what_is_not_written(two: Sandbox) -> None:
    two.anvcs("init", "--agents", "none", "--yes")
    two.run("git", "switch", "-q", "main", env={SKIP: "1"})
    assert "1 here but not written; git-ai-blob checkout" in two.anvcs("status")
    two.ok("git-ai-blob", "checkout")
    assert "not written" not in two.anvcs("status")


def test_a_list_that_says_nothing_any_more_goes_away_and_touches_nothing(two: Sandbox) -> None:
    outside = two.base / "outside"
    outside.write_bytes(in_git(two, "a.bin"))
    hostile = [b"../outside", b"/etc/passwd", b".git/config", b"", b"a.bin/x", b"\xff\x1b[31m"]
    for number, data in enumerate([
        b"a.bin\0b.bin\0gone.bin\0",
        b"\0".join([*hostile, str(outside).encode(), b""]),
        os.urandom(4096) + b"\0",
        b"a.bi",
    ]):  # fmt: skip
        noted(two, data, str(number))
    two.write("b.bin", b"changed")
    assert "pointer" not in filtered(two)
    assert lists(two) == []
    assert (two.root / "a.bin").read_bytes() == OTHER
    assert outside.read_bytes() == in_git(two, "a.bin")


def test_what_is_no_list_is_left_alone(two: Sandbox) -> None:
    git = two.root / ".git"
    (git / f"{LISTS}link").symlink_to(git / "config")
    os.mkfifo(git / f"{LISTS}pipe")
    (git / f"{LISTS}folder").mkdir()
    noted(two, b"", "begun")
    before = (git / "config").read_bytes()
    assert filtered(two) == ""
    assert (git / "config").read_bytes() == before
    assert len(lists(two)) == 4


def test_a_pointer_that_the_index_does_not_have_is_not_named(two: Sandbox) -> None:
    two.write("a.bin", in_git(two, "a.bin", "main"))
    noted(two, b"a.bin\0")
    assert "pointer" not in filtered(two)
    assert lists(two) == []


@pytest.mark.skipif(not kill_points.WORKS_HERE, reason="no ptrace(2) we know here")
def test_killed_at_any_write_what_git_calls_clean_is_named(two: Sandbox) -> None:
    words, programs = ["git", "switch", "-q", "-f", "main"], ("git-ai-blob",)
    whole = kill_points.traced(words, two.base, 0, two.env, two.root, programs)
    assert lists(two) == []
    step = int(os.environ.get("ANVCS_TEST_KILL_STEP", "0")) or whole.points // 3
    for kill_at in range(step, whole.points + 1, step):
        two.git("switch", "-q", "-f", "other")
        (two.root / "a.bin").write_bytes(OTHER)
        ended = kill_points.traced(words, two.base, kill_at, two.env, two.root, programs)
        file = two.root / "a.bin"  # Git itself takes it away when the filter dies under it
        if (
            file.exists()
            and file.read_bytes() == in_git(two, "a.bin")
            and not two.git("status", "--porcelain", "a.bin")
        ):
            assert SAID in filtered(two), ended
        two.git("switch", "-q", "-f", "main")
        two.ok("git-ai-blob", "checkout")
        assert (two.root / "a.bin").read_bytes() == LARGE, ended
        begun = [name for name in lists(two) if not (two.root / ".git" / name).stat().st_size]
        assert lists(two) == begun, ended  # killed before it had a path: it goes in a minute
        for name in begun:
            (two.root / ".git" / name).unlink()
