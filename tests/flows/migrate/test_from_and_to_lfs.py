"""A repository of Git LFS is moved to ours and back: nothing of it is lost, at no commit."""

from collections.abc import Mapping
from hashlib import sha256
import json
from pathlib import Path

import pytest

from git_anvcs.blobs import pointer
from git_anvcs.blobs.pointer import Pointer
from tests.support.blobs import cache_of, wire
from tests.support.lfs_history import LFS, OID, POINTER, History, checkout, needs_lfs, pin, trees
from tests.support.sandbox import Sandbox

pytestmark = needs_lfs


@pytest.mark.parametrize("seed", range(1))
def test_every_tree_comes_back_when_a_history_goes_there_and_back(repo: Sandbox, seed: int) -> None:
    wire(repo)
    History(repo, seed).make(16)
    before = trees(repo)
    refs = repo.git("for-each-ref", "refs/heads", "refs/tags")
    written = {commit: checkout(repo, commit) for commit in before}
    facts = json.loads(repo.ok("git-ai-blob", "migrate", "from-lfs", "--json"))
    assert facts["commits"] == len(before)
    became = _map(repo, facts["number"])
    assert {became[old] for old in before} == set(trees(repo))
    for old, files in written.items():
        now = checkout(repo, became[old])
        assert now.keys() == files.keys()
        left = {path for path in files if now[path] != files[path]}
        assert left <= {*facts["odd"]}
        assert all(now[path][1].startswith(POINTER[:20]) for path in left)
    assert (
        repo.run("git", "grep", "-E", "^[^#].*=lfs", "main", "--", "*.gitattributes").stdout == ""
    )
    assert repo.git("status", "--porcelain", "-uno") == ""
    repo.ok("git-ai-blob", "migrate", "to-lfs")
    assert trees(repo) == before
    assert repo.git("for-each-ref", "refs/heads", "refs/tags") == refs
    assert repo.git("status", "--porcelain", "-uno") == ""
    assert repo.git("lfs", "fsck", "--objects") == "Git LFS fsck OK\n"


def test_pins_come_back_when_ours_goes_to_lfs_and_back(repo: Sandbox) -> None:
    wire(repo)
    repo.git("lfs", "install", "--local", "--skip-repo")
    repo.commit("first", {"a.bin": b"one", "d/b.bin": b"two", "d/c.bin": b"two", "text": "1\n"})
    pin(repo, {"a.bin": "v1"})
    repo.git("checkout", "-q", "-b", "side")
    pin(repo, {"d/b.bin": "v2"})
    repo.git("checkout", "-q", "main")
    repo.commit("edited", {"a.bin": b"three", "text": "2\n"})
    pin(repo, {"a.bin": "v3", "d/b.bin": "v4"})
    repo.git("merge", "-q", "--no-ff", "-X", "ours", "-m", "joined", "side")
    before, refs = trees(repo), repo.git("for-each-ref", "refs/heads")
    assert json.loads(repo.ok("git-ai-blob", "migrate", "to-lfs", "--json"))["pinned"] == 4
    assert "version_id" not in repo.git("cat-file", "blob", "main:a.bin")
    facts = json.loads(repo.ok("git-ai-blob", "migrate", "from-lfs", "--json"))
    assert facts["restored"] == 4
    assert trees(repo) == before
    assert repo.git("for-each-ref", "refs/heads") == refs
    assert repo.git("status", "--porcelain") == ""
    repo.ok("git-ai-blob", "migrate", "to-lfs")
    repo.commit("in LFS", {"a.bin": b"four", "d/e.bin": b"five"})
    repo.ok("git-ai-blob", "migrate", "from-lfs")
    assert repo.git("rev-parse", "main~") == refs.split("\n")[0].split(" ")[0] + "\n"
    assert repo.git("diff", "--name-only", "main~", "main") == "a.bin\nd/e.bin\n"
    assert repo.git("status", "--porcelain") == ""


def _map(repo: Sandbox, number: int) -> dict[str, str]:
    text = (repo.root / f".git/anvcs/blobs/migrate/{number}/commits").read_text()
    return dict(line.split(" ") for line in text.splitlines())


def _place(repo: Sandbox, oid: str) -> Path:
    return repo.root / ".git/lfs/objects" / oid[:2] / oid[2:4] / oid


@pytest.fixture
def small(repo: Sandbox) -> Sandbox:
    """One file in Git LFS, its object here; and a pointer that nobody tracks."""
    wire(repo)
    repo.git("lfs", "install", "--local", "--skip-repo")
    repo.commit(
        "first", {".gitattributes": f"*.bin {LFS}\n", "a.bin": b"content", "p.txt": POINTER}
    )
    return repo


def test_what_git_lfs_does_not_track_stays_when_it_looks_like_a_pointer(small: Sandbox) -> None:
    small.ok("git-ai-blob", "migrate", "from-lfs")
    assert (small.root / "p.txt").read_bytes() == POINTER
    assert not cache_of(small).has(OID)


@pytest.mark.parametrize("damaged", [False, True])
def test_nothing_changes_when_a_content_is_not_here(small: Sandbox, damaged: bool) -> None:
    oid = sha256(b"content").hexdigest()
    _place(small, oid).unlink()
    (small.root / "a.bin").unlink()  # else git-lfs would make the object anew
    small.git("checkout", "--", "a.bin", env={"GIT_LFS_SKIP_SMUDGE": "1"})
    if damaged:
        _place(small, oid).write_bytes(b"c0ntent")
    before = small.git("show-ref")
    done = small.run("git-ai-blob", "migrate", "from-lfs")
    assert (done.returncode, oid[:12] in done.stderr) == (1, True)
    assert small.git("show-ref") == before
    done = small.run("git-ai-blob", "migrate", "from-lfs", "--allow-missing", "--json")
    assert (done.returncode, json.loads(done.stdout)["missing"]) == (4, [oid])
    assert pointer.parse((small.root / "a.bin").read_bytes()) == Pointer(oid, 7)
    assert small.git("status", "--porcelain") == ""
    done = small.run("git-ai-blob", "migrate", "to-lfs", "--allow-missing")
    assert done.returncode == 4
    assert small.git("show-ref", "--heads") == before.splitlines(keepends=True)[0]


def test_an_extension_is_refused_and_an_odd_spelling_is_told(small: Sandbox) -> None:
    tracked = {"odd.bin": POINTER.replace(b"\n", b"\r\n")}
    _commit_raw(small, tracked)
    done = small.run("git-ai-blob", "migrate", "from-lfs", "--dry-run")
    assert "odd.bin: looks like a pointer" in done.stdout
    _commit_raw(
        small, {"ext.bin": POINTER.replace(b"\noid", b"\next-0-x sha256:" + b"0" * 64 + b"\noid")}
    )
    done = small.run("git-ai-blob", "migrate", "from-lfs", "--dry-run")
    assert (done.returncode, done.stderr.count("\n")) == (1, 2)
    assert "extension" in done.stderr


def test_the_filter_is_asked_for_when_git_does_not_know_it(repo: Sandbox) -> None:
    repo.commit("first", {".gitattributes": f"*.bin {LFS}\n", "a.bin": POINTER})
    done = repo.run("git-ai-blob", "migrate", "from-lfs")
    assert (done.returncode, "git anvcs init" in done.stderr) == (2, True)


def _commit_raw(repo: Sandbox, files: Mapping[str, bytes]) -> None:
    """Commit these bytes, whatever the filter would make of them."""
    for name, data in files.items():
        oid = repo.git("hash-object", "-w", "--stdin", "--no-filters", stdin=data).strip()
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{oid},{name}")
    repo.git("commit", "-q", "-m", "raw")
    repo.git("reset", "-q", "--hard", env={"GIT_LFS_SKIP_SMUDGE": "1"})
