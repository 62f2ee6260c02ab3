"""Prune makes room, and nothing that anybody may go back to is ever gone."""

from collections.abc import Callable
import json
import os
from pathlib import Path
from typing import Any

import pytest

from git_anvcs.blobs.pointer import Pointer, text
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import nfs
from git_anvcs.flows.blobs import uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Op
from git_anvcs.store.paths import Paths
from tests.support.blobs import cache_of, store_at, wire
from tests.support.sandbox import Sandbox

OLD, NEW = b"old content", b"new content"


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    """A commit with a large file that is pushed and sent."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    wire(made)
    made.write("a.bin", NEW)
    made.git("init", "-q", "--bare", str(tmp_path / "remote"))
    made.git("remote", "add", "origin", str(tmp_path / "remote"))
    made.commit("first")
    made.git("push", "-q", "origin", "main")
    sent(made, NEW)
    return made


def blob(clone: Sandbox, *words: str, code: int = 0, env: dict[str, str] | None = None) -> Any:
    done = clone.run("git-ai-blob", *words, "--json", env=env)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def sent(clone: Sandbox, content: bytes) -> Pointer:
    """The content is in the cache since long, and the store has confirmed it."""
    cache = cache_of(clone)
    with cache.draft() as draft:
        draft.write(content)
        pointer = Pointer(*draft.keep())
    nfs.store(clone.base / "mount").upload(cache.place(pointer.oid), key_of(pointer.oid))
    with opened(Repo.discover(clone.root), clone.env) as here:
        assert all(one.copy for one in uploading.send(here, uploading.enqueue(here, [pointer])))
    aged(clone, pointer)
    return pointer


def aged(clone: Sandbox, pointer: Pointer) -> None:
    os.utime(cache_of(clone).place(pointer.oid), (1_000_000_000, 1_000_000_000))


def staged(clone: Sandbox) -> None:
    clone.write("b.bin", OLD)
    clone.git("add", "b.bin")


def stashed(clone: Sandbox) -> None:
    staged(clone)
    clone.git("stash", "-q")


def dropped(clone: Sandbox) -> None:
    """A commit that is pushed, and reachable by nothing of ours but the reflog of HEAD."""
    clone.git("checkout", "-q", "-b", "other")
    clone.commit("other", {"b.bin": OLD})
    clone.git("push", "-q", "--no-verify", "origin", "other")
    clone.git("checkout", "-q", "main")
    clone.git("branch", "-q", "-D", "other")


def elsewhere(clone: Sandbox) -> None:
    clone.git("worktree", "add", "-q", str(clone.base / "second"))
    (clone.base / "second" / "b.bin").write_bytes(OLD)
    clone.git("add", "b.bin", cwd=clone.base / "second")


def halfway(clone: Sandbox) -> None:
    """A cherry-pick that has stopped, of a commit that nothing else has."""
    clone.git("checkout", "-q", "--detach")
    picked = clone.commit("other", {"b.bin": OLD, "c": "1"})
    clone.git("checkout", "-q", "main")
    clone.commit("mine", {"c": "2"})
    clone.git("push", "-q", "--no-verify", "origin", f"{picked}:refs/heads/x", "main")
    assert clone.run("git", "cherry-pick", picked).returncode == 1
    clone.git("rm", "-q", "--cached", "b.bin")
    clone.git("reflog", "expire", "--expire=now", "--all")


def journaled(clone: Sandbox) -> None:
    """The journal tells of the content, whose bytes it has let go."""
    digest = bytes.fromhex(sent(clone, OLD).oid)
    with Journal(Paths(Repo.discover(clone.root).common_dir)) as journal:
        journal.append([Op(Kind.BLOB, "lane", 0, "b.bin", digest=digest, size=len(OLD))], 1e9)


@pytest.mark.parametrize("told", [staged, stashed, dropped, elsewhere, halfway, journaled])
def test_what_somebody_may_go_back_to_stays(
    clone: Sandbox, told: Callable[[Sandbox], None]
) -> None:
    pointer = sent(clone, OLD)
    told(clone)
    aged(clone, pointer)
    found = blob(clone, "prune", "--now")
    assert (found["quarantined"], found["removed"]) == ([], [])
    assert cache_of(clone).whole(pointer.oid)


def test_what_nobody_needs_goes_and_can_be_had_from_the_store(clone: Sandbox) -> None:
    pointer = sent(clone, OLD)
    row = {"oid": pointer.oid, "size": pointer.size}
    assert blob(clone, "prune", "--now", "--dry-run")["removed"] == [row]
    assert cache_of(clone).place(pointer.oid).exists()
    found = blob(clone, "prune", "--now")
    assert (found["removed"], found["needed"]) == ([row], 1)
    assert not cache_of(clone).has(pointer.oid)
    assert not list(cache_of(clone).quarantine.iterdir())


def test_what_no_store_confirmed_stays(clone: Sandbox) -> None:
    with cache_of(clone).draft() as draft:
        draft.write(OLD)
        pointer = Pointer(*draft.keep())
    aged(clone, pointer)
    found = blob(clone, "prune", "--now")
    assert (found["removed"], found["unsent"]) == ([], 1)
    assert cache_of(clone).whole(pointer.oid)


def test_what_is_set_aside_waits_and_comes_back_when_it_is_wanted(clone: Sandbox) -> None:
    pointer = sent(clone, OLD)
    assert [one["oid"] for one in blob(clone, "prune")["quarantined"]] == [pointer.oid]
    assert [one["oid"] for one in blob(clone, "prune")["waiting"]] == [pointer.oid]
    assert [one["oid"] for one in blob(clone, "prune", "--undo")["back"]] == [pointer.oid]
    blob(clone, "prune")
    clone.write("b.bin", text(pointer))
    clone.git("add", "b.bin")  # a pointer that is added stays one, and its content is not read
    (clone.root / "b.bin").unlink()
    clone.git("checkout", "--", "b.bin")
    assert (clone.root / "b.bin").read_bytes() == OLD
    assert not list(cache_of(clone).quarantine.iterdir())


def test_what_is_needed_again_comes_back_instead_of_being_removed(clone: Sandbox) -> None:
    pointer = sent(clone, OLD)
    blob(clone, "prune")
    clone.write("b.bin", text(pointer))
    clone.git("add", "b.bin")
    over = {"ANVCS_BLOBS_QUARANTINE_DAYS": "0"}
    assert [one["oid"] for one in blob(clone, "prune", env=over)["back"]] == [pointer.oid]
    assert cache_of(clone).whole(pointer.oid)


def test_after_its_days_it_is_removed_unless_the_store_lost_it(clone: Sandbox) -> None:
    lost, kept = sent(clone, OLD), sent(clone, b"another")
    over = {"ANVCS_BLOBS_QUARANTINE_DAYS": "0"}
    assert len(blob(clone, "prune")["quarantined"]) == 2
    for file in (clone.base / "mount" / "blobs").rglob(lost.oid):
        file.unlink()
    found = blob(clone, "prune", env=over, code=1)
    assert [one["oid"] for one in found["removed"]] == [kept.oid]
    assert [one["oid"] for one in found["doubtful"]] == [lost.oid]
    assert cache_of(clone).has(lost.oid)


def test_nothing_is_removed_while_the_store_is_away(clone: Sandbox) -> None:
    pointer = sent(clone, OLD)
    (clone.base / "mount" / "anvcs-blobs").unlink()
    assert len(blob(clone, "prune", "--now", code=5)["doubtful"]) == 1
    assert cache_of(clone).has(pointer.oid)


@pytest.mark.parametrize("bytes_there", [OLD[:5], OLD.upper()], ids=["cut", "other"])
def test_the_last_good_copy_stays_when_that_of_the_store_is_damaged(
    clone: Sandbox, bytes_there: bytes
) -> None:
    pointer = sent(clone, OLD)
    (there,) = (clone.base / "mount").rglob(pointer.oid)
    there.chmod(0o644)
    there.write_bytes(bytes_there)
    found = blob(clone, "prune", "--now", code=1)
    assert found["removed"] == []
    assert found["doubtful"][0]["oid"] == pointer.oid
    assert cache_of(clone).whole(pointer.oid) or cache_of(clone).take_back(pointer.oid)


def test_another_folder_under_the_same_name_has_confirmed_nothing(
    clone: Sandbox, tmp_path: Path
) -> None:
    pointer = sent(clone, OLD)
    elsewhere = {**clone.env, **store_at(tmp_path / "other")}
    found = blob(clone, "prune", "--now", env=elsewhere)
    assert (found["removed"], found["unsent"]) == ([], 1)
    assert cache_of(clone).whole(pointer.oid)


def test_what_was_added_just_now_is_only_set_aside(clone: Sandbox) -> None:
    pointer = sent(clone, OLD)
    os.utime(cache_of(clone).place(pointer.oid))
    found = blob(clone, "prune", "--now")
    assert [one["oid"] for one in found["quarantined"]] == [pointer.oid]
    assert found["removed"] == []
