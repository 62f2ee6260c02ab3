"""Undo: what was destroyed comes back, to the byte, and nothing that was done since is touched."""

from pathlib import Path
import time

import pytest

from tests.support.sandbox import Sandbox

Held = dict[str, tuple[str | bytes, int]]


def held(root: Path) -> Held:
    """Every file below `root` but Git's: bytes or link target, and whether it can be executed."""
    found: Held = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.split("/", maxsplit=1)[0] == ".git":
            continue
        if path.is_symlink():
            found[name] = (str(path.readlink()), 0)
        elif path.is_file():
            found[name] = (path.read_bytes(), path.stat().st_mode & 0o111)
    return found


def work(repo: Sandbox) -> Held:
    """Two commits, then edits, new files, a link, a program, a deletion: seen by the journal."""
    repo.commit("one", {"a.py": "one\ntwo\n", "b.txt": "b\n", "dir/c.txt": "c\n"})
    repo.commit("two", {"late.txt": "late\n"})
    repo.ok("git-anvcs", "journal", "look")
    (repo.root / "a.py").write_text("one\ntwo é\nthree\n")
    (repo.root / "new").mkdir()
    (repo.root / "new/windows.txt").write_bytes(b"a\r\nb\r\n")
    (repo.root / "new/latin.txt").write_bytes(b"caf\xe9\n")
    (repo.root / "new/run.sh").write_text("#!/bin/sh\n")
    (repo.root / "new/run.sh").chmod(0o755)
    (repo.root / "data.bin").write_bytes(bytes(range(256)) * 20)
    (repo.root / "empty").write_bytes(b"")
    (repo.root / "line\nbreak").write_text("odd\n")
    (repo.root / "link").symlink_to("nowhere")
    (repo.root / "b.txt").unlink()
    repo.ok("git-anvcs", "journal", "look")
    time.sleep(1.1)  # what is destroyed within a second of an edit may be part of it
    return held(repo.root)


@pytest.mark.story
def test_a_hard_reset_and_a_clean_are_undone_to_the_byte(repo: Sandbox) -> None:
    before = work(repo)
    head = repo.git("rev-parse", "HEAD")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("clean", "-fdxq")
    assert held(repo.root) != before
    said = repo.ok("git-anvcs", "undo", "--yes")
    assert held(repo.root) == before
    assert repo.git("rev-parse", "HEAD") == head
    assert "git anvcs undo --to" in said
    status = repo.git("status", "--porcelain", "-z").split("\0")
    assert {line[:2] for line in status if line} == {" M", " D", "??"}


def test_an_undo_can_be_undone(repo: Sandbox) -> None:
    work(repo)
    repo.git("reset", "-q", "--hard", "HEAD~1")
    destroyed = held(repo.root)
    head = repo.git("rev-parse", "HEAD")
    said = repo.ok("git-anvcs", "undo", "--yes")
    assert held(repo.root) != destroyed
    command = said.rsplit("git anvcs ", 1)[1].replace("'", "").split()
    repo.ok("git-anvcs", *command, "--yes")
    assert held(repo.root) == destroyed
    assert repo.git("rev-parse", "HEAD") == head


def test_what_was_changed_since_stays(repo: Sandbox) -> None:
    before = work(repo)
    repo.git("checkout", "-q", "--", ".")
    repo.ok("git-anvcs", "journal", "look")
    time.sleep(1.1)
    (repo.root / "a.py").write_text("somebody went on here\n")
    done = repo.run("git-anvcs", "undo", "--yes")
    assert done.returncode == 4
    assert "a.py: it was changed again since" in done.stdout
    after = held(repo.root)
    assert after.pop("a.py") == (b"somebody went on here\n", 0)
    before.pop("a.py")
    assert after == before


def test_a_deleted_branch_and_a_dropped_stash_come_back(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.git("switch", "-q", "-c", "topic")
    tip = repo.commit("two", {"b": "2\n"})
    repo.git("switch", "-q", "main")
    (repo.root / "a").write_text("stashed\n")
    repo.git("stash")
    stash = repo.git("rev-parse", "stash@{0}")
    repo.ok("git-anvcs", "journal", "look")
    time.sleep(1.1)
    repo.git("branch", "-D", "topic")
    repo.git("stash", "drop")
    repo.ok("git-anvcs", "journal", "look")
    repo.git("gc", "-q", "--prune=now")
    repo.ok("git-anvcs", "undo", "--yes")
    assert repo.git("rev-parse", "topic").strip() == tip
    assert repo.git("rev-parse", "stash@{0}") == stash


def test_a_commit_is_no_destruction(repo: Sandbox) -> None:
    work(repo)
    repo.git("add", "-A")
    repo.git("commit", "-qm", "all of it")
    done = repo.run("git-anvcs", "undo", "--yes")
    assert done.returncode == 1
    assert "nothing that was destroyed" in done.stderr


def test_nothing_is_written_through_a_link_that_took_a_folders_place(
    repo: Sandbox, tmp_path: Path
) -> None:
    work(repo)
    outside = tmp_path / "outside"
    outside.mkdir()
    for file in (repo.root / "new").iterdir():
        file.unlink()
    (repo.root / "new").rmdir()
    (repo.root / "new").symlink_to(outside)
    done = repo.run("git-anvcs", "undo", "--yes")
    assert done.returncode == 4
    assert list(outside.iterdir()) == []


def test_without_a_terminal_and_yes_nothing_is_changed(repo: Sandbox) -> None:
    work(repo)
    repo.git("checkout", "-q", "--", ".")
    destroyed = held(repo.root)
    done = repo.run("git-anvcs", "undo")
    assert done.returncode == 1
    assert "restores" in done.stdout or "changes" in done.stdout
    assert held(repo.root) == destroyed


def test_where_nothing_was_destroyed_it_says_so(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    done = repo.run("git-anvcs", "undo", "--yes")
    assert done.returncode == 1
    assert "nothing that was destroyed" in done.stderr
