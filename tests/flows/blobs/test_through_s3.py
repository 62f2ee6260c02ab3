"""Large files through a real bucket: sent, fetched in another clone, handed out by an address."""

import json
from pathlib import Path
from urllib.request import urlopen

import pytest

from git_anvcs.blobs import pointer as pointers
from tests.support.blobs import bucket_at, cache_of, planted
from tests.support.sandbox import Sandbox
from tests.support.servers.seaweed import Seaweed

FILES = {"model.bin": b"weights" * 10_000, "sub/other.bin": b"x" * 2000}


@pytest.fixture
def clone(seaweed: Seaweed, aws_home: Path, tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path, **bucket_at(seaweed.url, aws_home, tmp_path.name))
    planted(made, FILES)
    made.commit("large files")
    return made


def test_a_file_is_sent_pinned_fetched_and_handed_out(clone: Sandbox) -> None:
    pushed = json.loads(clone.ok("git-ai-blob", "push", "--json"))
    assert len(pushed["sent"]) == len(FILES)
    cache = cache_of(clone)
    for oid in list(cache.oids()):
        cache.place(oid).unlink()
    clone.ok("git-ai-blob", "pull")
    assert (clone.root / "model.bin").read_bytes() == FILES["model.bin"]
    url = clone.ok("git-ai-blob", "url", "model.bin", "--minutes", "5").strip()
    assert "X-Amz-Expires=300" in url
    assert "versionId=" in url
    with urlopen(url) as answer:  # noqa: S310 - of this machine
        assert answer.read() == FILES["model.bin"]


def test_no_address_is_made_of_what_is_nowhere_or_forbidden(clone: Sandbox) -> None:
    asked = clone.run("git-ai-blob", "url", "sub", "--json")
    assert asked.returncode == 1
    (row,) = json.loads(asked.stdout)["files"]
    assert (row["path"], row["url"]) == ("sub/other.bin", "")
    assert "git-ai-blob push" in row["problem"]["hint"]
    assert clone.run("git-ai-blob", "url", ".gitattributes").returncode == 2
    assert clone.run("git-ai-blob", "url", "sub", "--minutes", "0").returncode == 2
    clone.env["ANVCS_ADAPTERS_S3_USE_PRESIGNED"] = "false"
    assert clone.run("git-ai-blob", "url", "sub").returncode == 3
    assert pointers.parse((clone.root / "model.bin").read_bytes())


def test_who_is_refused_is_not_told_that_there_is_nothing(clone: Sandbox, tmp_path: Path) -> None:
    clone.ok("git-ai-blob", "push")
    keys = tmp_path / "keys"
    keys.write_text("[tests]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n")
    clone.env["AWS_SHARED_CREDENTIALS_FILE"] = str(keys)
    said = clone.run("git-ai-blob", "verify").stdout
    assert "refused: model.bin" in said
    assert "in no store" not in said
    said = clone.run("git-ai-blob", "url", "model.bin").stderr
    assert "403" in said
    assert "no bucket has" not in said


def test_what_the_bucket_holds_packed_is_checked_and_read_as_any_other(
    clone: Sandbox,
) -> None:
    clone.env["ANVCS_BLOBS_COMPRESS"] = "true"
    clone.ok("git-ai-blob", "push")
    cache = cache_of(clone)
    assert not list(cache.drafts.iterdir())
    (asked,) = json.loads(clone.ok("git-ai-blob", "url", "model.bin", "--json"))["files"]
    assert asked["encoding"] == "zstd"
    with urlopen(asked["url"]) as answer:  # noqa: S310 - of this machine
        assert answer.headers["Content-Encoding"] == "zstd"
        assert len(answer.read()) < 1000
    assert "zstd -d" in clone.run("git-ai-blob", "url", "model.bin").stderr
    del clone.env["ANVCS_BLOBS_COMPRESS"]  # who reads need not know
    clone.ok("git-ai-blob", "fsck", "--remote")
    clone.ok("git-ai-blob", "verify", "--contents")
    for oid in list(cache.oids()):
        cache.place(oid).unlink()
    clone.ok("git-ai-blob", "pull")
    assert (clone.root / "model.bin").read_bytes() == FILES["model.bin"]
