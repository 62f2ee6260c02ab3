"""Fsck tells what is wrong with large files here, in Git and in the stores, and mends it."""

import json
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.blobs.pointer import Pointer, text
from git_anvcs.blobs.store import key_of
from tests.support.blobs import ATTRIBUTES, cache_of, planted, store_at
from tests.support.sandbox import Sandbox
from tests.support.servers.seaweed import ACCESS, SECRET, Seaweed

FILES = {"a.bin": b"abc" * 1000, "b.bin": b"xyz"}


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    """Two large files, committed as pointers."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    planted(made, FILES)
    made.commit("large files")
    return made


def blob(clone: Sandbox, *words: str, code: int = 0) -> Any:
    done = clone.run("git-ai-blob", *words, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def faults(clone: Sandbox, *words: str, code: int = 1) -> list[tuple[str, str, bool]]:
    found = blob(clone, "fsck", *words, code=code)["faults"]
    return sorted((one["kind"], one["path"], one["repaired"]) for one in found)


def pointer_of(clone: Sandbox, path: str) -> Pointer:
    listed = blob(clone, "ls")["files"]
    (row,) = [one for one in listed if one["path"] == path]
    return Pointer(row["oid"], row["size"])


def spoil(file: Path) -> None:
    file.chmod(0o644)
    file.write_bytes(b"?" * file.stat().st_size)


def test_what_is_damaged_or_missing_here_is_fetched_again(clone: Sandbox) -> None:
    assert faults(clone, code=0) == []
    blob(clone, "push")
    damaged, missing = (cache_of(clone).place(pointer_of(clone, path).oid) for path in FILES)
    spoil(damaged)
    missing.unlink()
    assert faults(clone) == [("damaged", "", False), ("missing", "b.bin", False)]
    assert (cache_of(clone).damaged / damaged.name).exists()
    mended = [("missing", "a.bin", True), ("missing", "b.bin", True)]
    assert faults(clone, "--repair", code=0) == mended
    assert cache_of(clone).whole(damaged.name)
    assert faults(clone, code=0) == []


def test_what_no_store_can_give_stays_a_fault(clone: Sandbox) -> None:
    cache_of(clone).place(pointer_of(clone, "b.bin").oid).unlink()
    assert faults(clone, "--repair") == [("missing", "b.bin", False)]


@pytest.mark.parametrize("lost", [True, False])
def test_what_a_store_lost_is_sent_again(clone: Sandbox, lost: bool) -> None:
    blob(clone, "push")
    pointer = pointer_of(clone, "b.bin")
    (kept,) = (clone.base / "mount" / "blobs").rglob(pointer.oid)
    kept.chmod(0o644)
    kept.unlink() if lost else kept.write_bytes(b"another size")
    assert faults(clone, code=0) == []
    found = {kind for kind, _, _ in faults(clone, "--remote")}
    assert found == ({"gone", "in no store"} if lost else {"other"})
    assert all(one[2] for one in faults(clone, "--remote", "--repair", code=0))
    assert kept.read_bytes() == FILES["b.bin"]
    assert faults(clone, "--remote", code=0) == []


def test_a_store_that_is_away_is_no_fault_of_the_files(clone: Sandbox) -> None:
    blob(clone, "push")
    (clone.base / "mount" / "anvcs-blobs").unlink()
    found = blob(clone, "fsck", "--remote", code=5)
    assert found["faults"] == []
    assert len(found["problems"]) == 1


def test_what_git_has_is_what_it_should_be(clone: Sandbox) -> None:
    pointer = text(pointer_of(clone, "b.bin"))
    clone.commit("not canonical", {"crlf.bin": pointer.replace(b"\n", b"\r\n")})
    clone.commit("gone again", {"crlf.bin": b"", "marked.bin": b"<<<<<<< ours\n" + pointer})
    clone.write("big.bin", b"content")
    clone.write("stray.dat", pointer)
    clone.write(".gitattributes", ATTRIBUTES)
    clone.git("add", ".")
    nowhere = Pointer("0" * 64, 9)  # of a file that is not tracked nobody wants the content
    clone.write("other.dat", text(nowhere))
    clone.git("add", ".")
    assert "missing" not in {kind for kind, _, _ in faults(clone)}
    assert faults(clone, "--pointers") == [
        ("content", "big.bin", False),
        ("content", "marked.bin", False),
        ("no pointer", "crlf.bin", False),
        ("no pointer", "marked.bin", False),
        ("stray pointer", "other.dat", False),
        ("stray pointer", "stray.dat", False),
    ]


def test_what_waits_to_be_sent_and_is_gone_is_told(clone: Sandbox) -> None:
    (clone.base / "mount" / "anvcs-blobs").unlink()
    blob(clone, "push", code=5)
    cache_of(clone).place(pointer_of(clone, "b.bin").oid).unlink()
    assert faults(clone) == [("lost job", "", False)]


def test_a_bucket_is_asked_for_versions_marks_and_versioning(
    tmp_path: Path, seaweed: Seaweed
) -> None:
    bucket = seaweed.bucket("fsck")
    clone = Sandbox(
        tmp_path,
        AWS_ACCESS_KEY_ID=ACCESS,
        AWS_SECRET_ACCESS_KEY=SECRET,
        AWS_EC2_METADATA_DISABLED="true",
        ANVCS_STORAGE_MODE="remote",
        ANVCS_STORAGE_PRIMARY="s3",
        ANVCS_ADAPTERS_S3_BUCKET=bucket,
        ANVCS_ADAPTERS_S3_ENDPOINT_URL=seaweed.url,
        ANVCS_ADAPTERS_S3_CREDENTIALS="ambient",
    )
    planted(clone, FILES)
    clone.commit("large files")
    blob(clone, "push")
    assert faults(clone, "--remote", code=0) == []
    marked, gone = (key_of(pointer_of(clone, path).oid) for path in FILES)
    seaweed.client.delete_object(Bucket=bucket, Key=marked)
    listed = seaweed.client.list_object_versions(Bucket=bucket, Prefix=gone)["Versions"]
    for one in listed:
        seaweed.client.delete_object(Bucket=bucket, Key=gone, VersionId=one["VersionId"])
    seaweed.versioning(bucket, "Suspended")
    found = faults(clone, "--remote")
    assert {(kind, path) for kind, path, _ in found} == {
        ("versioning", ""),
        ("other", "a.bin"),
        ("gone", "b.bin"),
        ("in no store", "b.bin"),
    }
    seaweed.versioning(bucket, "Enabled")
    assert all(one[2] for one in faults(clone, "--remote", "--repair", code=0))
    assert faults(clone, "--remote", code=0) == []
