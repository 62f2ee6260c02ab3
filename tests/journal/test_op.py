"""Operations in bytes: what is written is read, and what was written long ago still is."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal.op import (
    NOTHING,
    Damaged,
    Flag,
    Kind,
    Link,
    Op,
    Precision,
    decode,
    digest_of,
    encode,
)  # fmt: skip

NUMBERS = st.integers(0, 2**53 - 1)
PATHS = st.binary(min_size=1, max_size=9).filter(lambda b: b"\0" not in b).map(
    lambda data: data.decode("utf-8", "surrogateescape")
)  # fmt: skip
OPS = st.builds(
    Op, st.sampled_from(Kind), st.text(max_size=9), NUMBERS, PATHS, st.binary(max_size=16),
    st.sampled_from(["", "ab" * 20]), st.sampled_from([0, 0o100644, 0o120000]), NUMBERS,
    st.binary(max_size=32), st.integers(0, 63).map(Flag), st.sampled_from(Precision),
    st.text(max_size=9), NUMBERS, st.binary(max_size=99),
)  # fmt: skip


@given(OPS, st.binary(min_size=16, max_size=16), NUMBERS, st.binary(min_size=32, max_size=32))
def test_an_operation_is_read_as_it_was_written(
    op: Op, actor: bytes, seq: int, before: bytes
) -> None:
    assert decode(encode(op, actor, seq, before)) == Link(op, actor, seq, before)


@given(OPS, st.integers(0), st.integers(1, 255))
def test_a_changed_byte_is_another_operation_or_none(op: Op, at: int, by: int) -> None:
    data = bytearray(encode(op, b"a" * 16, 7, NOTHING))
    data[at % len(data)] ^= by
    assert digest_of(bytes(data)) != digest_of(encode(op, b"a" * 16, 7, NOTHING))
    try:
        read = decode(bytes(data))
    except Damaged:
        return
    assert encode(*read) == bytes(data)


@given(OPS, st.floats(0, 1, exclude_max=True))
def test_an_operation_cut_short_is_damaged(op: Op, part: float) -> None:
    data = encode(op, b"a" * 16, 1, NOTHING)
    with pytest.raises(Damaged):
        decode(data[: int(len(data) * part)])


def test_the_form_never_changes() -> None:
    op = Op(
        Kind.EDIT, "worktrees/a", 120_000 << 16, "src/é.py", bytes(16), "ab" * 20, 0o100644, 12,
        bytes(32), Flag.CRLF, Precision.SAVE, "claude:1", 5, b"\0\0",
    )  # fmt: skip
    data = encode(op, bytes(range(16)), 2, NOTHING)
    assert digest_of(data).hex() == FROZEN


FROZEN = "77b239e764ab9bfa852d77dbb2f3746ed250befa1cc88a2f42bcc1e4dd728679"
