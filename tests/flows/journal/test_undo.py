"""Undo: what was destroyed comes back, to the byte, and nothing that was done since is touched."""

import json
import os
from pathlib import Path
import shlex
import shutil
import time

import pytest

from git_anvcs.flows.journal import put_back
from git_anvcs.journal.disk import FILE, PROGRAM
from git_anvcs.journal.history import Content
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
    hint = done.stdout.split("what such a file held: git anvcs ")[1].splitlines()[0]
    assert repo.ok("git-anvcs", *shlex.split(hint), cwd=repo.root / "dir") == "one\ntwo é\nthree\n"
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
    assert "begins only now" in done.stderr
    assert "git fsck --lost-found" in done.stderr
    repo.write("a", "2\n")
    done = repo.run("git-anvcs", "undo", "--yes")
    assert done.returncode == 1
    assert "nothing that was destroyed" in done.stderr


def test_two_disasters_are_undone_one_after_the_other_from_a_folder_inside(repo: Sandbox) -> None:
    first = work(repo)
    repo.git("checkout", "-q", "--", ".")
    repo.ok("git-anvcs", "journal", "look")
    time.sleep(1.1)
    (repo.root / "new/later.txt").write_text("later\n")
    repo.ok("git-anvcs", "journal", "look")
    time.sleep(1.1)
    shutil.rmtree(repo.root / "new")
    inside = repo.root / "dir"
    said = json.loads(repo.ok("git-anvcs", "undo", "--yes", "--json", cwd=inside))
    assert {file["path"] for file in said["files"]} >= {"new/later.txt", "new/run.sh"}
    assert (repo.root / "new/later.txt").read_text() == "later\n"
    repo.ok("git-anvcs", "undo", "--yes", cwd=inside)
    (repo.root / "new/later.txt").unlink()
    assert held(repo.root) == first
    there = json.loads(repo.run("git-anvcs", "undo", "--json", cwd=inside).stdout or "{}")
    assert not there.get("undone")


def test_outside_of_a_repository_it_says_where_to_go(repo: Sandbox) -> None:
    done = repo.run("git-anvcs", "undo", cwd=repo.base)
    assert done.returncode == 2
    assert "git anvcs -C DIR undo" in done.stderr
    assert "--worktree NAME" in done.stderr


def test_names_that_are_no_line_come_back(repo: Sandbox) -> None:
    names = ("a\nb", "Icon\r", "-rf", ":(top)*", "*.py", " x ")
    repo.commit("one", dict.fromkeys(names, "one\n"))
    for name in names:
        repo.write(name, "one\nwork\n")
    repo.ok("git-anvcs", "journal", "look")
    repo.git("checkout", "-q", "--", ".")
    repo.ok("git-anvcs", "undo", "--yes")
    assert [repo.read(name) for name in names] == ["one\nwork\n"] * len(names)


def test_a_branch_and_a_worktree_whose_names_are_no_utf8(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit("one", {"a": "one\n"})
    tree = tmp_path / os.fsdecode(b"tree\xff")
    repo.git("worktree", "add", "-q", "-b", os.fsdecode(b"branch\xff"), str(tree))
    (tree / "a").write_text("work\n")
    repo.ok("git-anvcs", "journal", "look", cwd=tree)
    (tree / "a").unlink()
    repo.ok("git-anvcs", "undo", "--yes", cwd=tree)
    assert (tree / "a").exists()
    head = os.fsencode(repo.git("symbolic-ref", "HEAD", cwd=tree))
    assert head == b"refs/heads/branch\xff\n"  # its first look moved nothing
    assert repo.run("git-anvcs", "undo", "--to", "#1", "--yes", cwd=repo.root).returncode == 2


def test_what_lies_behind_a_link_is_not_of_this_worktree(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit("one", {"src/a.py": "one\n"})
    repo.write("src/a.py", "one\nwork\n")
    repo.ok("git-anvcs", "journal", "look")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.py").write_text("of somebody else\n")
    shutil.rmtree(repo.root / "src")
    (repo.root / "src").symlink_to(outside)
    repo.ok("git-anvcs", "undo", "--yes")
    assert (outside / "a.py").read_text() == "of somebody else\n"
    assert not (repo.root / "src").is_symlink()
    assert repo.read("src/a.py") == "one\nwork\n"


def test_nothing_is_left_in_the_git_folder(repo: Sandbox) -> None:
    repo.commit("one", {"large": bytes(range(256)) * 9000})
    repo.write("large", bytes(range(255)) * 9000)
    repo.ok("git-anvcs", "journal", "look")
    before = sorted((repo.root / ".git").iterdir())
    repo.git("checkout", "-q", "--", ".")
    repo.ok("git-anvcs", "undo", "--yes")
    assert (repo.root / "large").read_bytes() == bytes(range(255)) * 9000
    assert sorted((repo.root / ".git").iterdir()) == before


def test_a_branch_of_another_worktree_is_not_moved(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit("one", {"a": "one\n"})
    tree = tmp_path / "tree"
    repo.git("worktree", "add", "-q", "-b", "topic", str(tree))
    repo.git("commit", "-q", "--allow-empty", "-m", "two", cwd=tree)
    for where in (repo.root, tree):
        repo.ok("git-anvcs", "journal", "look", cwd=where)
    two = repo.git("rev-parse", "topic")
    repo.git("reset", "-q", "--hard", "HEAD~1", cwd=tree)
    assert repo.run("git-anvcs", "undo", "--yes").returncode == 1
    assert repo.git("rev-parse", "topic") != two
    repo.ok("git-anvcs", "undo", "--yes", cwd=tree)
    assert repo.git("rev-parse", "topic") == two
    assert repo.git("status", "--porcelain", cwd=tree) == ""


def test_head_stays_while_a_merge_is_in_progress(repo: Sandbox) -> None:
    repo.commit("one", {"a": "one\n"})
    repo.git("switch", "-q", "-c", "other")
    repo.commit("other", {"a": "other\n"})
    repo.git("switch", "-q", "main")
    repo.commit("two", {"b": "two\n"})
    repo.ok("git-anvcs", "journal", "look")
    head = repo.commit("three", {"a": "three\n"})
    repo.ok("git-anvcs", "journal", "look")
    repo.run("git", "merge", "other")
    done = repo.run("git-anvcs", "undo", "--to", "#1", "--yes")
    assert done.returncode == 4
    assert "a merge is in progress" in done.stdout
    assert repo.git("rev-parse", "HEAD").strip() == head
    assert "UU a" in repo.git("status", "--porcelain")


def test_what_is_staged_stays_staged(repo: Sandbox) -> None:
    repo.commit("one", {"a": "one\n", "b": "b\n"})
    repo.commit("two", {"c": "c\n"})
    repo.write("b", "b\nwork\n")
    repo.ok("git-anvcs", "journal", "look")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.write("c", "only staged\n")
    repo.git("add", "c")
    repo.git("rm", "-q", "--cached", "a")
    repo.write("c", "on disk\n")
    assert repo.run("git-anvcs", "undo", "--yes").returncode == 4
    assert repo.git("show", ":c") == "only staged\n"
    assert repo.git("ls-files") == "b\nc\n"
    assert repo.read("b") == "b\nwork\n"


def test_files_that_git_filters_come_back_as_a_checkout_writes_them(repo: Sandbox) -> None:
    repo.git("config", "filter.long.clean", "sed s/longer//")
    repo.git("config", "filter.long.smudge", "sed s/^/longer/")
    files = {
        ".gitattributes": "*.txt eol=crlf\n*.long filter=long\n",
        "a.txt": "a\r\nb\r\n",
        "b.txt": "c\r\nd\r\n",
        "c.long": "longerc\n",
        "odd\n.txt": "e\r\n",
        "plain": "p\n",
    }
    repo.commit("one", files)
    repo.commit("two", {"plain": "q\n"})
    repo.ok("git-anvcs", "journal", "look")
    before = held(repo.root)
    repo.git("rm", "-q", "*.txt", "*.long")
    repo.commit("three")
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.git("rm", "-q", "plain")
    repo.run("git-anvcs", "undo", "--to", "#1", "--yes")
    assert held(repo.root) == before


@pytest.mark.parametrize(
    ("now", "mode", "then"),
    [
        (0o600, FILE, 0o600),
        (0o600, PROGRAM, 0o700),
        (0o755, FILE, 0o644),
        (0o640, PROGRAM, 0o750),
    ],
)
def test_who_may_read_a_file_stays_so_when_it_is_put_back(
    tmp_path: Path, now: int, mode: int, then: int
) -> None:
    (tmp_path / "secret").write_text("now\n")
    (tmp_path / "secret").chmod(now)
    put_back.write(tmp_path, "secret", Content(mode, b"then\n"))
    assert (tmp_path / "secret").read_text() == "then\n"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == then


def test_what_somebody_wrote_over_and_gave_to_git_at_once_is_no_loss(repo: Sandbox) -> None:
    repo.commit("one", {"a": "0\n", "b": "0\n"})
    repo.anvcs("journal", "look")
    for name in "ab":
        repo.write(name, "1\n")
    repo.anvcs("journal", "look")
    repo.write("a", "2\n")
    repo.git("commit", "-qm", "two", "a")
    repo.write("b", "2\n")
    repo.git("add", "b")
    done = repo.run("git-anvcs", "undo", "--dry-run")
    assert (done.returncode, "nothing that was destroyed" in done.stderr) == (1, True)
    repo.git("checkout", "-q", "HEAD~1", "--", "a", "b")  # blobs that were there before
    repo.anvcs("undo", "--yes")
    assert (repo.read("a"), repo.read("b")) == ("2\n", "2\n")


def test_head_stays_where_a_rebase_has_it(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.commit("two", {"a": "2\n"})
    repo.git("checkout", "-q", "-b", "topic", "HEAD~1")
    tip = repo.commit("three", {"a": "3\n"})
    repo.anvcs("journal", "look")
    assert repo.run("git", "rebase", "-q", "main").returncode == 1
    done = repo.run("git-anvcs", "undo", "--to", "#1", "--yes")
    assert (done.returncode, "HEAD: a rebase is in progress" in done.stdout) == (4, True)
    assert repo.run("git", "symbolic-ref", "-q", "HEAD").returncode == 1
    repo.git("rebase", "--abort")
    assert repo.git("rev-parse", "topic").strip() == tip


def test_what_could_not_be_put_back_is_still_lost(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.write("mine", "mine\n")
    repo.anvcs("journal", "look")
    (repo.root / "mine").unlink()
    os.mkfifo(repo.root / "mine")
    assert repo.run("git-anvcs", "undo", "--yes").returncode == 4
    (repo.root / "mine").unlink()
    repo.anvcs("undo", "--yes")
    assert repo.read("mine") == "mine\n"
    assert repo.run("git-anvcs", "undo", "--yes").returncode == 1
