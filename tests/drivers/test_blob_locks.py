"""Locks on files that cannot be merged: one clone has it, the others are told."""

import json
from pathlib import Path
import threading
from typing import Any

import pytest

from git_anvcs.blobs.folder_locks import FolderLocks
from git_anvcs.blobs.locks import LONGEST, Locks, decode
from git_anvcs.blobs.s3.locks import BucketLocks
from git_anvcs.blobs.s3.place import Bucket
from git_anvcs.blobs.stores import nfs
from tests.support.blobs import planted, store_at, wire
from tests.support.sandbox import Sandbox
from tests.support.servers.seaweed import Seaweed


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Sandbox, Sandbox]:
    """Two clones of two people, with a store that both can reach."""
    env = store_at(tmp_path / "mount")
    first = Sandbox(tmp_path, **env)
    second = Sandbox(tmp_path, name="second", **{**env, "GIT_AUTHOR_NAME": "Other"})
    return first, second


def blob(clone: Sandbox, *words: str, code: int = 0) -> Any:
    done = clone.run("git-ai-blob", *words, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_one_has_it_and_the_other_is_told(clones: tuple[Sandbox, Sandbox]) -> None:
    first, second = clones
    (taken,) = blob(first, "locks", "take", "art/a.psd")["taken"]
    assert taken["path"] == "art/a.psd"
    (other,) = blob(second, "locks", "take", "art/a.psd", code=1)["others"]
    assert (other["who"], other["ours"]) == ("A U Thor <author@example.com>", False)
    assert blob(first, "locks", "take", "art/a.psd")["taken"]  # it is ours already
    refused = blob(second, "locks", "release", "art/a.psd", code=3)
    assert "A U Thor" in refused["error"]["message"]
    assert blob(second, "locks", "release", "--force", "art/a.psd")["released"]
    assert blob(first, "locks", "list") == blob(first, "locks") == {"locks": []}
    blob(first, "locks", "release", "art/a.psd", code=1)


def test_without_the_store_nothing_is_locked(clones: tuple[Sandbox, Sandbox]) -> None:
    (clones[0].base / "mount" / "anvcs-blobs").unlink()
    for words in (("list",), ("take", "a"), ("release", "a")):
        assert "not mounted" in blob(clones[0], "locks", *words, code=5)["error"]["message"]


@pytest.mark.parametrize("alias", ["ipfs", "s3"])
def test_a_store_that_cannot_lock_says_so(clones: tuple[Sandbox, Sandbox], alias: str) -> None:
    clones[0].env |= {"ANVCS_STORAGE_PRIMARY": alias, "ANVCS_ADAPTERS_S3_BUCKET": "bucket"}
    assert "lock" in blob(clones[0], "locks", "list", code=1)["error"]["message"]


@pytest.mark.parametrize("word", ["../a", "."])
def test_what_is_no_file_here_cannot_be_locked(clones: tuple[Sandbox, Sandbox], word: str) -> None:
    blob(clones[0], "locks", "take", word, code=2)


def test_a_push_warns_of_files_that_others_have_locked(clones: tuple[Sandbox, Sandbox]) -> None:
    first, second = clones
    wire(first)
    planted(first, {"a.bin": b"abc", "b.bin": b"xyz"})
    first.commit("large files")
    blob(second, "locks", "take", "a.bin")
    line = f"refs/heads/x {first.git('rev-parse', 'HEAD').strip()} refs/heads/x {'0' * 40}\n"
    done = first.run("git-ai-blob", "hook", "pre-push", "origin", stdin=line)
    assert done.returncode == 0
    assert "a.bin is locked by Other" in done.stderr
    assert "b.bin" not in done.stderr


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_of_many_one_gets_it(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    kept = locks_of(tmp_path, kind, request)
    got: list[bool] = []
    threads = [
        threading.Thread(target=lambda n=n: got.append(kept.make("name", b"%d" % n)))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]
    found = kept.read("name")
    assert found is not None
    assert list(kept.names()) == ["name"]
    kept.remove("name", found[1])
    assert kept.read("name") is None
    assert kept.make("name", b"again")
    assert kept.read("name") != found


def locks_of(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> Locks:
    if kind == "folder":
        store_at(tmp_path / "mount")
        return FolderLocks(nfs.store(tmp_path / "mount"))
    seaweed: Seaweed = request.getfixturevalue("seaweed")
    return BucketLocks(seaweed.client, Bucket("versioned", prefix=tmp_path.name))


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_of_a_huge_lock_only_its_start_is_read(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    kept = locks_of(tmp_path, kind, request)
    assert kept.make("name", bytes(10 * LONGEST))
    found = kept.read("name")
    assert found is not None
    assert len(found[0]) == LONGEST + 1
    assert decode(*found).who == "somebody"
    kept.remove("name", found[1])
