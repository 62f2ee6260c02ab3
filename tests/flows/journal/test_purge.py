"""A secret that was saved once leaves every file of the journal; the rest is as it was."""

from collections.abc import Iterator
import json
from pathlib import Path
import zlib

import pytest

from git_anvcs.flows.journal.opened import opened
from git_anvcs.git.repo import Repo
from git_anvcs.journal import freezing
from git_anvcs.store import pages, zstd
from git_anvcs.store.zstd import NotPacked
from tests.support.sandbox import Sandbox

SECRET = b"hunter2-correct-horse"
_FRAME = b"\x28\xb5\x2f\xfd"


def spelled(data: bytes) -> Iterator[bytes]:
    """The bytes of a file, and of what is packed in it."""
    yield data
    for row in pages.records(data) if data[:6] == b"SQLite" else ():
        for value in row.values:
            if isinstance(value, bytes):
                yield value
                yield from unpacked(value)
    yield from unpacked(data)
    at = data.find(_FRAME)
    while at >= 0:
        for end in (len(data), len(data) - 32):
            try:
                yield zstd.unpack(data[at:end], 1 << 28)
            except NotPacked:
                continue
        at = data.find(_FRAME, at + 1)


def unpacked(data: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompressobj().decompress(data)
    except zlib.error:
        return


def holding(*folders: Path) -> list[str]:
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [f.name for f in files if any(SECRET in text for text in spelled(f.read_bytes()))]


def leaked(repo: Sandbox, *, frozen: bool) -> Path:
    """The secret was in a text, typed in two goes, and in a binary; mirrored, sealed, frozen."""
    folder = repo.base / "mirror"
    repo.git("config", "anvcs.journal.mirror", str(folder))
    repo.commit("first", {"a.py": "x = 1\n", "other.txt": "other\n"})
    for text in ("x = 1\ny = 'hunter2-", "x = 1\ny = 'hunter2-correct-horse'\n", "x = 1\nz = 2\n"):
        repo.write("a.py", text)
        repo.write("other.txt", f"other\n{len(text)}\n")
        repo.write("b.bin", b"\0" + (SECRET if "horse" in text else b"harmless"))
        repo.anvcs("journal", "mirror")
    if frozen:
        repo.anvcs("journal", "gc")  # seals
        with opened(Repo.discover(repo.root)) as here:
            assert list(freezing.freeze(here.journal, 1 << 62))
    return folder


@pytest.mark.parametrize("frozen", [False, True])
def test_a_secret_is_in_no_file_any_more(repo: Sandbox, frozen: bool) -> None:
    folder = leaked(repo, frozen=frozen)
    ours = repo.root / ".git/anvcs"
    assert holding(ours)
    assert holding(folder)
    repo.write("secret.txt", SECRET + b"\n")
    told = json.loads(
        repo.anvcs("journal", "purge", "--text-file", "secret.txt", "--dry-run", "--json")
    )
    assert told["present"] == [str(repo.root / "secret.txt")]
    (repo.root / "secret.txt").rename(repo.base / "secret.txt")
    argv = ("journal", "purge", "--text-file", str(repo.base / "secret.txt"))
    assert repo.run("git-anvcs", *argv).returncode == 1  # nobody said yes
    done = json.loads(repo.anvcs(*argv, "--yes", "--json"))
    assert done["purged"]
    assert done["operations"] >= 4
    assert done["in_mirror"] >= 3
    assert holding(ours, folder) == []
    checked = json.loads(repo.anvcs("journal", "fsck", "--full", "--json"))
    assert checked["problems"] == []
    repo.write("a.py", "x = 1\nz = 3\n")
    repo.anvcs("journal", "look")
    assert repo.anvcs("at", "-0s", "--print", "a.py") == "x = 1\nz = 3\n"
    assert repo.anvcs("at", "-0s", "--print", "other.txt") == repo.read("other.txt")
    assert holding(ours, folder) == []


def test_a_path_is_purged_and_what_was_there_before_is_not_told_instead(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n"})
    for text in ("one\n", "two\n"):
        repo.write("a", text)
        repo.write("b", text)
        repo.anvcs("journal", "look")
    middle = json.loads(repo.anvcs("journal", "status", "--json"))["operations"]
    repo.anvcs("journal", "purge", "a", "--yes")
    refused = repo.run("git-anvcs", "at", f"#{middle}", "--print", "a")
    assert refused.returncode == 1
    assert "not to be had" in refused.stderr
    assert repo.anvcs("at", f"#{middle}", "--print", "b") == "two\n"
    assert repo.anvcs("at", "-0s", "--print", "a") == "two\n"  # it is there, and looked at again


def test_what_a_session_did_is_purged(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n"})
    repo.write("a", "by the agent\n")
    repo.anvcs("journal", "look", "--by", "codex:7f3a")
    repo.write("b", "by hand\n")
    repo.anvcs("journal", "look")
    done = json.loads(repo.anvcs("journal", "purge", "--session", "codex:7f3a", "--yes", "--json"))
    assert done["paths"] == ["a"]
    assert repo.run("git-anvcs", "journal", "purge", "--session", "nobody:1").returncode == 1
    assert repo.run("git-anvcs", "journal", "purge").returncode == 2


def test_a_daemon_does_not_write_it_back(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n"})
    repo.anvcs("daemon", "start")
    try:
        repo.write("a", SECRET)
        repo.anvcs("journal", "look")
        repo.write("a", "harmless\n")
        repo.anvcs("journal", "purge", "a", "--yes")
        repo.write("a", "harmless\nmore\n")
        repo.anvcs("journal", "look")
        assert repo.anvcs("at", "-0s", "--print", "a") == "harmless\nmore\n"
        assert json.loads(repo.anvcs("daemon", "status", "--json"))["pid"]
    finally:
        repo.run("git-anvcs", "daemon", "stop")
    assert holding(repo.root / ".git/anvcs") == []


def test_a_mirror_that_is_not_there_is_told(repo: Sandbox) -> None:
    repo.git("config", "anvcs.journal.mirror", str(repo.base / "unplugged"))
    repo.commit("first", {"a.py": "x = 1\n"})
    repo.write("a.py", "x = 2\n")
    done = json.loads(repo.anvcs("journal", "purge", "a.py", "--yes", "--json"))
    assert any("unplugged is not there now" in one for one in done["out_of_reach"])
