"""Pointers where Git changes line ends: an attribute line without `-text`, core.autocrlf or eol."""

from hashlib import sha256
import os
import shutil

import pytest

from git_anvcs.blobs.pointer import Pointer, text
from git_anvcs.drivers.blob_filter import LARGE
from tests.support.blobs import cache_of, in_git, wire
from tests.support.sandbox import Sandbox

FILES = {"a.bin": b"line\r\nother\n", "late.bin": bytes(range(256)) * (LARGE // 256 + 1)}
BARE = "*.bin filter=ai-blob diff=ai-blob merge=ai-blob"


def pointer_to(content: bytes) -> bytes:
    return text(Pointer(sha256(content).hexdigest(), len(content)))


@pytest.fixture(params=["core.autocrlf=true", "eol=crlf", "text=auto"])
def changing(request: pytest.FixtureRequest, repo: Sandbox) -> Sandbox:
    """A repository whose pointers are CRLF in the worktree."""
    wire(repo)
    word = "" if request.param.startswith("core.") else f" {request.param}"
    repo.git("config", "core.autocrlf", "true" if not word or word == " text=auto" else "false")
    repo.commit("one", {".gitattributes": f"{BARE}{word}\n", **FILES})
    return repo


def test_contents_come_back_where_git_changes_the_ends_of_pointers(changing: Sandbox) -> None:
    repo = changing
    for skip in ("", "1"):
        for name, content in FILES.items():
            assert in_git(repo, name) == pointer_to(content)
            (repo.root / name).unlink()
        repo.git("checkout", "-q", "--", ".", env={"GIT_ANVCS_SKIP_SMUDGE": skip})
        for name, content in FILES.items():
            crlf = pointer_to(content).replace(b"\n", b"\r\n")
            assert (repo.root / name).read_bytes() == (crlf if skip else content)
        assert repo.git("status", "--porcelain") == ""
    for name in FILES:
        os.utime(repo.root / name)
    repo.git("add", "-A")
    assert repo.git("diff", "--cached", "--name-only") == ""
    repo.ok("git-ai-blob", "checkout")
    for name, content in FILES.items():
        assert (repo.root / name).read_bytes() == content
    assert repo.git("status", "--porcelain") == ""


def test_what_is_not_here_stays_a_pointer_with_such_ends_and_never_becomes_a_content(
    changing: Sandbox,
) -> None:
    repo = changing
    shutil.rmtree(cache_of(repo).root)
    for name in FILES:
        (repo.root / name).unlink()
    assert "2 files stay pointers" in repo.run("git", "checkout", "--", ".").stderr
    for name in FILES:
        os.utime(repo.root / name)
    repo.git("add", "-A")
    assert repo.git("diff", "--cached", "--name-only") == ""
    assert not list(cache_of(repo).oids())


def test_where_git_changes_nothing_such_bytes_are_content(repo: Sandbox) -> None:
    wire(repo)
    repo.git("config", "core.autocrlf", "true")
    crlf = pointer_to(b"somewhere else").replace(b"\n", b"\r\n")
    repo.commit("one", {"a.bin": crlf})
    assert in_git(repo, "a.bin") == pointer_to(crlf)
    (repo.root / "a.bin").unlink()
    repo.git("checkout", "-q", "a.bin")
    assert (repo.root / "a.bin").read_bytes() == crlf
