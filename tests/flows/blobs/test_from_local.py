"""Contents that stayed on this machine at first: what they take there, and how others get them."""

import json
from pathlib import Path

import pytest

from git_anvcs.blobs import copying
from git_anvcs.blobs import pointer as pointers
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.git.repo import Repo
from tests.support.blobs import cache_of, in_git, wire
from tests.support.sandbox import Sandbox
from tests.support.wired import wire as wire_hooks

MODEL = b"weights" * 100_000


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    """A repository in mode local with two commits of a large file."""
    made = Sandbox(tmp_path)
    wire_hooks(made)
    wire(made)
    made.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    made.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    made.commit("first", {"m.bin": MODEL})
    made.commit("second", {"m.bin": MODEL + b"2"})
    return made


def shared_at(clone: Sandbox) -> None:
    """The user sets up a store that others can read."""
    (clone.base / "mount").mkdir()
    (clone.base / "mount" / "anvcs-blobs").touch()
    clone.git("config", "anvcs.storage.mode", "remote")
    clone.git("config", "anvcs.storage.primary", "nfs")
    clone.git("config", "anvcs.adapters.nfs.path", str(clone.base / "mount"))


def shares_blocks(folder: Path) -> bool:
    with (folder / "a").open("wb+") as one, (folder / "b").open("wb+") as other:
        one.write(b"x" * 4096)
        one.flush()
        return copying.reflink(one.fileno(), other.fileno())


def test_a_commit_takes_no_second_copy_of_the_disk(clone: Sandbox) -> None:
    kept = clone.home / ".local/share/git-anvcs/blobs/blobs"
    files = [file for file in kept.rglob("*") if file.is_file()]
    files.sort(key=lambda file: file.stat().st_size)
    assert [file.stat().st_size for file in files] == [700_000, 700_001]
    cached = [cache_of(clone).place(file.name) for file in files]
    if shares_blocks(clone.base):
        pytest.skip("the file system shares blocks, which no stat(2) shows")
    assert {file.stat().st_ino for file in files} == {file.stat().st_ino for file in cached}
    clone.git("checkout", "-q", "HEAD^")
    assert (clone.root / "m.bin").stat().st_nlink == 1  # nobody writes into the cache by an edit
    clone.ok("git-ai-blob", "fsck")
    cached[0].unlink()
    clone.ok("git-ai-blob", "fetch")
    files[1].unlink()
    clone.ok("git-ai-blob", "fsck")
    assert cache_of(clone).whole(files[0].name)
    assert cache_of(clone).whole(files[1].name)


def test_a_shared_store_that_comes_later_is_named_for_others(clone: Sandbox) -> None:
    old = pointers.parse(in_git(clone, "m.bin", "HEAD"))
    assert old is not None
    assert old.storage == "local"
    shared_at(clone)
    done = json.loads(clone.ok("git-ai-blob", "push", "--all", "origin", "--json"))
    assert done["waiting"] == []
    assert len(list((clone.base / "mount/blobs").rglob("?" * 64))) == 2
    clone.git("push", "-q", "origin", "main")
    other = Sandbox(clone.base, name="other", init=False)
    other.home = clone.base / "another home"
    other.env |= {"HOME": str(other.home), "GIT_CONFIG_GLOBAL": clone.env["GIT_CONFIG_GLOBAL"]}
    clone.git("-c", "core.hooksPath=/dev/null", "clone", "-q", str(clone.base / "remote.git"),
              str(other.root), env=other.env)  # fmt: skip
    for key in ("storage.mode", "storage.primary", "adapters.nfs.path"):
        other.git("config", f"anvcs.{key}", clone.git("config", f"anvcs.{key}").strip())
    other.ok("git-ai-blob", "pull")
    assert (other.root / "m.bin").read_bytes() == MODEL + b"2"
    (pin,) = Notes(Repo.discover(other.root)).of(old)
    assert (pin.storage, pin.version_id) == ("nfs", old.oid)
    assert other.git("status", "--porcelain") == ""
    assert json.loads(other.ok("git-ai-blob", "verify", "--json"))["files"]


def test_the_next_commit_of_the_content_names_the_shared_store(clone: Sandbox) -> None:
    shared_at(clone)
    clone.commit("a copy", {"copy.bin": MODEL + b"2"})
    made = pointers.parse(in_git(clone, "copy.bin", "HEAD"))
    assert made is not None
    assert made.storage == "nfs"
    before = in_git(clone, "m.bin", "HEAD")
    assert clone.git("status", "--porcelain") == ""
    (clone.root / "m.bin").touch()
    clone.commit("again")
    assert in_git(clone, "m.bin", "HEAD") == before  # what is committed stays as it is
    clone.write("m.bin", MODEL)
    clone.git("commit", "-q", "-m", "by path", "--", "m.bin")
    assert (known := pointers.parse(in_git(clone, "m.bin", "HEAD"))) is not None
    assert known.storage == "nfs"
    assert clone.git("status", "--porcelain") == ""


def test_pins_of_this_machine_get_notes_when_others_can_read(clone: Sandbox) -> None:
    assert json.loads(clone.ok("git-ai-blob", "pin", "--json"))["noted"] == []
    shared_at(clone)
    clone.ok("git-ai-blob", "push", "--all")
    clone.git("update-ref", "-d", "refs/notes/anvcs-blobs")
    done = json.loads(clone.ok("git-ai-blob", "pin", "--json"))
    assert (done["noted"], done["unknown"]) == (["m.bin"], [])
    clone.git("update-ref", "-d", "refs/notes/anvcs-blobs")
    clone.ok("git-ai-blob", "push", "--all")
    assert len(clone.git("notes", "--ref=anvcs-blobs", "list").splitlines()) == 2
