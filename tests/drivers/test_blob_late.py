"""Files above 8 MiB: written when Git has hung up, where nobody can see them before."""

from hashlib import sha256
import os
from pathlib import Path
import time

import pytest

from git_anvcs.blobs.contents import identity
from git_anvcs.blobs.ledger import Ledger
from git_anvcs.blobs.pointer import Pointer, text
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import nfs
from git_anvcs.drivers.blob_filter import LARGE
from git_anvcs.flows.blobs.filter_run import TRUSTED_SECONDS
from git_anvcs.git.caller import command_in
from git_anvcs.store.paths import Paths
from tests.support.blobs import cache_of, in_git, store_at, wire
from tests.support.sandbox import Sandbox

HUGE = b"".join(number.to_bytes(8, "big") for number in range(LARGE // 8 + 1))
OTHER = HUGE[::-1]
SMALL = b"small"


def pointer_to(content: bytes) -> bytes:
    return text(Pointer(sha256(content).hexdigest(), len(content)))


@pytest.fixture
def huge(repo: Sandbox) -> Sandbox:
    """HUGE on main, OTHER on the branch `other`."""
    wire(repo)
    repo.commit("one", {"a.bin": HUGE})
    repo.git("switch", "-q", "-c", "other")
    repo.commit("two", {"a.bin": OTHER})
    return repo


def filters_of(repo: Sandbox, *args: str, cwd: Path | None = None) -> int:
    """How often this git starts the filter."""
    done = repo.run("git", *args, env={"GIT_TRACE": "1"}, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stderr.count("git-ai-blob process")


def is_written(
    repo: Sandbox, content: bytes, *, clean: bool = True, cwd: Path | None = None
) -> bool:
    """Whether the content is there and Git knows it without another look.

    clean: what was written late is older than the index, so that Git never looks into it
    """
    whole = ((cwd or repo.root) / "a.bin").read_bytes() == content
    return whole and (not clean or filters_of(repo, "status", "--porcelain", cwd=cwd) == 0)


def test_every_command_that_writes_files_leaves_contents_and_a_clean_index(huge: Sandbox) -> None:
    huge.git("switch", "-q", "main")
    assert is_written(huge, HUGE)
    huge.git("checkout", "-q", "other", "--", "a.bin")
    assert is_written(huge, OTHER)
    huge.git("reset", "-q", "--hard")
    assert is_written(huge, HUGE)
    huge.write("a.bin", SMALL)
    huge.git("-c", "alias.back=-c a.b=c restore", "back", "a.bin")
    assert is_written(huge, HUGE)
    huge.write("a.bin", OTHER)
    huge.git("stash", "-q")
    assert is_written(huge, HUGE)
    huge.git("stash", "pop", "-q")
    assert is_written(huge, OTHER, clean=False)  # it is modified, and Git looks why
    huge.git("reset", "-q", "--hard")
    huge.git("cherry-pick", "other")
    assert is_written(huge, OTHER)
    huge.git("revert", "--no-edit", "HEAD")
    assert is_written(huge, HUGE)
    huge.git("reset", "-q", "--hard", "HEAD~2")
    huge.git("merge", "-q", "other")
    assert is_written(huge, OTHER)
    huge.git("worktree", "add", "-q", "--detach", "../tree", "HEAD~")
    assert is_written(huge, HUGE, cwd=huge.base / "tree")
    assert huge.git("status", "--porcelain") == ""
    assert in_git(huge, "a.bin", "HEAD~") == pointer_to(HUGE)


def test_a_clone_fetches_and_writes_late(huge: Sandbox) -> None:
    folder = huge.base / "store"
    huge.env |= store_at(folder)
    oid = sha256(OTHER).hexdigest()
    nfs.store(folder).upload(cache_of(huge).place(oid), key_of(oid))
    huge.git("clone", "-q", str(huge.root), str(huge.base / "clone"))
    clone = Sandbox(huge.base, name="clone", init=False, **huge.env)
    assert is_written(clone, OTHER)


def test_who_reads_in_between_finds_the_content(huge: Sandbox) -> None:
    hook = huge.root / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nwc -c <a.bin >>seen\n")
    hook.chmod(0o755)
    huge.git("switch", "-q", "main")
    assert huge.read("seen").split() == [str(len(HUGE))]
    hook.unlink()
    huge.git("rebase", "-q", "--exec", "wc -c <a.bin >>seen", "--root", "other")
    assert set(huge.read("seen").split()) == {str(len(HUGE))}
    huge.git("checkout-index", "-f", "--prefix=out/", "a.bin")
    assert len((huge.root / "out/a.bin").read_bytes()) == len(HUGE)


def test_hooks_of_ours_change_nothing(huge: Sandbox) -> None:
    huge.anvcs("init", "--agents", "none", "--yes")
    huge.git("switch", "-q", "main")
    assert is_written(huge, HUGE)


def test_what_cannot_be_written_late_stays_a_pointer_and_is_told(huge: Sandbox) -> None:
    oid = sha256(HUGE).hexdigest()
    place = cache_of(huge).place(oid)
    place.chmod(0o644)
    with place.open("r+b") as file:
        file.write(b"damage")
    done = huge.run("git", "switch", "-q", "main")
    assert done.returncode == 0
    assert "a.bin stays a pointer" in done.stderr
    assert (huge.root / "a.bin").read_bytes() == pointer_to(HUGE)
    assert huge.git("status", "--porcelain") == ""
    assert (cache_of(huge).damaged / oid).exists()


def test_a_content_that_nobody_touched_is_not_counted_again(huge: Sandbox) -> None:
    oid = sha256(HUGE).hexdigest()
    place = cache_of(huge).place(oid)
    damage(place)
    with Ledger(Paths(huge.root / ".git")) as ledger:  # as if it had been counted like this
        ledger.remember_counted({oid: identity(place.stat())}, int(time.time()))
    huge.git("switch", "-q", "main")
    assert is_written(huge, damaged(HUGE))  # which shows that it was not; fsck counts it
    huge.git("switch", "-q", "other")
    with Ledger(Paths(huge.root / ".git")) as ledger:
        week = int(time.time()) - TRUSTED_SECONDS - 1
        ledger.remember_counted({oid: identity(place.stat())}, week)
    assert "a.bin stays a pointer" in huge.run("git", "switch", "-q", "main").stderr
    assert not place.exists()


@pytest.mark.parametrize("way", ["written", "replaced", "writable"])
def test_a_content_that_was_touched_is_counted_again_whatever_its_times_say(
    huge: Sandbox, way: str
) -> None:
    oid = sha256(HUGE).hexdigest()
    place = cache_of(huge).place(oid)
    before = place.stat()
    with Ledger(Paths(huge.root / ".git")) as ledger:
        now = int(time.time())
        assert ledger.was_counted(oid, now - 60, now) == identity(before)
    if way == "replaced":
        other = place.with_name("other")
        other.write_bytes(HUGE)
        damage(other)
        other.replace(place)
    elif way == "written":
        damage(place)
    else:  # while it may be written, nothing is known of it
        damage(place)
        place.chmod(0o644)
        with Ledger(Paths(huge.root / ".git")) as ledger:
            ledger.remember_counted({oid: identity(place.stat())}, now)
    if way != "writable":
        os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
        found = place.stat()
        assert (found.st_size, found.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    done = huge.run("git", "switch", "-q", "main")
    assert "a.bin stays a pointer" in done.stderr
    assert (cache_of(huge).damaged / oid).read_bytes() == damaged(HUGE)


def damaged(content: bytes) -> bytes:
    return b"damage" + content[6:]


def damage(place: Path) -> None:
    """Other bytes, read-only as before."""
    place.chmod(0o644)
    with place.open("r+b") as file:
        file.write(b"damage")
    place.chmod(0o444)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["git", "checkout", "x", ""], "checkout"),
        (["/usr/lib/git-core/git", "-c", "a.b=c", "-C", "checkout", "rebase"], "rebase"),
        (["git", "--git-dir=x", "--no-pager", "reset"], "reset"),
        (["git", "--git-dir", "merge", "stash"], "stash"),
        (["git-merge"], "merge"),
        (["sh", "-c", "checkout"], ""),
        (["git"], ""),
        ([""], ""),
        ([], ""),
    ],
)
def test_the_command_is_told_from_the_words_of_git(words: list[str], command: str) -> None:
    assert command_in(words) == command
