"""The queue: no job is lost by a failure, and none is done before the store has confirmed it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs import queue
from git_anvcs.blobs.errors import Refused, Unreachable, WrongContent
from git_anvcs.blobs.ledger import Ledger
from git_anvcs.blobs.store import Held
from git_anvcs.store.paths import Paths

OID = "a" * 64
ERRORS = st.one_of(
    st.builds(Unreachable, st.text(max_size=9), retry_after=st.none() | st.floats(0, 9e5)),
    st.builds(Refused, st.just("no")),
    st.builds(WrongContent, st.just("other")),
)


@given(st.integers(1, 200), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 9e5))
def test_a_pause_is_bounded_and_never_shorter_than_the_store_asks(
    tries: int, chance: float, asked: float | None
) -> None:
    found = queue.pause(tries, lambda: chance, asked)
    assert (asked or 0.0) <= found <= max(3600.0, asked or 0.0)


def test_pauses_grow_until_an_hour() -> None:
    longest = [queue.pause(tries, lambda: 1.0) for tries in range(1, 15)]
    assert longest == sorted(longest)
    assert (longest[0], longest[-1]) == (4.0, 3600.0)


@given(st.lists(ERRORS, min_size=1, max_size=9), st.booleans())
def test_a_failed_job_waits_and_forgets_no_upload(errors: list[Exception], sent: bool) -> None:
    job = queue.wanted(OID, 5, "nfs", 1000)
    held = Held("sha256/aa/aa/x", "v1", OID, 5, '"etag"')
    version = queue.version_of(held, "place")
    job = queue.uploaded(job, version) if sent else job._replace(state=queue.UPLOADING)
    for error in errors:
        job = queue.failed(job, error, 2000, lambda: 0.5)  # type: ignore[arg-type]
    assert job.tries == len(errors)
    assert job.next_try >= 2000
    assert version == ("sha256/aa/aa/x", "v1", '"etag"', OID, "place")
    assert queue.version_in(job) == (version if sent else None)


@pytest.mark.parametrize("note", ["", "[]", '{"a": 1}', "[1, 2, 3, 4]", "torn ["])
def test_an_upload_is_done_again_when_its_note_says_nothing(note: str) -> None:
    job = queue.wanted(OID, 5, "nfs", 1000)._replace(state=queue.UPLOADED, note=note)
    assert queue.version_in(job) is None


def test_a_silent_store_is_left_alone_until_it_answers(tmp_path: Path) -> None:
    with Ledger(Paths(tmp_path)) as ledger:
        for number in range(queue.FAILURES):
            assert queue.resting(ledger, 1000) == set()
            queue.silent(ledger, "s3", Unreachable(f"no {number}"), 1000, lambda: 0.5)
        assert queue.resting(ledger, 1000) == {"s3"}
        assert queue.resting(ledger, 1000 + 3600) == set()
        queue.answered(ledger, ["s3"])
        assert queue.resting(ledger, 1000) == set()
