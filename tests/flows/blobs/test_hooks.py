"""Commits pin what they can, pushes go only with what others can read; Git's own commands."""

from contextlib import closing
import json
from pathlib import Path
import shutil
import sqlite3

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.pointer import Pointer
from tests.support.blobs import ATTRIBUTES, planted, store_at
from tests.support.sandbox import Sandbox, hook_folder
from tests.support.wired import wire


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    """A wired repository with a store, and a bare remote beside it."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    wire(made)
    made.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    made.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    return made


def committed(clone: Sandbox, path: str) -> Pointer:
    found = pointers.parse(clone.git("cat-file", "blob", f"HEAD:{path}").encode())
    assert found is not None
    return found


def away(clone: Sandbox, *, back: bool = False) -> None:
    mark = clone.base / "mount" / "anvcs-blobs"
    if back:
        mark.touch()
    else:
        mark.unlink()


@pytest.mark.parametrize(
    "words", [("-m", "x"), ("-a", "-m", "x"), ("-m", "x", "--", "b.bin")], ids=" ".join
)
def test_a_commit_names_the_version_and_the_index_agrees(
    clone: Sandbox, words: tuple[str, ...]
) -> None:
    planted(clone, {"b.bin": b"old", "c.bin": b"other"})
    clone.commit("first")
    made = planted(clone, {"b.bin": b"new", "c.bin": b"newer"})
    if "-a" not in words:
        clone.git("add", "b.bin", "c.bin")
    clone.git("commit", "-q", *words)
    assert committed(clone, "b.bin") == Pointer(made["b.bin"].oid, 3, "nfs", "", made["b.bin"].oid)
    index = clone.git("ls-files", "-s", "b.bin").split()[1]
    assert index == clone.git("rev-parse", "HEAD:b.bin").strip()
    assert clone.git("diff", "--cached", "--name-only") == ("c.bin\n" if "--" in words else "")


def test_files_of_one_content_are_all_pinned_by_a_commit_of_paths(clone: Sandbox) -> None:
    planted(clone, {"b.bin": b"old", "c.bin": b"old"})
    clone.commit("first")
    clone.write("b.bin", "new")
    clone.write("c.bin", "new")
    clone.git("commit", "-q", "-m", "x", "--", "b.bin", "c.bin")
    assert clone.git("status", "--porcelain") == ""
    for path in ("b.bin", "c.bin"):
        assert committed(clone, path).storage == "nfs"
        assert clone.git("rev-parse", f":{path}") == clone.git("rev-parse", f"HEAD:{path}")


def test_a_worktree_may_lie_where_nothing_leads_back(clone: Sandbox) -> None:
    away_from = clone.base / "elsewhere"
    away_from.mkdir()
    clone.git("config", "core.worktree", str(away_from))
    for name in (".gitattributes", "b.bin"):
        planted(clone, {"b.bin": b"new"})
        (clone.root / name).rename(away_from / name)
    clone.commit("first")
    assert committed(clone, "b.bin").storage == "nfs"
    clone.git("push", "-q", "origin", "main")


def test_a_commit_goes_on_while_the_store_is_away_and_is_never_changed(clone: Sandbox) -> None:
    made = planted(clone, {"b.bin": b"new"})["b.bin"]
    away(clone)
    clone.git("add", "-A")
    done = clone.run("git", "commit", "-q", "-m", "offline")
    assert done.returncode == 0
    assert "1 large file committed and not yet sent" in done.stderr
    assert committed(clone, "b.bin") == made
    before = clone.git("rev-parse", "HEAD")
    status = clone.anvcs("status", "--json")
    assert '"kind": "blobs"' in status
    away(clone, back=True)
    clone.anvcs("drain")
    assert '"kind": "blobs"' not in clone.anvcs("status", "--json")
    assert clone.git("rev-parse", "HEAD") == before
    blob = clone.git("rev-parse", "HEAD:b.bin").strip()
    assert made.oid in clone.git("notes", "--ref=anvcs-blobs", "show", blob)


def test_a_push_is_refused_until_others_can_read_its_files(clone: Sandbox) -> None:
    away(clone)
    planted(clone, {"b.bin": b"new", "dir/c.bin": b"more"})
    clone.commit("offline")
    done = clone.run("git", "push", "-q", "origin", "main")
    assert done.returncode == 1
    assert "2 large files of these commits are in no store that others can read" in done.stderr
    assert "dir/c.bin (4 bytes)" in done.stderr
    assert "--no-verify" in done.stderr
    assert clone.git("ls-remote", "origin") == ""
    away(clone, back=True)
    clone.git("push", "-q", "origin", "main")
    assert "refs/heads/main" in clone.git("ls-remote", "origin")
    done = clone.run("git-ai-blob", "verify")
    assert done.returncode == 0, done.stdout


def test_a_push_brings_what_a_replacement_hides(clone: Sandbox) -> None:
    """Git sends the commits as they are stored, whatever stands in for them here."""
    clone.commit("first", {"a.txt": "x"})
    made = planted(clone, {"b.bin": b"new"})
    clone.git("add", "-A")
    clone.git("commit", "-q", "--no-verify", "-m", "large")
    clone.git("replace", "HEAD", "HEAD~1")
    clone.git("push", "-q", "origin", "main")
    oid = made["b.bin"].oid
    assert (clone.base / f"mount/blobs/sha256/{oid[:2]}/{oid[2:4]}/{oid}").read_bytes() == b"new"


def test_a_push_past_the_hook_stays_possible(clone: Sandbox) -> None:
    away(clone)
    planted(clone, {"b.bin": b"new"})
    clone.commit("offline")
    assert clone.run("git-anvcs", "push", "origin", "main").returncode != 0
    clone.git("push", "-q", "--no-verify", "origin", "main")
    assert "refs/heads/main" in clone.git("ls-remote", "origin")


def test_what_another_remote_has_holds_no_push_up(clone: Sandbox) -> None:
    away(clone)
    planted(clone, {"b.bin": b"lost"})
    clone.commit("offline")
    clone.git("push", "-q", "--no-verify", "origin", "main")
    fork = clone.base / "fork.git"
    clone.git("init", "-q", "--bare", "-b", "main", str(fork))
    clone.commit("small", {"a": "1"})
    clone.git("push", "-q", str(fork), "main", "main:other")
    planted(clone, {"c.bin": b"new"})
    clone.commit("offline again")
    done = clone.run("git", "push", "-q", str(fork), "main")
    assert (done.returncode, "c.bin" in done.stderr, "b.bin" in done.stderr) == (1, True, False)
    clone.git("push", "-q", str(fork), ":other")


def test_text_like_a_pointer_in_any_other_file_stops_no_push(clone: Sandbox) -> None:
    planted(clone, {"b.bin": b"new"})
    clone.write("example.txt", pointers.text(Pointer("f" * 64, 5)))
    clone.commit("both")
    clone.git("push", "-q", "origin", "main")


def programs(clone: Sandbox, script: str) -> Path:
    """A folder in which the hooks look for our programs; they are this script."""
    folder = clone.base / "programs"
    folder.mkdir()
    for name in ("git-anvcs", "git-ai-blob"):
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    for event in ("pre-commit", "post-commit", "pre-push"):
        hook = hook_folder(clone.root) / event
        lines = hook.read_text().splitlines()
        program = f"anvcs_program={folder}/git-anvcs"
        hook.write_text("".join(
            f"{program if line.startswith('anvcs_program=') else line}\n" for line in lines
        ))  # fmt: skip
    return folder


FAULTS = {
    "its own fault": "#!/bin/sh\nexit 70\n",
    "killed": "#!/bin/sh\nkill -9 $$\n",
    "no interpreter": "#!/nowhere/python\n",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_look_that_does_not_end_lets_no_pointer_out(clone: Sandbox, fault: str) -> None:
    clone.commit("a large file", {".gitattributes": ATTRIBUTES, "b.bin": "new"})
    programs(clone, FAULTS[fault])
    done = clone.run("git", "push", "-q", "origin", "main")
    assert done.returncode == 1
    assert "may have large files" in done.stderr
    assert "`git push --no-verify`" in done.stderr
    assert clone.git("ls-remote", "origin") == ""
    clone.git("push", "-q", "--no-verify", "origin", "main")
    clone.commit("small", {"a": "1"})
    clone.git("push", "-q", "origin", "main")
    clone.git("push", "-q", "origin", "main:other")
    clone.git("push", "-q", "origin", ":other")
    (clone.base / "programs/git-ai-blob").unlink()
    clone.commit("another", {"b.bin": "newer"})
    clone.git("push", "-q", "origin", "main")  # nothing of ours is installed: plain Git


@pytest.mark.parametrize("damage", ["no database", "no file"])
def test_a_broken_ledger_lets_no_pointer_out(clone: Sandbox, damage: str) -> None:
    planted(clone, {"b.bin": b"new"})
    clone.commit("a large file")
    for file in (clone.root / ".git/anvcs/blobs").glob("ledger.db*"):
        file.unlink()
    ledger = clone.root / ".git/anvcs/blobs/ledger.db"
    if damage == "no file":
        ledger.mkdir()
    else:
        ledger.write_bytes(b"x" * 8192)
    done = clone.run("git", "push", "-q", "origin", "main")
    assert done.returncode == 1
    assert "not pushed" in done.stderr
    assert clone.git("ls-remote", "origin") == ""


@pytest.mark.parametrize("damage", ["random", "newer"])
def test_a_ledger_that_cannot_be_used_makes_no_file_modified(clone: Sandbox, damage: str) -> None:
    planted(clone, {"b.bin": b"new"})
    clone.commit("large")
    assert committed(clone, "b.bin").pinned
    ledger = clone.root / ".git/anvcs/blobs/ledger.db"
    if damage == "newer":
        with closing(sqlite3.connect(ledger)) as base:
            base.execute("PRAGMA user_version = 99")
    else:
        ledger.write_bytes(bytes(range(256)) * 20)
    clone.write("b.bin", "new")
    done = clone.run("git", "hash-object", "b.bin")  # status may ask twice, and believe the second
    assert done.stdout == clone.git("rev-parse", "HEAD:b.bin")
    assert "ledger.db" in done.stderr


def test_the_name_of_a_branch_need_not_be_text(clone: Sandbox) -> None:
    planted(clone, {"b.bin": b"new"})
    clone.commit("a large file")
    clone.git("branch", "caf\udce9")
    clone.git("push", "-q", "origin", "caf\udce9", env={"LC_ALL": "en_US.UTF-8"})


def test_a_repository_without_large_files_starts_nothing(clone: Sandbox) -> None:
    folder = programs(clone, '#!/bin/sh\necho "$@" >>"$0.started"\n')
    clone.commit("small", {"a": "1"})
    clone.git("push", "-q", "origin", "main")
    assert not (folder / "git-ai-blob.started").exists()
    (clone.root / ".git/anvcs/blobs").mkdir()
    clone.commit("small again", {"a": "2"})
    assert (folder / "git-ai-blob.started").read_text() == "hook --git-dir .git pre-commit\n"


def test_purging_the_records_takes_the_notes_of_large_files_too(clone: Sandbox) -> None:
    planted(clone, {"b.bin": b"new"})
    clone.commit("one")
    assert "refs/notes/anvcs-blobs" in clone.git("for-each-ref")
    clone.anvcs("uninstall", "--purge", "--records", "--yes")
    assert clone.git("for-each-ref", "refs/notes", "refs/anvcs") == ""


RAW = ("-c", "filter.ai-blob.process=", "-c", "filter.ai-blob.required=false")


def test_a_content_where_a_pointer_should_be_is_told_and_stops_nothing(clone: Sandbox) -> None:
    planted(clone, {"b.bin": b"old"})
    clone.commit("first")
    clone.write("raw.bin", b"raw" * 999)
    clone.write("text", "any")
    clone.git(*RAW, "add", "raw.bin", "text")
    done = clone.run("git", "commit", "-q", "-m", "raw")
    assert done.returncode == 0
    assert done.stderr.count("warning: raw.bin: the content goes into Git's history") == 1
    pushed = clone.run("git", "push", "-q", "origin", "main")
    assert pushed.returncode == 0
    assert pushed.stderr.count("warning: raw.bin: the content") == 1
    clone.git("add", "--renormalize", ".")
    clone.commit("mended")
    assert "warning" not in clone.run("git", "push", "-q", "origin", "main").stderr
    assert committed(clone, "raw.bin").size == 2997


def started(clone: Sandbox, *words: str) -> list[str]:
    """The git commands that a program starts."""
    trace = clone.base / "trace"
    trace.unlink(missing_ok=True)
    done = clone.run(*words, env={"GIT_TRACE2_EVENT": str(trace)})
    assert done.returncode == 0, done.stderr
    events = map(json.loads, trace.read_text().splitlines())
    return [one["name"] for one in events if one["event"] == "cmd_name"]


def test_who_tracks_nothing_is_asked_for_no_attributes(clone: Sandbox) -> None:
    (clone.root / ".git/anvcs/blobs").mkdir(parents=True)
    clone.commit("first", {"text": "any"})
    clone.write("text", "other")
    clone.git("add", "text")
    hook = ("git-ai-blob", "hook", "pre-commit")
    plain = started(clone, *hook)
    assert "check-attr" not in plain
    clone.write(".gitattributes", ATTRIBUTES)
    asked = started(clone, *hook)
    assert sorted(asked) == sorted([*plain, "check-attr"])


def test_a_commit_has_its_contents_on_the_disk_before_it_has_a_name(clone: Sandbox) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not here")
    planted(clone, {"b.bin": b"old"})
    clone.commit("first")
    (clone.root / "b.bin").write_bytes(b"new content")
    log = clone.base / "strace"
    names = "fsync,rename,renameat,renameat2,link,linkat"
    done = clone.run(
        "strace", "-f", "-y", "-o", str(log), "-e", names, "git", "commit", "-qam", "x"
    )
    if "ptrace" in done.stderr.lower():
        pytest.skip("strace is not let")
    assert done.returncode == 0, done.stderr
    lines = log.read_text(errors="replace").splitlines()
    oid = committed(clone, "b.bin").oid
    kept = next(n for n, one in enumerate(lines) if "fsync(" in one and oid in one)
    named = next(
        n for n, one in enumerate(lines) if "refs/heads/main.lock" in one and "rename" in one
    )
    assert kept < named
