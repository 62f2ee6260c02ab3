"""What our libraries do, where a decision of ours depends on it.

Some of it is wrong, and we go round it. A test that fails here after an update is no bug of ours:
it says that a library changed, and its docstring says which decision may be thought over.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import random
import sys
from threading import Event as Signal
import time

import pycrdt
from pycrdt.store import SQLiteYStore, YDocNotFound
import pytest

from git_anvcs.journal import watching
from git_anvcs.journal.watching import DONE, OVERFLOW, UNFINISHED, Event
from tests.support.sandbox import Sandbox

PATIENCE = 30.0
SEEDS = range(60)

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is of Linux")

Made = tuple["pycrdt.Doc[pycrdt.Text]", pycrdt.Text]


def document(client: int, *updates: bytes, skip_gc: bool = False) -> Made:
    doc: pycrdt.Doc[pycrdt.Text] = pycrdt.Doc(client_id=client, skip_gc=skip_gc)
    for update in updates:
        doc.apply_update(update)
    return doc, doc.get("t", type=pycrdt.Text)


def text(*updates: bytes) -> str:
    return str(document(99, *updates)[1])


def typed(client: int, *words: str) -> list[bytes]:
    """The updates of a client that appends one word after the other."""
    doc, made = document(client)
    updates = []
    for word in words:
        before = doc.get_state()
        made.insert(len(made), word)
        updates.append(doc.get_update(before))
    return updates


def history(seed: int, clients: int = 3, edits: int = 12) -> list[list[bytes]]:
    """What each of the clients said, who hear of each other now and then."""
    chosen = random.Random(seed)
    made = [document(client + 1) for client in range(clients)]
    said: list[list[bytes]] = [[] for _ in made]
    heard = [[0] * clients for _ in made]
    for _ in range(edits):
        me = chosen.randrange(clients)
        doc, own = made[me]
        for other in range(clients):
            if other != me and chosen.random() < 0.5:
                for update in said[other][heard[me][other] :]:
                    doc.apply_update(update)
                heard[me][other] = len(said[other])
        before = doc.get_state()
        size = len(own)
        if size and chosen.random() < 0.3:
            at = chosen.randrange(size)
            del own[at : at + 1]
        else:
            own.insert(chosen.randint(0, size), chosen.choice("abcdefgh") * chosen.randint(1, 3))
        said[me].append(doc.get_update(before))
    return said


def in_order(said: list[list[bytes]]) -> list[bytes]:
    return [update for one in said for update in one]


def mixed(chosen: random.Random, said: list[list[bytes]]) -> list[bytes]:
    """Any order of clients, each client's own in its order."""
    waiting = [list(one) for one in said]
    found = []
    while any(waiting):
        found.append(chosen.choice([one for one in waiting if one]).pop(0))
    return found


def test_updates_of_a_client_out_of_order_make_a_wrong_text() -> None:
    """So an actor's operations are a numbered chain, and are applied in that order only."""
    said = history(35, clients=2, edits=4)
    updates = in_order(said)
    random.Random(35).shuffle(updates)
    right = text(*in_order(said))
    assert text(*updates) != right
    assert text(*updates, *updates) == right, "a second pass heals this one"


def test_updates_out_of_order_may_stay_wrong_however_often_they_come() -> None:
    """So what came out of order cannot be mended by sending it again."""
    wrong, for_good = [], []
    for seed in SEEDS:
        said = history(seed)
        updates = in_order(said)
        random.Random(seed).shuffle(updates)
        if text(*updates) != text(*in_order(said)):
            wrong.append(seed)
            if text(*updates, *updates) != text(*in_order(said)):
                for_good.append(seed)
    assert len(wrong) > len(SEEDS) // 8
    assert for_good


@pytest.mark.parametrize("seed", SEEDS)
def test_updates_in_each_clients_order_are_right_however_clients_mix(seed: int) -> None:
    """So an order for each actor is enough, and nothing has to put all actors into one."""
    said = history(seed)
    assert text(*mixed(random.Random(seed), said)) == text(*in_order(said))


@pytest.mark.parametrize("seed", SEEDS)
def test_updates_that_are_merged_first_are_right_in_any_order(seed: int) -> None:
    """So what came out of order can be joined before any document sees it."""
    said = history(seed)
    updates = in_order(said)
    random.Random(seed).shuffle(updates)
    assert text(pycrdt.merge_updates(*updates)) == text(*in_order(said))


def test_a_documents_own_encoding_leaves_out_what_waits_for_a_gap() -> None:
    """So a checkpoint is only made of a document that misses nothing."""
    one, two, three = typed(1, "one ", "two ", "three")
    gap, _ = document(2, one, three)
    assert text(gap.get_update(), two) == "one two "
    assert text(pycrdt.merge_updates(one, three), two) == "one two three"


def test_a_snapshot_gives_a_wrong_text() -> None:
    """So a text at an operation is a checkpoint and the updates after it, never a snapshot."""
    doc, made = document(1, skip_gc=True)
    made += "a"
    then = pycrdt.Snapshot.from_doc(doc)
    made.insert(1, "b")
    assert str(pycrdt.Doc.from_snapshot(then, doc).get("t", type=pycrdt.Text)) == "ab"


def test_a_snapshot_ends_in_a_panic_that_is_no_exception(capfd: pytest.CaptureFixture[str]) -> None:
    """So snapshots are not used, and Document.apply looks at the name of a BaseException."""
    doc, made = document(1, skip_gc=True)
    made += "xy"
    made.insert(1, "b")
    then = pycrdt.Snapshot.from_doc(doc)
    made.insert(2, "c")
    with pytest.raises(BaseException, match="EndOfBuffer") as raised:
        pycrdt.Doc.from_snapshot(then, doc)
    assert type(raised.value).__name__ == "PanicException"
    assert not isinstance(raised.value, Exception)
    assert "panicked" in capfd.readouterr().err


def test_a_range_out_of_bounds_is_a_panic(capfd: pytest.CaptureFixture[str]) -> None:
    """So Document.edit checks every range before the library sees it."""
    _, made = document(1, *typed(2, "text"))
    with pytest.raises(BaseException, match="remove") as raised:
        del made[0:9]
    assert type(raised.value).__name__ == "PanicException"
    assert "panicked" in capfd.readouterr().err


def test_indexes_are_bytes_of_utf_8() -> None:
    """So an Edit is at bytes, and one that would cut a character is refused."""
    doc, made = document(1)
    made += "é"
    peer, theirs = document(2, doc.get_update())
    assert len(made) == 2
    before = doc.get_state()
    made.insert(1, "X")  # within the character
    peer.apply_update(doc.get_update(before))
    assert (str(made), str(theirs)) == ("éX", "é")


def test_texts_that_are_seeded_under_one_fixed_id_part_silently() -> None:
    """So a document is seeded by a client whose id comes from the blob and the path."""
    (one, mine), (two, theirs) = document(0, *typed(0, "base\n")), document(0, *typed(0, "BASE\n"))
    assert one.get_state() == two.get_state()
    one.apply_update(two.get_update())
    two.apply_update(one.get_update())
    assert (str(mine), str(theirs)) == ("base\n", "BASE\n")


def test_a_text_that_is_seeded_under_random_ids_is_there_twice() -> None:
    """So clones that seed the same blob apart use the same id."""
    assert text(*typed(11, "base\n"), *typed(12, "base\n")) == "base\nbase\n"


def test_two_that_edit_under_one_id_part_silently() -> None:
    """So a client id is random, of one process, and is given up with what was not written down."""
    [seed] = typed(1, "s")
    one, mine = document(7, seed)
    two, theirs = document(7, seed)
    mine.insert(0, "AAA")
    theirs.insert(0, "BBB")
    one.apply_update(two.get_update())
    two.apply_update(one.get_update())
    assert (str(mine), str(theirs)) == ("AAAs", "BBBs")
    assert one.get_state() == two.get_state()


def test_merged_updates_stay_large_where_a_document_is_small() -> None:
    """So a checkpoint is what a document says of itself, not its updates merged."""
    doc, made = document(5)
    updates = []
    for count in range(300):
        before = doc.get_state()
        made.insert(len(made), "ab")
        if count % 3 == 0:
            del made[0:2]
        updates.append(doc.get_update(before))
    merged = pycrdt.merge_updates(*updates)
    squashed = document(6, merged)[0].get_update()
    assert text(squashed) == text(merged) == str(made)
    assert len(squashed) * 3 < len(merged)


def test_what_changed_since_a_state_tells_of_all_that_was_ever_deleted() -> None:
    """So an edit's update is what its transaction said, and stays small in a long history."""
    doc, made = document(1, *typed(2, "a word and another " * 200))
    sizes, told = [], []
    doc.observe(lambda event: told.append(len(event.update)))
    for at in range(100):
        before = doc.get_state()
        del made[at * 10 : at * 10 + 3]
        sizes.append(len(doc.get_update(before)))
    assert max(told) < 20
    assert sizes[-1] > 200


@pytest.mark.parametrize("seed", SEEDS)
def test_updates_that_are_applied_in_one_transaction_are_right(seed: int) -> None:
    """So a text is put together in one transaction, in half the time."""
    said = history(seed)
    doc, made = document(99)
    with doc.transaction():
        for update in mixed(random.Random(seed), said):
            doc.apply_update(update)
    assert str(made) == text(*in_order(said))


def test_a_changed_byte_of_an_update_is_taken_in() -> None:
    """So every operation has a digest, and every text is held against the digest of its file."""
    [update] = typed(1, "pay 100")
    assert text(update.replace(b"100", b"900")) == "pay 900"


@pytest.mark.parametrize("compressed", [False, True])
def test_pycrdt_store_loses_what_it_squashes(tmp_path: Path, *, compressed: bool) -> None:
    """So the journal has tables of its own."""

    class Store(SQLiteYStore):
        db_path = str(tmp_path / "store.db")
        squash_after_inactivity_of = 0

    async def read_back() -> str:
        async with Store("doc") as store:
            if compressed:
                store.register_compression_callbacks(lambda data: b"z" + data, lambda d: d[1:])
            for update in typed(1, "a", "b", "c"):
                await asyncio.sleep(0.002)
                await store.write(update)
            doc, made = document(2)
            try:
                await store.apply_updates(doc)
            except YDocNotFound:
                return "no such document"
            return str(made)

    assert asyncio.run(read_back()) == ("no such document" if compressed else "")


class Told:
    """What a watcher told. stop: hold its thread up at the next event."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.stopped, self.go_on = Signal(), Signal()
        self.go_on.set()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if not self.go_on.is_set():
            self.stopped.set()
            self.go_on.wait(PATIENCE)

    def until(self, wanted: Callable[[list[Event]], bool]) -> list[Event]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if wanted(self.events):
                return self.events
            time.sleep(0.002)
        raise AssertionError(f"not told: {self.events[-20:]}")


@contextmanager
def watched(*folders: Path) -> Iterator[tuple[Told, watching.Watcher]]:
    told = Told()
    watcher = watching.start(told)
    try:
        watcher.add(map(str, folders))
        yield told, watcher
    finally:
        told.go_on.set()
        watcher.close()


@on_linux
def test_a_save_is_told_as_unfinished_until_it_is_closed_or_renamed(tmp_path: Path) -> None:
    """So the daemon waits longer while somebody writes and has not closed the file."""
    with watched(tmp_path) as (told, _):
        file = str(tmp_path / "a")
        with open(file, "w") as writing:  # noqa: PTH123
            writing.write("x")
            writing.flush()
            told.until(lambda events: len(events) >= 2)
            assert {event.kind for event in told.events} == {UNFINISHED}
        told.until(lambda events: events[-1] == Event(DONE, file))
        Path(file).replace(tmp_path / "b")
        told.until(lambda events: events[-2:] == [Event(DONE, file), Event(DONE, f"{tmp_path}/b")])


@on_linux
def test_a_folder_that_is_renamed_is_told_by_its_new_name_once_it_is_added(tmp_path: Path) -> None:
    """So the daemon adds a folder again whenever an event speaks of one."""
    (tmp_path / "old").mkdir()
    with watched(tmp_path, tmp_path / "old") as (told, watcher):
        (tmp_path / "old").rename(tmp_path / "new")
        told.until(lambda events: events[-1:] == [Event(DONE, f"{tmp_path}/new", folder=True)])
        watcher.add([str(tmp_path / "new")])
        (tmp_path / "new/x").touch()
        told.until(lambda events: Event(DONE, f"{tmp_path}/new/x") in events)
        assert watcher.count() == 2


@on_linux
def test_a_folder_that_is_gone_is_watched_no_more(tmp_path: Path) -> None:
    """So nobody has to take a deleted folder back, and one of the same name is added anew."""
    folder = tmp_path / "folder"
    folder.mkdir()
    with watched(tmp_path, folder) as (told, watcher):
        folder.rmdir()
        told.until(lambda _: watcher.count() == 1)
        folder.mkdir()
        watcher.add([str(folder), str(tmp_path / "was never there")])
        assert watcher.count() == 2
        (folder / "x").touch()
        told.until(lambda events: Event(DONE, f"{folder}/x") in events)


@on_linux
def test_a_queue_that_overflows_is_told(tmp_path: Path) -> None:
    """So the daemon looks at everything when it was told too much, instead of missing some."""
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    names = [str(tmp_path / name) for name in "ab"]
    with watched(tmp_path) as (told, _):
        told.go_on.clear()
        for name in names:
            Path(name).touch()
        assert told.stopped.wait(PATIENCE)
        for count in range(most + 4096):  # by turns: equal events in a row are one
            os.utime(names[count % 2])
        told.go_on.set()
        told.until(lambda events: any(event.kind == OVERFLOW for event in events))


@on_linux
def test_what_a_checkout_writes_is_told_while_git_holds_the_index(repo: Sandbox) -> None:
    """So a look waits for the index lock, and HEAD is moved when Git is done."""
    repo.commit("one", {f"folder/{n}": "1\n" for n in range(40)})
    repo.git("switch", "-q", "-c", "other")
    repo.commit("two", {f"folder/{n}": "2\n" for n in range(40)})
    git = repo.root / ".git"
    with watched(git, repo.root, repo.root / "folder") as (told, _):
        repo.git("switch", "-q", "main")
        told.until(lambda events: Event(DONE, f"{git}/HEAD") in events)
        events = told.events
        begin = events.index(Event(UNFINISHED, f"{git}/index.lock"))
        end = len(events) - events[::-1].index(Event(DONE, f"{git}/index"))
        files = [at for at, event in enumerate(events) if "/folder/" in event.path]
        assert len({events[at].path for at in files}) == 40
        assert begin < min(files) <= max(files) < end
        assert end <= events.index(Event(DONE, f"{git}/HEAD"))
