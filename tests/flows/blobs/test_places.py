"""Everybody who looks for a content asks the same places in the same order."""

from pathlib import Path

import pytest

from git_anvcs.blobs.errors import BlobMissing, Refused, Unreachable, WrongContent
from git_anvcs.blobs.ledger import Copy
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs import fsck_stores, pins, places, verifying
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.blobs.places import CLONE, NOTE, POINTER, Place
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.uploading import enqueue, send
from git_anvcs.git.repo import Repo
from tests.support.blobs import planted, store_at
from tests.support.sandbox import Sandbox


@pytest.fixture
def clone(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path, **store_at(tmp_path / "mount"))


def test_what_names_a_version_comes_before_what_is_looked_for(clone: Sandbox) -> None:
    (bare,) = planted(clone, {"a.bin": b"abc"}).values()
    repo = Repo.discover(clone.root)
    clone.commit("one")
    noted = bare._replace(storage="nfs", version_id="noted")
    pins.add(repo, [noted, bare._replace(storage="s3", version_id="elsewhere")], 1)
    mine = bare._replace(storage="nfs", key="a/key", version_id="mine")
    newest = bare._replace(storage="nfs", key="b/key")
    with opened(repo, clone.env) as here:
        there = here.stores.places["nfs"]
        known = Copy(bare.oid, "nfs", key_of(bare.oid), "known", place=there)
        here.ledger.add_copies([known, known._replace(version_id="other", place="another folder")])
        asked = places.of(here, Notes(repo), newest, mine, noted)
        assert asked[:5] == (
            Place("nfs", "a/key", "mine", POINTER),
            Place("nfs", key_of(bare.oid), "noted", POINTER),
            Place("nfs", key_of(bare.oid), "known", CLONE),
            Place("nfs", "b/key"),
            Place("nfs", key_of(bare.oid)),
        )
        assert {place.storage for place in asked[5:]} <= {"local"}
        from_note = places.of(here, Notes(repo), bare, aliases=["nfs"])
        assert [place.by for place in from_note] == [NOTE, CLONE, ""]
        assert places.of(here, Notes(repo), bare, aliases=["s3"]) == ()


def test_the_worst_of_several_tries_is_told() -> None:
    tries = [BlobMissing("none"), WrongContent("other"), Refused("no"), Unreachable("later")]
    for last in range(4, 0, -1):
        assert places.worst(tries[:last]) is tries[last - 1]
    assert places.worst([]) is None


def test_a_version_is_gone_only_where_its_store_said_so(clone: Sandbox) -> None:
    (bare,) = planted(clone, {"a.bin": b"abc"}).values()
    repo = Repo.discover(clone.root)
    lost = bare._replace(storage="nfs", version_id="0" * 64)
    away = bare._replace(storage="s3", version_id="v1")  # which is not set up here
    with opened(repo, clone.env) as here:
        send(here, enqueue(here, [bare]))

        def verdict(pointer: Pointer) -> verifying.Verdict:
            found = [At("a.bin", "", pointer)]
            return verifying.verify(here, found, lambda _: None, contents=True)[0]

        assert [verdict(one).safe for one in (bare, lost, away)] == [True] * 3
        assert [verdict(one).pinned_gone for one in (bare, lost, away)] == [False, True, False]
        told = fsck_stores.ask(here, [At("a.bin", "", lost), At("b.bin", "", bare)], lambda _: None)
        assert [one.repaired for one in told.faults] == [True]  # asked once for both files
