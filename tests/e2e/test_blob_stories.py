"""Large files from one clone to another, with and without a network; only Git's own commands."""

import json
from pathlib import Path

import pytest

from tests.support.blobs import ATTRIBUTES, cache_of, store_at
from tests.support.sandbox import Sandbox
from tests.support.servers.seaweed import Seaweed
from tests.support.wired import INIT

CONTENT = bytes(range(256)) * 300
NOWHERE = "http://127.0.0.1:9"


def wired(base: Path, name: str = "repo", **env: str) -> Sandbox:
    made = Sandbox(base, name=name, **env)
    made.anvcs(*INIT)
    made.write(".gitattributes", ATTRIBUTES)
    return made


def cloned(of: Sandbox, source: Path, name: str) -> Sandbox:
    """A clone whose Git knows our filter from the start; it shares no local store with others."""
    made = Sandbox(of.base, name=name, init=False)
    made.env = {**of.env, "XDG_DATA_HOME": str(of.base / f"data of {name}")}
    included = of.git("config", "include.path").strip()
    made.git("clone", "-q", "-c", f"include.path={included}", str(source), str(made.root),
             cwd=of.base)  # fmt: skip
    made.anvcs(*INIT)
    return made


def bare(box: Sandbox) -> Path:
    path = box.base / "remote.git"
    box.git("init", "-q", "--bare", "-b", "main", str(path))
    box.git("remote", "add", "origin", str(path))
    return path


def test_an_offline_commit_is_pinned_later_and_a_clone_gets_exactly_its_bytes(
    tmp_path: Path, seaweed: Seaweed, aws_home: Path
) -> None:
    box = wired(
        tmp_path,
        AWS_SHARED_CREDENTIALS_FILE=str(aws_home / "credentials"),
        AWS_CONFIG_FILE=str(aws_home / "config"),
        ANVCS_STORAGE_MODE="remote",
        ANVCS_STORAGE_PRIMARY="s3",
        ANVCS_ADAPTERS_S3_BUCKET="versioned",
        ANVCS_ADAPTERS_S3_PREFIX=tmp_path.name,
        ANVCS_ADAPTERS_S3_PROFILE="tests",
        ANVCS_ADAPTERS_S3_ENDPOINT_URL=NOWHERE,
    )
    remote = bare(box)
    commit = box.commit("offline", {"a.bin": CONTENT})
    assert "version_id" not in box.git("cat-file", "blob", "HEAD:a.bin")
    assert box.run("git", "push", "-q", "origin", "main").returncode == 1

    box.env["ANVCS_ADAPTERS_S3_ENDPOINT_URL"] = seaweed.url
    box.anvcs("drain")
    box.git("push", "-q", "origin", "main")
    assert box.git("rev-parse", "HEAD").strip() == commit
    box.ok("git-ai-blob", "push", "origin")  # takes the notes along

    (oid,) = cache_of(box).oids()
    key = f"{tmp_path.name}/sha256/{oid[:2]}/{oid[2:4]}/{oid}"
    seaweed.client.put_object(Bucket="versioned", Key=key, Body=b"somebody else's")
    seaweed.client.delete_object(Bucket="versioned", Key=key)

    fresh = cloned(box, remote, "fresh")
    fresh.run("git-ai-blob", "pull")
    assert (fresh.root / "a.bin").read_bytes() == CONTENT
    assert fresh.git("status", "--porcelain") == ""


def test_a_pinned_commit_is_had_by_the_clone_itself(
    tmp_path: Path, seaweed: Seaweed, aws_home: Path
) -> None:
    box = wired(
        tmp_path,
        AWS_SHARED_CREDENTIALS_FILE=str(aws_home / "credentials"),
        AWS_CONFIG_FILE=str(aws_home / "config"),
        ANVCS_STORAGE_MODE="hybrid",
        ANVCS_STORAGE_PRIMARY="s3",
        ANVCS_STORAGE_FALLBACK="local",
        ANVCS_ADAPTERS_S3_BUCKET="versioned",
        ANVCS_ADAPTERS_S3_PREFIX=tmp_path.name,
        ANVCS_ADAPTERS_S3_PROFILE="tests",
        ANVCS_ADAPTERS_S3_ENDPOINT_URL=seaweed.url,
    )
    remote = bare(box)
    box.commit("online", {"a.bin": CONTENT})
    pointer = box.git("cat-file", "blob", "HEAD:a.bin")
    assert "\nstorage s3\nversion_id " in pointer
    assert box.git("status", "--porcelain") == ""
    box.git("push", "-q", "origin", "main")
    fresh = cloned(box, remote, "fresh")
    assert (fresh.root / "a.bin").read_bytes() == CONTENT
    assert fresh.git("cat-file", "blob", "HEAD:a.bin") == pointer


@pytest.mark.story
def test_without_a_network_everything_goes_on_and_the_rest_follows(tmp_path: Path) -> None:
    mount = tmp_path / "mount"
    box = wired(tmp_path, **store_at(mount, "hybrid"))
    remote = bare(box)
    away = mount / "anvcs-blobs"
    away.unlink()
    box.commit("one", {"a.bin": CONTENT, "plain": "text\n"})
    box.git("switch", "-q", "-c", "side")
    box.commit("two", {"a.bin": CONTENT[::-1], "b.bin": b"more"})
    for _ in range(2):
        box.git("switch", "-q", "main")
        assert (box.root / "a.bin").read_bytes() == CONTENT
        box.git("switch", "-q", "side")
        assert (box.root / "a.bin").read_bytes() == CONTENT[::-1]
    assert box.git("status", "--porcelain") == ""
    box.anvcs("log", "--json")
    box.anvcs("graph", "--json")
    before = box.git("rev-parse", "main", "side")
    waits = json.loads(box.anvcs("status", "--json"))["outbox"]
    assert {"blobs"} == {item["kind"] for item in waits}
    done = box.run("git", "push", "-q", "origin", "main", "side")
    assert (done.returncode, "in no store that others can read" in done.stderr) == (1, True)

    remote_clone = cloned_while_away(box, remote)
    away.touch()
    box.anvcs("drain")
    box.git("push", "-q", "origin", "main", "side")
    assert box.git("rev-parse", "main", "side") == before
    assert json.loads(box.anvcs("status", "--json"))["outbox"] == []

    remote_clone.git("fetch", "-q")
    remote_clone.git("switch", "-q", "side")
    assert (remote_clone.root / "b.bin").read_bytes() == b"more"


def cloned_while_away(box: Sandbox, remote: Path) -> Sandbox:
    """A clone of commits that were pushed past the hook: it has pointers, and `pull` says why."""
    box.git("push", "-q", "--no-verify", "origin", "main")
    made = cloned(box, remote, "other")
    assert (made.root / "a.bin").read_bytes().startswith(b"version anvcs-blob/1\n")
    assert made.git("status", "--porcelain") == ""
    assert made.run("git-ai-blob", "pull").returncode == 5
    return made


def test_a_clone_made_while_the_store_was_away_is_filled_by_pull(tmp_path: Path) -> None:
    box = wired(tmp_path, **store_at(tmp_path / "mount"))
    remote = bare(box)
    box.commit("one", {"a.bin": CONTENT, "sub/b.bin": b"more"})
    box.git("push", "-q", "origin", "main")
    (tmp_path / "mount" / "anvcs-blobs").unlink()
    made = cloned(box, remote, "other")
    assert (made.root / "a.bin").read_bytes().startswith(b"version anvcs-blob/1\n")
    (tmp_path / "mount" / "anvcs-blobs").touch()
    made.ok("git-ai-blob", "pull")
    assert (made.root / "a.bin").read_bytes() == CONTENT
    assert (made.root / "sub/b.bin").read_bytes() == b"more"
    assert made.git("status", "--porcelain") == ""
