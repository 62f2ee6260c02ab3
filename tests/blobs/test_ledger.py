"""The ledger: which pointer a content has at a place, its copies, its jobs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from git_anvcs.blobs.contents import Identity
from git_anvcs.blobs.ledger import Copy, Job, Ledger, Seen
from git_anvcs.store.paths import Paths

HOSTILE = "-a=b\n\udcff"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(Paths(tmp_path)) as opened:
        yield opened


def test_a_pointer_is_the_one_of_the_place_else_of_the_path_else_the_newest(
    ledger: Ledger,
) -> None:
    assert ledger.pointer_of("o", HOSTILE) is None
    ledger.remember([Seen("o", HOSTILE, b"1"), Seen("o", "b", b"2"), Seen("o", HOSTILE, b"3", "w")])
    ledger.remember([Seen("o", "c", b"4")])
    assert ledger.pointer_of("o", HOSTILE) == b"1"
    assert ledger.pointer_of("o", HOSTILE, "w") == b"3"
    assert ledger.pointer_of("o", HOSTILE, "other") == b"3"
    assert ledger.pointer_of("o", "b", "w") == b"2"
    assert ledger.pointer_of("o", "new") == b"4"
    assert ledger.pointer_of("other", "b") is None
    ledger.remember([Seen("o", "b", b"5")])
    assert ledger.pointer_of("o", "b") == b"5"
    ledger.remember([Seen("o", "b", b"6"), Seen("o", "fresh", b"7")], only_new=True)
    assert (ledger.pointer_of("o", "b"), ledger.pointer_of("o", "fresh")) == (b"5", b"7")


def test_what_is_known_already_is_not_written_again(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    both = [Seen("o", "a", b"1"), Seen("p", "b", b"2")]
    with Ledger(paths) as ledger:
        ledger.remember(both)
    before = paths.ledger.read_bytes()
    with Ledger(paths) as ledger:
        ledger.remember(both)
        ledger.remember(both, only_new=True)
    assert paths.ledger.read_bytes() == before
    with Ledger(paths) as ledger:
        ledger.remember([Seen("o", "c", b"3"), *both])
        assert ledger.pointer_of("o", "new") == b"1"


def test_copies_are_kept_renewed_and_forgotten(ledger: Ledger) -> None:
    old = Copy("o", "main", "k", "v1", seconds=1)
    new = Copy("o", "main", "k", "v2", etag="e", seconds=2)
    ledger.add_copies([old, new])
    assert ledger.copies("o") == [new, old]
    ledger.add_copies([old._replace(verified=True)])
    assert ledger.copies("o") == [old._replace(verified=True), new]
    ledger.forget_copy(old)
    assert ledger.copies("o") == [new]


def test_a_job_is_queued_once_and_waits_for_its_time(ledger: Ledger) -> None:
    job = Job("upload", "o", "main", 7, seconds=5)
    ledger.ask([job, job._replace(state="again")])
    ledger.ask([Job("fetch", "p", seconds=4)])
    assert ledger.jobs() == [Job("fetch", "p", seconds=4), job]
    later = job._replace(tries=1, next_try=100, note="it did not answer")
    ledger.update([later])
    assert ledger.jobs("upload") == [later]
    assert ledger.jobs("upload", due=99) == []
    assert ledger.jobs("upload", due=100) == [later]
    ledger.done([later])
    assert ledger.jobs("upload") == []


def test_a_count_is_believed_between_two_seconds(ledger: Ledger) -> None:
    found = Identity(2**64 - 1, 5, 10**18, 10**18 + 1)
    ledger.remember_counted({"o": found}, 7)
    assert [ledger.was_counted("o", *times) for times in ((7, 7), (8, 9), (5, 6))] == [
        found, None, None,
    ]  # fmt: skip
    ledger.remember_counted({"o": found._replace(inode=1)}, 9)
    assert ledger.was_counted("o", 8, 9) == found._replace(inode=1)
    assert ledger.was_counted("other", 0, 9) is None


def test_what_was_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    with Ledger(Paths(tmp_path)) as first:
        first.remember([Seen("o", "a", b"1")])
    with Ledger(Paths(tmp_path)) as second:
        assert second.pointer_of("o", "a") == b"1"
