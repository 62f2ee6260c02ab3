"""The record of a commit names its large files, in the versions that the store has."""

import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.contents import digest
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs import pins as blob_notes
from git_anvcs.git.repo import Repo
from tests.support import blobs, wired
from tests.support.blobs import cache_of, store_at
from tests.support.sandbox import Sandbox

MODEL = b"weights of the model" * 100


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    """A repository with records and large files, and a store whose folder is not mounted."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    wired.wire(made)
    blobs.wire(made)
    online(made, yes=False)
    return made


def online(clone: Sandbox, *, yes: bool) -> None:
    mark = clone.base / "mount" / "anvcs-blobs"
    if yes:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def record(clone: Sandbox, commit: str = "HEAD") -> Any:
    return json.loads(clone.anvcs("show", commit, "--json"))


def pins(clone: Sandbox, commit: str = "HEAD") -> list[tuple[str, str, str]]:
    """Path, type and storage of each artifact."""
    found = record(clone, commit)["artifacts"]
    return [(item["path"], item["type"], item["storage"]) for item in found]


def checkout(clone: Sandbox, *words: str, code: int = 0) -> Any:
    done = clone.run("git-ai-blob", "checkout", "--record", *words, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_a_commit_made_offline_is_pinned_when_its_store_has_it(clone: Sandbox) -> None:
    commit = clone.commit("model", {"sub/m.bin": MODEL, "plain.txt": b"x"})
    oid = digest([MODEL])
    (before,) = record(clone)["artifacts"]
    assert before == {
        "name": "m.bin", "type": "blob", "storage": "git", "path": "sub/m.bin",
        "sha256": oid, "size": len(MODEL),
    }  # fmt: skip
    assert "1 file, 1 not sent, 0 not here" in clone.anvcs("status")
    online(clone, yes=True)
    clone.ok("git-ai-blob", "push")
    told = record(clone)
    (after,) = told["artifacts"]
    assert after["version_id"]
    where = {"storage": "nfs", "key": key_of(oid), "version_id": after["version_id"]}
    assert after == {**before, **where}
    assert clone.git("rev-parse", "HEAD").strip() == commit
    clone.ok("git-ai-blob", "push", "--all")
    assert record(clone) == told  # said once
    assert "sub/m.bin" not in clone.anvcs("show")
    assert "m.bin  blob, 2 KB, nfs" in clone.anvcs("show")


def test_a_commit_made_online_has_its_version_at_once(clone: Sandbox) -> None:
    online(clone, yes=True)
    clone.commit("model", {"m.bin": MODEL})
    (pinned,) = record(clone)["artifacts"]
    assert (pinned["storage"], bool(pinned["version_id"])) == ("nfs", True)
    clone.commit("gone", {"other.bin": b"other"})
    assert pins(clone) == [("other.bin", "blob", "nfs")]


def test_a_file_that_git_does_not_track_comes_back_from_the_record(clone: Sandbox) -> None:
    clone.write(".gitignore", "out/\n")
    clone.write("out/model:7.safetensors", MODEL)
    clone.git("add", ".")
    clone.anvcs("commit", "-qm", "trained", "--artifact", "out/model:7.safetensors:model")
    assert pins(clone) == [("out/model:7.safetensors", "model", "local")]
    online(clone, yes=True)
    clone.ok("git-ai-blob", "push")
    assert pins(clone) == [("out/model:7.safetensors", "model", "nfs")]
    shutil.rmtree(clone.root / "out")
    cache_of(clone).place(digest([MODEL])).unlink()
    dry = checkout(clone, "HEAD", "--dry-run")
    assert [row["path"] for row in dry["artifacts"]] == ["out/model:7.safetensors"]
    assert checkout(clone, "HEAD", "out")["missing"] == []
    assert (clone.root / "out/model:7.safetensors").read_bytes() == MODEL
    clone.write("out/model:7.safetensors", b"newer")
    (row,) = checkout(clone, "HEAD", code=1)["artifacts"]
    assert "another file is there" in row["left"]
    assert clone.read("out/model:7.safetensors") == "newer"
    checkout(clone, "HEAD", "model:7.safetensors", "--to", "old")
    assert (clone.root / "old/out/model:7.safetensors").read_bytes() == MODEL
    done = clone.run("git-ai-blob", "checkout", "--record", "HEAD", "nothing")
    assert (done.returncode, "out/model:7.safetensors" in done.stderr) == (2, True)


def test_a_version_that_only_a_note_tells_gets_into_the_record(clone: Sandbox) -> None:
    clone.commit("model", {"m.bin": MODEL})
    oid = digest([MODEL])
    assert pins(clone) == [("m.bin", "blob", "git")]
    found = [Pointer(oid, len(MODEL), "s3", "", "theirs"), Pointer(oid, len(MODEL), "nfs", "", oid)]
    blob_notes.add(Repo.discover(clone.root), found, 1000)  # as fetched from who has sent it
    clone.anvcs("drain")
    (pinned,) = record(clone)["artifacts"]
    assert pinned == {
        "name": "m.bin", "type": "blob", "path": "m.bin", "sha256": oid, "size": len(MODEL),
        "storage": "nfs", "key": key_of(oid), "version_id": oid,
    }  # fmt: skip


def test_a_pointer_whose_content_is_elsewhere_is_no_artifact(clone: Sandbox) -> None:
    clone.commit("one", {"old.pt": pointers.text(Pointer("ab" * 32, 5))})
    head = clone.git("rev-parse", "HEAD")
    for words in (("commit", "--allow-empty", "-m", "no"), ("meta", "attach", "HEAD")):
        done = clone.run("git-anvcs", *words, "--artifact", "old.pt")
        assert done.returncode == 2
        assert "old.pt is a pointer here" in done.stderr
        assert "hint: `git-ai-blob pull`" in done.stderr
    assert clone.git("rev-parse", "HEAD") == head


def test_an_artifact_attached_later_is_kept_and_pinned(clone: Sandbox) -> None:
    clone.commit("code", {"a.py": b"x"})
    clone.write("out/m.pt", MODEL)
    attach = ("meta", "attach", "HEAD", "--artifact", "out/m.pt")
    clone.anvcs(*attach, "--dry-run")
    assert not cache_of(clone).has(digest([MODEL]))
    clone.anvcs(*attach)
    assert pins(clone) == [("out/m.pt", "other", "local")]
    online(clone, yes=True)
    clone.ok("git-ai-blob", "push")
    (pinned,) = record(clone)["artifacts"]
    oid = digest([MODEL])
    assert pinned == {
        "name": "m.pt", "type": "other", "path": "out/m.pt", "sha256": oid, "size": len(MODEL),
        "storage": "nfs", "key": key_of(oid), "version_id": oid,
    }  # fmt: skip
    assert "says that already" in clone.anvcs(*attach)
    cache_of(clone).place(oid).unlink()
    assert checkout(clone, "HEAD", "--to", "back")["missing"] == []
    assert (clone.root / "back/out/m.pt").read_bytes() == MODEL


@pytest.mark.parametrize("later", [False, True], ids=["commit --artifact", "attach"])
def test_an_artifact_waits_for_its_own_content_when_another_gets_its_version(
    clone: Sandbox, later: bool
) -> None:
    clone.write(".gitignore", "out/\n")
    clone.write("m.bin", MODEL)
    clone.write("out/a.pt", b"artifact")
    clone.git("add", ".")
    told = ("--artifact", "out/a.pt:model")
    clone.anvcs("commit", "-qm", "trained", *(() if later else told))
    if later:
        clone.anvcs("meta", "attach", "HEAD", "--artifact", "out/a.pt")
    kind = "other" if later else "model"
    assert sorted(pins(clone)) == [("m.bin", "blob", "git"), ("out/a.pt", kind, "local")]
    oid = digest([MODEL])
    blob_notes.add(Repo.discover(clone.root), [Pointer(oid, len(MODEL), "nfs", "", oid)], 1000)
    clone.anvcs("drain")
    assert sorted(pins(clone)) == [("m.bin", "blob", "nfs"), ("out/a.pt", kind, "local")]
    online(clone, yes=True)
    clone.anvcs("drain")
    found = {item["path"]: item["version_id"] for item in record(clone)["artifacts"]}
    assert found == {"m.bin": oid, "out/a.pt": digest([b"artifact"])}


def test_rebase_squash_and_merge_carry_artifacts(clone: Sandbox) -> None:
    clone.commit("base", {"base.txt": "1\n"})
    clone.git("switch", "-qc", "side")
    clone.write("notes.log", b"log")
    clone.commit("first", {"m.bin": MODEL, "keep.bin": b"keep"})
    clone.ticks += 1
    clone.git("commit", "-q", "--amend", "-m", "first, said better")
    clone.anvcs("commit", "-q", "--allow-empty", "-m", "run", "--artifact", "notes.log:log")
    clone.git("switch", "-q", "main")
    clone.commit("other", {"base.txt": "2\n"})
    clone.git("rebase", "-q", "main", "side")
    carried = [("keep.bin", "blob", "git"), ("m.bin", "blob", "git")]
    assert sorted(pins(clone, "side~1")) == carried
    assert pins(clone, "side") == [("notes.log", "log", "local")]
    clone.commit("second", {"m.bin": MODEL + b"more"})
    clone.git("reset", "-q", "--soft", "main")
    clone.commit("all in one")
    found = record(clone)["artifacts"]
    models = [item["sha256"] for item in found if item.get("path") == "m.bin"]
    assert models == [digest([MODEL + b"more"])]  # what no tree has is not the commit's
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--no-ff", "--no-edit", "side")
    assert ("m.bin", "blob", "git") in pins(clone)
    online(clone, yes=True)
    clone.ok("git-ai-blob", "push", "--all")
    assert {storage for _, _, storage in pins(clone)} == {"nfs"}


def test_an_artifact_that_is_none_stops_the_commit(clone: Sandbox) -> None:
    clone.write("m.txt", "x")
    clone.git("add", ".")
    wrong = {"m.txt:movie": "no type of artifact", "gone:model": "not a file"}
    for word, said in wrong.items():
        done = clone.run("git-anvcs", "commit", "-qm", "x", "--artifact", word)
        assert (done.returncode, said in done.stderr) == (2, True)
    assert clone.run("git", "rev-parse", "-q", "--verify", "HEAD").returncode != 0
