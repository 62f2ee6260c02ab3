"""Versions are put, written over, deleted and purged; every old commit still has its bytes."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from tests.e2e.test_blob_stories import bare, cloned, wired
from tests.support.blobs import bucket_at, cache_of
from tests.support.sandbox import Sandbox
from tests.support.servers import faulty, forward_proxy
from tests.support.servers.faulty import Relay
from tests.support.servers.seaweed import Seaweed

VERSIONS = tuple(b"%d" % number + bytes(range(256)) * 40 * number for number in range(1, 4))
LARGE = bytes(range(256)) * 20_000  # written by us at the end, not by Git


class History:
    """Three commits of `a.bin` and one that deletes it, sent to a bucket as they were made."""

    def __init__(self, box: Sandbox, server: Seaweed, prefix: str) -> None:
        self.box, self.prefix, self._client = box, prefix, server.client
        self.remote = bare(box)
        self.commits = {
            box.commit(f"version {number}", {"a.bin": data, "big.bin": LARGE}): data
            for number, data in enumerate(VERSIONS)
        }
        box.git("rm", "-q", "a.bin")
        self.last = box.commit("gone")
        box.git("push", "-q", "origin", "main")

    def pinned(self, commit: str) -> Pointer:
        found = pointers.parse(self.box.git("cat-file", "blob", f"{commit}:a.bin").encode())
        assert found
        assert found.version_id
        return found

    def where(self, data: bytes) -> dict[str, str]:
        key = f"{self.prefix}/{key_of(sha256(data).hexdigest())}"
        return {"Bucket": "versioned", "Key": key}

    def overwrite(self, data: bytes, other: bytes) -> str:
        """Put something else where this content is."""
        return str(self._client.put_object(**self.where(data), Body=other)["VersionId"])

    def delete(self, data: bytes, version_id: str = "") -> str:
        """Hide it behind a delete marker, or purge one version."""
        which = {"VersionId": version_id} if version_id else {}
        return str(self._client.delete_object(**self.where(data), **which).get("VersionId", ""))


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


def test_every_old_commit_has_its_bytes_by_the_version_it_names(
    seaweed: Seaweed, relay: Relay, aws_home: Path, tmp_path: Path
) -> None:
    box = wired(tmp_path, **bucket_at(relay.url, aws_home, tmp_path.name))
    history = History(box, seaweed, tmp_path.name)
    written_over, deleted, purged = VERSIONS
    for data in VERSIONS:
        history.overwrite(data, b"somebody else's")
    history.delete(written_over, history.overwrite(written_over, b"the newest"))
    history.delete(deleted)
    history.delete(purged, history.delete(purged))  # not even the marker stays
    fresh = cloned(box, history.remote, "fresh")
    assert not (fresh.root / "a.bin").exists()
    assert (fresh.root / "big.bin").read_bytes() == LARGE

    for commit, data in history.commits.items():
        relay.asked.clear()
        has(fresh, commit, data)
        assert fetched(relay) == {history.pinned(commit).version_id}
    empty_cache(fresh)
    fresh.git("switch", "-q", "main")
    assert not (fresh.root / "a.bin").exists()

    fresh.env["ANVCS_ADAPTERS_S3_ENDPOINT_URL"] = seaweed.url
    relay.asked.clear()
    with forward_proxy.serving(tmp_path) as proxy:
        fresh.env |= {"HTTP_PROXY": proxy.url, "HTTPS_PROXY": proxy.url}
        for commit, data in reversed(history.commits.items()):
            has(fresh, commit, data)
        assert proxy.heard(" - GET ")
    assert relay.asked == []


def test_a_version_that_was_purged_comes_from_another_or_its_pointer_stays(
    seaweed: Seaweed, aws_home: Path, tmp_path: Path
) -> None:
    box = wired(tmp_path, **bucket_at(seaweed.url, aws_home, tmp_path.name))
    history = History(box, seaweed, tmp_path.name)
    for commit, data in history.commits.items():
        history.overwrite(data, data if data == VERSIONS[0] else b"somebody else's")
        history.delete(data, history.pinned(commit).version_id)
    fresh = cloned(box, history.remote, "fresh")
    again, gone, _ = history.commits
    has(fresh, again, VERSIONS[0])
    said = fresh.run("git", "checkout", "-q", gone)
    assert (said.returncode, "a.bin" in said.stderr) == (0, True), said.stderr
    assert pointers.parse((fresh.root / "a.bin").read_bytes()) == history.pinned(gone)
    assert fresh.git("status", "--porcelain") == ""
    assert fresh.run("git-ai-blob", "pull").returncode == 1
    has(box, gone, VERSIONS[1])  # the clone that made it has it, and can send it again


def has(clone: Sandbox, commit: str, data: bytes) -> None:
    """A plain checkout gives exactly these bytes."""
    clone.git("checkout", "-q", commit)
    assert (clone.root / "a.bin").read_bytes() == data
    assert clone.git("status", "--porcelain") == ""


def empty_cache(clone: Sandbox) -> None:
    cache = cache_of(clone)
    for oid in list(cache.oids()):
        cache.place(oid).unlink()


def fetched(relay: Relay) -> set[str]:
    """The versions of contents that were fetched; `newest` where none was named."""
    asked = [urlsplit(one.target) for one in relay.asked if one.method == "GET"]
    of_contents = [parse_qs(one.query) for one in asked if "/sha256/" in one.path]
    return {one.get("versionId", ["newest"])[0] for one in of_contents}
