"""Both refs written in one transaction, in every kind of repository, beside other writers."""

from concurrent.futures import ThreadPoolExecutor
import os
from pathlib import Path

import pytest

from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.provenance import codec, records, refs
from tests.support.sandbox import Sandbox


def text(commit: str, meta: str = "m1", rev: int = 1, **more: object) -> bytes:
    value = {
        "schema": "anvcs/commit-meta/1",
        "meta_id": meta,
        "rev": rev,
        "subject": {"commit": commit},
        **more,
    }
    return codec.encode(value) + b"\n"


def ids(count: int, width: int = 40) -> list[str]:
    return [os.urandom(32).hex()[:width] for _ in range(count)]


@pytest.fixture(autouse=True)
def sealed(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in repo.env.items():
        monkeypatch.setenv(key, value)


def agree(repo: Repo) -> bool:
    return records.listing(repo, records.META_REF) == records.listing(repo, records.NOTES_REF)


def test_plain_git_shows_the_record_as_a_note(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1"})
    here = Repo.discover(repo.root)
    refs.add(here, {commit: text(commit)}, "anvcs: one record")
    assert '"meta_id":"m1"' in repo.git("log", "--notes=anvcs")
    assert repo.git("cat-file", "-p", f"refs/anvcs/meta:.ai/meta/{commit[:2]}/{commit}.json") == (
        text(commit).decode()
    )
    assert repo.git("log", "-1", "--format=%s %cn", "refs/anvcs/meta").strip() == (
        "anvcs: one record C O Mitter"
    )
    assert agree(here)
    repo.git("fsck", "--strict")


def test_the_reflog_of_the_meta_ref_remembers_each_write(repo: Sandbox) -> None:
    here = Repo.discover(repo.root)
    for commit in ids(3):
        refs.add(here, {commit: text(commit)}, f"anvcs: record {commit[:7]}")
    assert len(repo.git("reflog", "show", "refs/anvcs/meta").splitlines()) == 3


def test_writing_the_same_again_moves_nothing(repo: Sandbox) -> None:
    here = Repo.discover(repo.root)
    [commit] = ids(1)
    refs.add(here, {commit: text(commit)}, "one")
    before = repo.git("for-each-ref")
    refs.add(here, {commit: text(commit)}, "two")
    assert repo.git("for-each-ref") == before


def test_a_new_revision_replaces_the_old_one_and_a_second_record_joins_it(repo: Sandbox) -> None:
    here = Repo.discover(repo.root)
    [commit] = ids(1)
    refs.add(here, {commit: text(commit, "m1", 1)}, "1")
    refs.add(here, {commit: text(commit, "m1", 2)}, "2")
    refs.add(here, {commit: text(commit, "m2", 1)}, "3")
    refs.add(here, {commit: text(commit, "m1", 1)}, "4: old news")
    stored = codec.decode(records.texts(here, [commit])[commit])
    assert [(r.meta_id, r.rev) for r in stored.records] == [("m1", 2), ("m2", 1)]


def test_what_git_notes_wrote_is_kept_and_laid_out_again(repo: Sandbox) -> None:
    commits = [repo.commit(str(i)) for i in range(3)]
    here = Repo.discover(repo.root)
    refs.add(here, {commits[0]: text(commits[0])}, "ours")
    for commit in commits:
        repo.git("notes", "--ref=anvcs", "append", "-m", "by hand", commit)
    refs.add(here, {commits[1]: text(commits[1])}, "ours again")
    for commit in commits:
        assert "by hand" in repo.git("notes", "--ref=anvcs", "show", commit)
    assert '"meta_id"' in repo.git("notes", "--ref=anvcs", "show", commits[0])
    paths = repo.git("ls-tree", "-r", "--name-only", "refs/notes/anvcs").split()
    assert all(path[2] == "/" for path in paths)
    assert len(paths) == 3


def test_a_newer_version_stays_byte_for_byte_when_another_record_joins(repo: Sandbox) -> None:
    here = Repo.discover(repo.root)
    [commit] = ids(1)
    newer = (
        f'{{"z":1, "schema":"anvcs/commit-meta/7","meta_id":"m7","rev":1,'
        f'"subject":{{"commit":"{commit}"}}}}\n'
    ).encode()
    refs.add(here, {commit: newer}, "newer")
    refs.add(here, {commit: text(commit)}, "ours")
    assert newer in records.texts(here, [commit])[commit]


@pytest.mark.parametrize("count", [1, 40, 700])
def test_a_batch_of_any_size_is_one_commit_on_each_ref(repo: Sandbox, count: int) -> None:
    here = Repo.discover(repo.root)
    batch = {commit: text(commit, f"m{i}") for i, commit in enumerate(ids(count))}
    refs.add(here, batch, "batch")
    assert repo.git("rev-list", "--count", "refs/anvcs/meta").strip() == "1"
    assert records.texts(here, batch) == batch
    assert {r.commit for r in records.all_records(here)} == set(batch)
    assert set(records.read(here, batch)) == set(batch)
    assert agree(here)


def test_nothing_is_lost_when_many_write_at_once_and_one_ignores_the_lock(repo: Sandbox) -> None:
    here = Repo.discover(repo.root)
    repo.commit("one")
    mine = [ids(6) for _ in range(4)]

    def write(commits: list[str]) -> None:
        for commit in commits:
            refs.add(here, {commit: text(commit)}, "one more")

    def rude() -> None:
        for _ in range(6):
            repo.git("update-ref", "refs/notes/x", "HEAD")
            repo.git("notes", "--ref=anvcs", "append", "-m", "by hand", "HEAD")

    with ThreadPoolExecutor() as pool:
        done = [pool.submit(write, commits) for commits in mine]
        rude()
        for future in done:
            future.result()
    wanted = {commit for commits in mine for commit in commits}
    assert set(records.listing(here, records.META_REF)) == wanted


@pytest.mark.parametrize("kind", ["bare", "worktree", "detached", "unborn"])
def test_records_are_written_in_every_kind_of_repository(
    repo: Sandbox, tmp_path: Path, kind: str
) -> None:
    root = repo.root
    if kind != "unborn":
        repo.commit("one", {"a": "1"})
    if kind == "bare":
        root = tmp_path / "bare.git"
        repo.git("clone", "-q", "--bare", ".", str(root))
    if kind == "worktree":
        root = tmp_path / "tree"
        repo.git("worktree", "add", "-q", str(root))
    if kind == "detached":
        repo.git("checkout", "-q", "--detach")
    here = Repo.discover(root)
    [commit] = ids(1)
    refs.add(here, {commit: text(commit)}, "one")
    record = records.read_one(here, commit)
    assert record is not None
    assert record.meta_id == "m1"


def test_records_are_written_in_a_partial_clone_without_going_to_the_remote(
    repo: Sandbox, tmp_path: Path
) -> None:
    first = repo.commit("one", {"a": "1"})
    refs.add(Repo.discover(repo.root), {first: text(first)}, "one")
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--filter=blob:none", "--no-checkout", repo.root.as_uri(), str(clone))
    repo.git("fetch", "-q", "origin", "refs/anvcs/*:refs/anvcs/*", cwd=clone)
    repo.root.rename(tmp_path / "gone")
    here = Repo.discover(clone)
    [commit] = ids(1)
    refs.add(here, {commit: text(commit)}, "two")
    assert set(records.listing(here, records.META_REF)) == {first, commit}


def test_a_repository_that_cannot_be_written_to_is_one_clear_error(repo: Sandbox) -> None:
    here = Repo.discover(repo.root)
    [commit] = ids(1)
    packed = repo.root / ".git" / "refs" / "anvcs"
    packed.write_text("in the way")
    with pytest.raises(GitFailed, match="update-ref"):
        refs.add(here, {commit: text(commit)}, "one")
    packed.unlink()
    refs.add(here, {commit: text(commit)}, "one")
    assert agree(here)
