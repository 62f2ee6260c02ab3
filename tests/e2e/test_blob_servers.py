"""Servers that do all wrong, and checkouts that end all the same; live, through Git's own words."""

from collections.abc import Iterator
from hashlib import sha256
import json
import os
from pathlib import Path
import subprocess

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.pointer import Pointer
from tests.support.blobs import bucket_at, cache_of, store_at, wire
from tests.support.sandbox import Sandbox
from tests.support.servers import faulty
from tests.support.servers.faulty import Fault, Relay, answers
from tests.support.servers.seaweed import Seaweed

ELSEWHERE = "http://127.0.0.1:9/versioned/x"
FAULTS: dict[str, Fault] = {
    "trickles": faulty.trickling,
    "hangs-behind-its-head": faulty.hanging(0),
    "hangs-in-the-middle": faulty.hanging(100_000),
    "ends-early": faulty.cut_off(1000),
    "sends-too-much": faulty.of_another_length(5_000_000),
    "sends-too-little": faulty.of_another_length(-7),
    "says-no-length": faulty.without_length,
    "fails": answers(500, "InternalError"),
    "is-busy": answers(503, "SlowDown", Retry_After="3600"),
    "moved": answers(301, "PermanentRedirect", Location=ELSEWHERE),
    "moved-for-now": answers(307, "TemporaryRedirect", Location=ELSEWHERE),
    "has-another-clock": answers(403, "RequestTimeTooSkewed"),
    "knows-nobody": answers(400, "ExpiredToken"),
    "resets": faulty.reset,
}
HUGE = 10**15  # bytes, says a pointer
# Processes at once; 16 say no more than these and take half a minute of processor time.
WRITERS = int(os.environ.get("ANVCS_TEST_WRITERS", "4"))


@pytest.fixture
def relay(seaweed: Seaweed) -> Iterator[Relay]:
    with faulty.before(seaweed.url) as found:
        yield found


def content_of(name: str) -> bytes:
    return name.encode() * (200_000 // len(name))


def oid_of(name: str) -> str:
    return sha256(content_of(name)).hexdigest()


@pytest.mark.waits
def test_a_checkout_ends_whatever_the_server_does_and_the_rest_comes_later(
    tmp_path: Path, relay: Relay, aws_home: Path
) -> None:
    env = bucket_at(relay.url, aws_home, tmp_path.name)
    box = Sandbox(tmp_path, **env, ANVCS_BLOBS_PATIENCE_SECONDS="6")
    wire(box)
    names = [*FAULTS, "well"]
    box.commit("all", {f"{name}.bin": content_of(name) for name in names})
    box.ok("git-ai-blob", "push")
    hostile = pointers.text(Pointer(oid_of("trickles"), HUGE))
    box.write("huge.bin", hostile)
    box.commit("a pointer that says more than anyone could wait for")
    for oid in list(cache_of(box).oids()):
        cache_of(box).place(oid).unlink()
    for path in box.root.glob("*.bin"):
        path.unlink()
    for name, fault in FAULTS.items():
        relay.next(oid_of(name), *[fault] * 40)

    done = box.run("git", "checkout", "-q", "--", ".", timeout=100)

    assert done.returncode == 0
    assert len(done.stderr.splitlines()) <= 4, done.stderr
    assert f"{len(FAULTS) + 1} files stay pointers" in done.stderr
    assert (box.root / "well.bin").read_bytes() == content_of("well")
    assert (box.root / "huge.bin").read_bytes() == hostile
    for name in FAULTS:
        found = pointers.parse((box.root / f"{name}.bin").read_bytes())
        assert found is not None, name
        assert found.oid == oid_of(name)
    assert box.git("status", "--porcelain") == ""

    relay.well()
    box.run("git-ai-blob", "pull")
    for name in names:
        assert (box.root / f"{name}.bin").read_bytes() == content_of(name)
    assert (box.root / "huge.bin").read_bytes() == hostile
    assert box.git("status", "--porcelain") == ""


def test_a_fault_of_one_content_is_a_line_and_not_the_end_of_the_checkout(tmp_path: Path) -> None:
    """A file where a folder has to be: nothing can be fetched, and nobody thought of it."""
    box = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    wire(box)
    box.commit("all", {"a.bin": content_of("a"), "b.bin": content_of("b"), "plain.txt": "text\n"})
    box.ok("git-ai-blob", "push")
    cache = cache_of(box)
    cache.place(oid_of("a")).unlink()
    for name in ("a.bin", "b.bin", "plain.txt"):
        (box.root / name).unlink()
    cache.drafts.rmdir()
    cache.drafts.touch()
    done = box.run("git", "checkout", "-q", "--", ".")
    assert done.returncode == 0
    assert "a.bin stays a pointer" in done.stderr
    assert "drafts" in done.stderr
    assert "Traceback" not in done.stderr
    assert (box.root / "b.bin").read_bytes() == content_of("b")
    assert (box.root / "plain.txt").read_text() == "text\n"
    assert box.git("status", "--porcelain") == ""
    (missing,) = json.loads(box.run("git-ai-blob", "fetch", "--json").stdout)["missing"]
    assert missing["path"] == "a.bin"
    cache.drafts.unlink()
    box.ok("git-ai-blob", "pull")
    assert (box.root / "a.bin").read_bytes() == content_of("a")


def test_of_many_who_add_and_push_the_same_content_at_once_one_sends_it(
    tmp_path: Path, relay: Relay, aws_home: Path
) -> None:
    """Half of them in another clone, which knows nothing of the first: the server decides there."""
    box = Sandbox(tmp_path, **bucket_at(relay.url, aws_home, tmp_path.name))
    wire(box)
    box.commit("first", {"plain.txt": "text\n"})
    box.ok("git-ai-blob", "doctor", "s3")
    other = Sandbox(tmp_path, name="other", init=False)
    other.env = box.env
    box.git("clone", "-q", str(box.root), str(other.root))
    trees = []
    for number in range(WRITERS):
        clone = (box, other)[number % 2]
        tree = tmp_path / f"tree{number}"
        clone.git("worktree", "add", "-q", "-b", f"b{number}", str(tree))
        (tree / "same.bin").write_bytes(content_of("same"))
        trees.append(tree)

    def at_once(*words: str) -> None:
        begun = [
            subprocess.Popen(words, cwd=tree, env=box.env, stderr=subprocess.PIPE) for tree in trees
        ]
        said = [one.communicate(timeout=120)[1] for one in begun]
        assert [one.returncode for one in begun] == [0] * WRITERS, said

    at_once("git", "add", "same.bin")
    for clone in (box, other):
        assert list(cache_of(clone).oids()) == [oid_of("same")]
        assert list(cache_of(clone).drafts.iterdir()) == []
    at_once("git", "-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "x")
    relay.asked.clear()
    at_once("git-ai-blob", "push")
    sent = [one for one in relay.asked if one.method == "PUT" and oid_of("same") in one.target]
    assert 1 <= len(sent) <= 2  # one of each clone, at most
    held = json.loads(box.ok("git-ai-blob", "fsck", "--remote", "--json"))
    assert held["faults"] == []
    found = seaweed_versions(relay, oid_of("same"))
    assert len(found) == 1


def seaweed_versions(relay: Relay, oid: str) -> list[str]:
    from tests.support.servers.seaweed import client

    asking = client(f"http://{relay.upstream}")
    found = asking.list_object_versions(Bucket="versioned").get("Versions", ())
    asking.close()
    return [row["VersionId"] for row in found if oid in row["Key"]]
