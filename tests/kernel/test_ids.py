from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.kernel.ids import change_id, meta_id, ulid


@given(st.integers(0, 2**47), st.integers(0, 2**47))
def test_ulids_sort_as_their_times_do(one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert ulid(early / 1000, b"\0" * 10) <= ulid(late / 1000, b"\xff" * 10)


def test_ulid_is_the_published_encoding_of_time_and_randomness() -> None:
    assert ulid(1469918176.385, b"\xff" * 10) == "01ARYZ6S41" + "Z" * 16


def test_ids_have_the_forms_the_schema_demands() -> None:
    assert meta_id(0).startswith("am_0000000000")
    assert len(meta_id(0)) == 29
    assert len(change_id()) == 41
