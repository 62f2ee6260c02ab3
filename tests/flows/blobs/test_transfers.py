"""Contents go to a store and come back: each once, and nothing that was not checked."""

from pathlib import Path
import sqlite3
import subprocess
import sys
import threading
import tracemalloc

import pytest

from git_anvcs.blobs import queue
from git_anvcs.blobs.errors import BlobMissing, Unreachable, WrongContent
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.flows.blobs import confirming, fetching, pins, uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.flows.blobs.workers import Workers
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths
from tests.blobs.test_packing import frame
from tests.support import kill_points
from tests.support.blobs import cache_of, planted, store_at
from tests.support.sandbox import Sandbox

FILES = {f"{number}.bin": b"content %d" % number * 99 for number in range(5)}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A repository with five large files and a store that nobody has written to."""
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    for key, value in made.env.items():
        monkeypatch.setenv(key, value)
    return made


def sent(clone: Sandbox, pointers: list[Pointer]) -> list[uploading.Sent]:
    with opened(Repo.discover(clone.root), clone.env) as here:
        return uploading.send(here, uploading.enqueue(here, pointers))


def got(clone: Sandbox, pointers: list[Pointer]) -> dict[str, Exception | None]:
    found = fetching.fetch(Repo.discover(clone.root), clone.env, pointers, lambda *_: None)
    return {one.pointer.oid: one.problem for one in found}


def empty_cache(clone: Sandbox, pointer: Pointer) -> None:
    cache_of(clone).place(pointer.oid).unlink()


def test_what_was_sent_comes_back_and_the_queue_is_empty(clone: Sandbox) -> None:
    made = list(planted(clone, FILES).values())
    assert [one.problem for one in sent(clone, made)] == [None] * 5
    for pointer in made:
        empty_cache(clone, pointer)
    assert got(clone, made) == dict.fromkeys(p.oid for p in made)
    assert all(cache_of(clone).whole(p.oid) for p in made)
    with opened(Repo.discover(clone.root), clone.env) as here:
        assert here.ledger.jobs() == []
        assert uploading.enqueue(here, made) == []


def test_a_note_says_where_the_content_is(clone: Sandbox) -> None:
    (pointer,) = planted(clone, {"a.bin": b"abc"}).values()
    sent(clone, [pointer])
    (pin,) = pins.Notes(Repo.discover(clone.root)).of(pointer)
    assert pin == Pointer(pointer.oid, 3, "nfs", "", pointer.oid)
    blob = clone.git("hash-object", "a.bin").strip()
    assert '"version_id"' in clone.git("notes", "--ref=anvcs-blobs", "show", blob)


def test_a_missing_content_is_named_and_the_others_come(clone: Sandbox) -> None:
    here, gone = planted(clone, {"a.bin": b"abc", "b.bin": b"xyz"}).values()
    sent(clone, [here])
    empty_cache(clone, here)
    empty_cache(clone, gone)
    answers = got(clone, [here, gone])
    assert answers[here.oid] is None
    assert isinstance(answers[gone.oid], BlobMissing)


def test_other_bytes_never_become_visible(clone: Sandbox) -> None:
    (pointer,) = planted(clone, {"a.bin": b"abc"}).values()
    sent(clone, [pointer])
    empty_cache(clone, pointer)
    (kept,) = (clone.base / "mount").rglob(pointer.oid)
    kept.chmod(0o644)
    kept.write_bytes(b"xyz")
    assert isinstance(got(clone, [pointer])[pointer.oid], WrongContent)
    assert not cache_of(clone).has(pointer.oid)
    assert list(cache_of(clone).drafts.iterdir()) == []


def test_the_queue_waits_while_the_store_is_away(clone: Sandbox) -> None:
    made = list(planted(clone, FILES).values())
    (clone.base / "mount" / "anvcs-blobs").unlink()
    assert all(isinstance(one.problem, Unreachable) for one in sent(clone, made))
    with opened(Repo.discover(clone.root), clone.env) as here:
        assert len(here.ledger.jobs(queue.UPLOAD)) == 5
        assert uploading.due(here, patient=True) == []
        (clone.base / "mount" / "anvcs-blobs").touch()
        assert all(one.copy for one in uploading.send(here, uploading.due(here, patient=False)))
        assert here.ledger.jobs() == []


def test_a_store_that_goes_away_in_the_middle_costs_nothing_but_time(clone: Sandbox) -> None:
    files = {f"{number}.bin": b"%d" % number for number in range(60)}
    made = list(planted(clone, files).values())
    mark = clone.base / "mount" / "anvcs-blobs"
    with opened(Repo.discover(clone.root), clone.env) as here:
        first = uploading.send(
            here,
            uploading.enqueue(here, made),
            lambda _: lambda _: mark.unlink(missing_ok=True),
        )
        assert len(first) == 60
        waiting = {job.oid for job in here.ledger.jobs(queue.UPLOAD)}
        assert waiting == {one.job.oid for one in first if one.problem}
        mark.touch()
        assert all(one.copy for one in uploading.send(here, uploading.due(here, patient=False)))
        assert all(uploading.copy_in(here, pointer.oid, ["nfs"]) for pointer in made)


def test_a_content_that_cannot_be_had_now_is_queued_for_later(clone: Sandbox) -> None:
    (pointer,) = planted(clone, {"a.bin": b"abc"}).values()
    empty_cache(clone, pointer)
    (clone.base / "mount" / "anvcs-blobs").unlink()
    assert isinstance(got(clone, [pointer])[pointer.oid], Unreachable)
    with opened(Repo.discover(clone.root), clone.env) as here:
        assert [job.oid for job in here.ledger.jobs(queue.FETCH)] == [pointer.oid]


SEND = """
import os, sys
from pathlib import Path
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.stores import nfs
from git_anvcs.flows.blobs import uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
oid, size, count = sys.argv[1:]
with opened(Repo.discover(Path.cwd()), dict(os.environ)) as here:
    store = here.stores.by_alias["nfs"]
    upload = store.upload
    def counted(*args):
        with open(count, "a") as file:
            file.write("x")
        return upload(*args)
    store.upload = counted
    (sent,) = uploading.send(here, uploading.enqueue(here, [Pointer(oid, int(size))])) or [None]
    sys.exit(0 if sent is None or sent.copy else 1)
"""


# In the thread that is traced, each step of one upload.
SEND_HERE = """
import os, sys
from pathlib import Path
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import uploading
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.git.repo import Repo
oid, size = sys.argv[1:]
with opened(Repo.discover(Path.cwd()), dict(os.environ)) as here:
    for job in uploading.enqueue(here, [Pointer(oid, int(size))]):
        copy = uploading._Sender(here).send(job)
        uploading._pin(here, [copy])
        here.ledger.done([job])
"""


def test_eight_processes_make_one_upload(clone: Sandbox, tmp_path: Path) -> None:
    (pointer,) = planted(clone, {"a.bin": b"abc" * 99}).values()
    argv = (sys.executable, "-c", SEND, pointer.oid, str(pointer.size), str(tmp_path / "count"))
    started = [subprocess.Popen(argv, cwd=clone.root, env=clone.env) for _ in range(8)]
    assert [one.wait(60) for one in started] == [0] * 8
    assert (tmp_path / "count").read_text() == "x"


def test_writers_of_notes_at_the_same_time_keep_all(clone: Sandbox) -> None:
    clone.commit("first", {"a": "a"})
    made = [Pointer(f"{number:064x}", 9, "nfs", "", f"v{number}") for number in range(24)]
    made += [made[0]._replace(version_id=f"w{number}") for number in range(24)]
    repo = Repo.discover(clone.root)
    threads = [threading.Thread(target=pins.add, args=(repo, [pin], 1000)) for pin in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notes = pins.Notes(repo)
    found = {pin for pointer in made for pin in notes.of(pointer)}
    assert found == set(made)


def test_what_hangs_is_given_up_and_others_go_on() -> None:
    ever = threading.Event()

    def work(task: str) -> str:
        if task == "hangs":
            ever.wait(60)
        return task

    workers: Workers[str, str] = Workers(work, limit=lambda _: 0.2, threads=1)
    for task in ("hangs", "a", "b"):
        workers.give(task)
    ended = [workers.next(30) for _ in range(3)]
    assert [one.result for one in ended if one] == [None, "a", "b"]
    assert ended[0] is not None
    assert isinstance(ended[0].problem, Unreachable)
    ever.set()


def test_notes_of_two_clones_meet_at_their_remote(clone: Sandbox) -> None:
    remote = clone.base / "remote.git"
    clone.git("init", "-q", "--bare", "-b", "main", str(remote))
    clone.commit("first", {"a": "a"})
    clone.git("push", "-q", str(remote), "main")
    made = [Pointer(f"{number:064x}", 9, "nfs", "", f"v{number}") for number in range(4)]
    repos = []
    for name in ("one", "two"):
        clone.git("clone", "-q", str(remote), str(clone.base / name))
        repos.append(Repo.discover(clone.base / name))
    for repo, own in zip(repos, (made[:3], made[1:]), strict=True):
        pins.add(repo, own, 1000)
        assert pins.share(repo, "origin").problem is None
    assert pins.fetch(repos[0], "origin") is None
    for repo in repos:
        assert [pins.Notes(repo).of(pointer) for pointer in made] == [[pin] for pin in made]
    assert pins.share(repos[0], "origin").notes == 4
    assert clone.git("-C", str(remote), "rev-list", "--count", pins.REF).strip() == "2"


def test_a_note_that_is_too_large_is_told_and_never_read(clone: Sandbox) -> None:
    remote = clone.base / "remote.git"
    clone.git("init", "-q", "--bare", "-b", "main", str(remote))
    clone.git("remote", "add", "origin", str(remote))
    lost, other = planted(clone, {"a.bin": b"abc", "b.bin": b"xyz"}).values()
    repo = Repo.discover(clone.root)
    large = clone.base / "large"
    with large.open("wb") as file:
        file.truncate(30 << 20)
    note = clone.git("hash-object", "-w", "--no-filters", str(large)).strip()
    clone.git(
        "notes", "--ref=x", "add", "-f", "-C", note, clone.git("hash-object", "-w", "a.bin").strip()
    )
    clone.git("push", "-q", "origin", f"refs/notes/x:{pins.REF}")
    pins.add(repo, [lost._replace(storage="nfs", version_id="v"),
                    other._replace(storage="nfs", version_id="v")], 1000)  # fmt: skip
    tracemalloc.start()
    shared = pins.share(repo, "origin")
    notes = pins.Notes(repo)
    assert [pin.version_id for pin in notes.of(other)] == ["v"]
    assert notes.of(lost) == []  # what stands there is not taken away either
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()
    assert (shared.notes, "not read" in str(shared.problem)) == (2, True)
    empty_cache(clone, lost)
    assert "not read" in str(got(clone, [lost])[lost.oid])
    assert pins.add(repo, [lost._replace(storage="nfs", version_id="w")], 1001) >= 0
    assert note in clone.git("ls-tree", "-r", pins.REF)


def test_a_process_killed_at_any_write_leaves_a_job_or_a_confirmed_copy(
    clone: Sandbox, tmp_path: Path
) -> None:
    if not kill_points.WORKS_HERE:
        pytest.skip("kills need a ptrace(2) that we know")
    (pointer,) = planted(clone, {"a.bin": b"abc" * 99}).values()
    argv = [sys.executable, "-c", SEND_HERE, pointer.oid, str(pointer.size)]
    folder = clone.base
    point, killed = 1, 0
    while True:
        for kept in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
            (clone.root / ".git/anvcs/blobs" / kept).unlink(missing_ok=True)
        ended = kill_points.traced(argv, folder, point, clone.env, clone.root)
        if not ended.at:
            break
        killed += 1
        with opened(Repo.discover(clone.root), clone.env) as here:
            assert all(copy.verified for copy in here.ledger.copies(pointer.oid))
            uploading.enqueue(here, [pointer])
            sent_now = uploading.send(here, uploading.due(here, patient=False))
            assert all(one.copy for one in sent_now)
            assert here.ledger.jobs() == []
            assert uploading.copy_in(here, pointer.oid, ["nfs"])
        point += 9
    assert killed > 3


def test_push_all_sends_to_a_store_that_took_the_place_of_another(clone: Sandbox) -> None:
    pointer, _ = planted(clone, {"a.bin": b"abc", "b.bin": b"xyz"}).values()
    clone.commit("large files")
    clone.ok("git-ai-blob", "push", "--all")
    mount = clone.base / "mount"
    mount.rename(clone.base / "the disk that was there")
    assert clone.run("git-ai-blob", "push", "--all").returncode == 0  # it does not answer
    store_at(mount)
    (kept,) = (clone.base / "the disk that was there").rglob(pointer.oid)
    kept.unlink()
    assert "nothing" in clone.ok("git-ai-blob", "push")  # which believes what it was told
    assert "2 large files" in clone.ok("git-ai-blob", "push", "--all", "--dry-run")
    assert "2 large files (6 bytes) sent" in clone.ok("git-ai-blob", "push", "--all")
    assert (list(mount.rglob(pointer.oid))) != []
    assert "nothing" in clone.ok("git-ai-blob", "push", "--all")


def test_a_frame_that_holds_more_than_the_pointer_says_is_not_unpacked(clone: Sandbox) -> None:
    (pointer,) = planted(clone, {"a.bin": b"abc" * 9000}).values()
    empty_cache(clone, pointer)
    place = clone.base / "mount/blobs" / key_of(pointer.oid)
    place.parent.mkdir(parents=True)
    place.write_bytes(frame(bytes(64 << 20)))
    problem = got(clone, [pointer])[pointer.oid]
    assert isinstance(problem, WrongContent)
    assert "at most 27000 bytes" in problem.message
    place.write_bytes(frame(b"abc" * 9000))
    assert got(clone, [pointer]) == {pointer.oid: None}


def test_another_folder_under_the_same_alias_gets_everything_anew(
    clone: Sandbox, tmp_path: Path
) -> None:
    (pointer,) = made = list(planted(clone, {"a.bin": b"abc"}).values())
    sent(clone, made)
    moved = {**clone.env, **store_at(tmp_path / "other")}
    repo = Repo.discover(clone.root)
    with opened(repo, moved) as here:
        assert uploading.copy_in(here, pointer.oid, ["nfs"]) is None
        assert [one.problem for one in uploading.send(here, uploading.enqueue(here, made))] == [
            None
        ]
    assert list((tmp_path / "other").rglob(pointer.oid))
    with opened(repo, clone.env) as here:  # and back: what is there is still known
        assert uploading.enqueue(here, made) == []
        text = "\n".join(map(str, here.ledger.copies(pointer.oid)))
        assert str(tmp_path) not in text


def test_a_purge_asks_the_store_for_what_the_ledger_says(clone: Sandbox) -> None:
    here, gone, cut = planted(clone, {"a.bin": b"abc", "b.bin": b"xyz", "c.bin": b"123"}).values()
    sent(clone, [here, gone, cut])
    kept = {one: next((clone.base / "mount").rglob(one.oid)) for one in (gone, cut)}
    kept[gone].unlink()
    kept[cut].chmod(0o644)
    kept[cut].write_bytes(b"321")
    repo = Repo.discover(clone.root)
    assert confirming.only_here(repo, clone.env) == sorted([gone.oid, cut.oid])
    (clone.base / "mount" / "anvcs-blobs").unlink()
    assert len(confirming.only_here(repo, clone.env)) == 3


def test_copies_of_a_ledger_without_places_count_for_nothing(clone: Sandbox) -> None:
    (pointer,) = made = list(planted(clone, {"a.bin": b"abc"}).values())
    sent(clone, made)
    paths = Paths(Repo.discover(clone.root).common_dir)
    base = sqlite3.connect(paths.ledger, isolation_level=None)
    base.execute("CREATE TABLE old AS SELECT oid, storage, key, version_id, etag, checksum,"
                 " seconds, verified FROM copies")  # fmt: skip
    base.execute("DROP TABLE copies")
    base.execute("ALTER TABLE old RENAME TO copies")
    base.execute("PRAGMA user_version=3")
    base.close()
    with opened(Repo.discover(clone.root), clone.env) as here:
        assert [copy.place for copy in here.ledger.copies(pointer.oid)] == [""]
        assert uploading.copy_in(here, pointer.oid, ["nfs"]) is None
        assert [bool(one.copy) for one in uploading.send(here, uploading.enqueue(here, made))] == [
            1
        ]
