"""The commands that move large files, as a person starts them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.pointer import Pointer
from tests.support.blobs import cache_of, planted, store_at
from tests.support.sandbox import Sandbox

FILES = {"a.bin": b"abc" * 1000, "sub/b.bin": b"xyz"}


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    """Two large files, committed as pointers, their contents in the cache only."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    planted(made, FILES)
    made.commit("large files")
    return made


def blob(clone: Sandbox, *words: str, code: int = 0, cwd: Path | None = None) -> Any:
    done = clone.run("git-ai-blob", *words, "--json", cwd=cwd)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def oid_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def without_cache(clone: Sandbox) -> None:
    cache = cache_of(clone)
    for oid in list(cache.oids()):
        cache.place(oid).unlink()


def test_push_sends_what_commits_have_once(clone: Sandbox) -> None:
    assert len(blob(clone, "push", "--dry-run")["jobs"]) == 2
    assert len(blob(clone, "push")["sent"]) == 2
    assert blob(clone, "push", "--all") == {"sent": [], "waiting": [], "notes": {}}


def test_pull_puts_contents_where_pointers_are_and_git_sees_no_change(clone: Sandbox) -> None:
    blob(clone, "push")
    without_cache(clone)
    assert blob(clone, "checkout", code=1)["absent"] == ["a.bin", "sub/b.bin"]
    pulled = blob(clone, "pull", ".", cwd=clone.root / "sub")
    assert pulled["checked_out"] == ["sub/b.bin"]
    assert (clone.root / "sub/b.bin").read_bytes() == b"xyz"
    assert len(blob(clone, "prefetch")["fetched"]) == 1
    assert blob(clone, "checkout")["checked_out"] == ["a.bin"]
    assert (clone.root / "a.bin").read_bytes() == FILES["a.bin"]


def test_pull_that_is_only_tried_says_what_would_come(clone: Sandbox) -> None:
    blob(clone, "push")
    cache_of(clone).place(oid_of(b"xyz")).unlink()
    tried = blob(clone, "pull", "--dry-run")
    assert [row["size"] for row in tried["would_fetch"]] == [3]
    assert sorted(tried["checked_out"]) == ["a.bin", "sub/b.bin"]
    assert (clone.root / "a.bin").read_bytes().startswith(b"version ")


@pytest.mark.parametrize("command", ["pull", "fetch", "checkout", "verify"])
def test_a_slip_in_a_name_is_no_success(clone: Sandbox, command: str) -> None:
    error = blob(clone, command, "no-such/", code=2)["error"]
    assert error["message"] == "Git has no file no-such/"
    clone.commit("small", {"small.txt": "small"})
    blob(clone, command, "small.txt")


def test_a_slip_in_a_remote_is_no_success(clone: Sandbox) -> None:
    assert (
        "there is no remote 'elsewhere'"
        in blob(clone, "push", "elsewhere", code=2)["error"]["message"]
    )
    assert blob(clone, "push", "--frob", code=2)["error"]["exit_code"] == 2
    assert blob(clone, "send-all", code=2)["error"]["exit_code"] == 2


def test_what_no_store_was_asked_for_is_not_called_missing(clone: Sandbox) -> None:
    blob(clone, "push")
    pinned = Pointer(oid_of(b"xyz"), 3, "nfs", "", oid_of(b"xyz"))
    clone.commit("pinned", {"sub/b.bin": pointers.text(pinned)})
    without_cache(clone)
    mount = clone.env.pop("ANVCS_ADAPTERS_NFS_PATH")
    for command in (("pull",), ("verify",), ("fsck", "--remote")):
        done = clone.run("git-ai-blob", *command)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "the store nfs was not asked: adapters.nfs.path is not set" in said
        assert "hint: `git config anvcs.adapters.nfs.path …`" in said
    clone.env["ANVCS_STORAGE_MODE"] = "local"
    done = clone.run("git-ai-blob", "pull")
    assert "is in the store nfs, which is not set up here\n" in done.stderr
    assert "hint: set storage.mode, storage.primary and adapters" in done.stderr
    clone.env.update(ANVCS_STORAGE_MODE="remote", ANVCS_ADAPTERS_NFS_PATH=mount)
    assert len(blob(clone, "pull")["checked_out"]) == 2


def test_a_store_that_is_away_is_told_and_everything_waits(clone: Sandbox) -> None:
    (clone.base / "mount" / "anvcs-blobs").unlink()
    waiting = blob(clone, "push", code=5)["waiting"]
    assert {row["storage"] for row in waiting} == {"nfs"}
    without_cache(clone)
    assert len(blob(clone, "pull", code=5)["missing"]) == 2
    (clone.base / "mount" / "anvcs-blobs").touch()
    pulled = blob(clone, "pull", code=1)
    assert [row["path"] for row in pulled["missing"]] == ["a.bin", "sub/b.bin"]


def test_verify_tells_what_a_store_lost(clone: Sandbox) -> None:
    blob(clone, "push")
    assert all(row["place"] for row in blob(clone, "verify", "--contents")["files"])
    for kept in (clone.base / "mount" / "blobs").rglob("*"):
        if kept.is_file() and kept.stat().st_size == 3:
            kept.unlink()
    gone = [row["path"] for row in blob(clone, "verify", code=1)["files"] if not row["place"]]
    assert gone == ["sub/b.bin"]


def test_staged_pointers_are_pinned_and_commits_are_not(clone: Sandbox) -> None:
    planted(clone, {"new.bin": b"new"})
    clone.git("add", "new.bin")
    blob(clone, "push")
    pinned = blob(clone, "pin", code=1)
    assert pinned["unknown"] == ["new.bin"]  # nobody has sent what no commit has
    clone.commit("new")
    blob(clone, "push")
    assert sorted(blob(clone, "pin")["noted"]) == ["a.bin", "new.bin", "sub/b.bin"]


def test_what_is_no_revision_is_said(clone: Sandbox) -> None:
    done = clone.run("git-ai-blob", "prefetch", "no-such")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such names no commit" in done.stderr
