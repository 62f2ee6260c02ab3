"""Records beside `git gc --prune=now`, which deletes every object that no ref holds yet."""

import json
import os
from pathlib import Path

import pytest

from git_anvcs.git import gc, objects
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import refs
from tests.support.sandbox import Sandbox
from tests.support.wired import wire


def record_of(commit: str) -> dict[str, bytes]:
    return {commit: b'{"meta_id":"am_00000000000000000000000000","rev":1}\n'}


def test_objects_pruned_before_the_ref_held_them_are_written_again(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit("one")
    here = Repo.discover(repo.root)
    update = refs.refs.update

    stored = objects.write
    lost = []

    def write(repo_: Repo, made: list[objects.Object]) -> None:
        lost.append(len(made))
        stored(repo_, made)

    def late(*args: object, **how: object) -> None:
        update(*args, **how)  # type: ignore[arg-type]
        for found in sorted((repo.root / ".git/objects").glob("??/*")):
            oid = found.parent.name + found.name
            if oid not in kept:
                found.unlink()

    kept = set(repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split())
    monkeypatch.setattr(refs.refs, "update", late)
    monkeypatch.setattr(objects, "write", write)
    refs.add(here, record_of(commit), "test")
    assert lost[0] == lost[1] > 0
    repo.git("fsck", "--strict")


def test_no_record_is_lost_when_every_commit_is_followed_by_a_collection(repo: Sandbox) -> None:
    """The collection meets the drain that the commit's hook has started."""
    wire(repo)
    commits = []
    for number in range(20):
        commits.append(repo.commit(f"commit {number}", {"f.txt": f"{number}\n"}))
        repo.git("gc", "-q", "--prune=now")
    repo.anvcs("drain")
    repo.git("fsck", "--strict")
    assert json.loads(repo.anvcs("meta", "fsck", "--json"))["findings"] == []
    noted = repo.git("notes", "--ref=anvcs", "list")
    assert all(commit in noted for commit in commits)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"{os.getpid()} {os.uname().nodename}", True),
        (f"{2**22 + 1} {os.uname().nodename}", False),
        ("1 another-machine", True),
        ("no pid", False),
        ("", False),
    ],
    ids=["alive", "dead", "elsewhere", "no pid", "empty"],
)
def test_a_collection_runs_when_its_lock_is_held(repo: Sandbox, text: str, *, answer: bool) -> None:
    here = Repo.discover(repo.root)
    assert not gc.running(here)
    Path(repo.root / ".git/gc.pid").write_text(text)
    assert gc.running(here) is answer
