"""Segments: what is sealed is read again, whatever is changed is noticed, withheld or not."""

import struct

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import op as ops
from git_anvcs.journal import segment
from git_anvcs.journal.op import NOTHING, Damaged, Kind, Op, digest_of, encode
from git_anvcs.journal.segment import Entry, Segment, Withheld
from git_anvcs.store import zstd
from git_anvcs.trust import ed25519
from tests.journal.test_op import OPS

ACTOR = b"actor of 16 byte"
PRIVATE_KEY = ed25519.generate()
PUBLIC_KEY = ed25519.public_of(PRIVATE_KEY)


def sign(message: bytes) -> tuple[bytes, bytes]:
    return PUBLIC_KEY, ed25519.sign(PRIVATE_KEY, message)


def chained(given_ops: list[Op], first: int = 1, before: bytes = NOTHING) -> list[bytes]:
    made = []
    for seq, op in enumerate(given_ops, first):
        made.append(encode(op, ACTOR, seq, before))
        before = digest_of(made[-1])
    return made


CHAINS = st.lists(OPS, min_size=1, max_size=5)
CHOSEN = st.sets(st.integers(1, 5))


@given(CHAINS, CHOSEN, st.booleans())
def test_a_segment_is_read_as_it_was_packed(
    chain: list[Op], chosen: set[int], signed: bool
) -> None:
    made = segment.make(ACTOR, 1, NOTHING, chained(chain), sign if signed else None)
    thin = segment.withhold(made, chosen)
    for one in (made, thin):
        data = segment.pack(one)
        assert segment.unpack(data) == one
        assert segment.problems(one) == []
        assert segment.name_of(data) == data[-32:].hex()
    assert thin.digests == made.digests
    assert (thin.last, thin.end, thin.signature) == (made.last, made.end, made.signature)


@given(CHAINS, CHOSEN, st.integers(0), st.integers(0, 7))
def test_any_bit_that_flips_is_noticed(
    chain: list[Op], chosen: set[int], at: int, bit: int
) -> None:
    made = segment.withhold(segment.make(ACTOR, 1, NOTHING, chained(chain), sign), chosen)
    data = bytearray(segment.pack(made))
    data[at % len(data)] ^= 1 << bit
    with pytest.raises(Damaged):
        segment.unpack(bytes(data))


@given(CHAINS, CHOSEN, st.integers(1, 5), OPS)
def test_who_has_not_the_key_can_put_nothing_in(
    chain: list[Op], chosen: set[int], number: int, other: Op
) -> None:
    """Also where both neighbours are withheld, so that no operation holds its digest."""
    number = min(number, len(chain))
    made = segment.make(ACTOR, 1, NOTHING, chained(chain), sign)
    forged: list[Entry] = list(segment.withhold(made, chosen - {number}).entries)
    before = segment.digest(made.entries[number - 2]) if number > 1 else NOTHING
    forged[number - 1] = encode(other, ACTOR, number, before)
    read = segment.unpack(segment.pack(rechained(made._replace(entries=tuple(forged)))))
    if forged[number - 1] == made.entries[number - 1]:
        assert segment.problems(read) == []
    else:
        assert any("signature" in problem for problem in segment.problems(read))


def rechained(made: Segment) -> Segment:
    """Every whole entry again, with the digest of the one before it as it is now."""
    entries: list[Entry] = []
    before = made.before
    for entry in made.entries:
        again = entry
        if not isinstance(entry, Withheld):
            link = ops.decode(entry)
            again = encode(link.op, link.actor, link.seq, before)
        entries.append(again)
        before = segment.digest(again)
    return made._replace(entries=tuple(entries))


@given(CHAINS, CHOSEN, CHOSEN)
def test_digests_of_texts_may_be_left_out(
    chain: list[Op], lean: set[int], chosen: set[int]
) -> None:
    made = segment.withhold(segment.make(ACTOR, 1, NOTHING, chained(chain), sign), chosen)
    data = segment.pack(made, lean)
    known = iter([chain[n - 1].digest for n in range(1, len(chain) + 1) if n in lean - chosen])
    assert segment.unpack(data, lambda op, left_out: next(known) if left_out else op.digest) == made
    if any(n in lean - chosen and chain[n - 1].digest for n in range(1, len(chain) + 1)):
        with pytest.raises(Damaged, match="leaves out"):
            segment.unpack(data)
        with pytest.raises(Damaged, match="not those"):
            segment.unpack(data, lambda *_: b"another")


def test_what_does_not_follow_is_no_segment() -> None:
    one, two, three = chained([Op(Kind.BLOB, ".", n, "a") for n in range(3)])
    for first, entries, wrong in (
        (1, [one, three], "another one's"),
        (2, [one], "another one's"),
        (1, [encode(Op(Kind.BLOB, ".", 1), ACTOR, 1, b"x" * 32)], "does not follow"),
        (1, [two[:-1]], "damaged"),
        (1, [], "no operation"),
    ):
        with pytest.raises(ValueError, match=wrong):
            segment.make(ACTOR, first, NOTHING, entries)


def test_a_segment_of_another_key_or_none_is_told() -> None:
    made = segment.make(ACTOR, 1, NOTHING, chained([Op(Kind.MARK, ".", 1)]), sign)
    other = ed25519.public_of(ed25519.generate())
    assert "signature" in segment.problems(made._replace(key=other))[0]
    unsigned = segment.unpack(segment.pack(made._replace(key=b"", signature=b"")))
    assert (unsigned.key, segment.problems(unsigned)) == (b"", [])


def checked(data: bytes) -> bytes:
    return data[:-32] + segment._checksum(data[:-32])


def test_hostile_bytes_cost_nothing() -> None:
    """A frame that unpacks to more than any segment, counts and lengths that cannot be."""
    packed = segment.pack(segment.make(ACTOR, 1, NOTHING, chained([Op(Kind.MARK, ".", 1)])))
    head = packed[: 8 + segment._HEADER.size]
    bomb = zstd.pack(bytes(segment.LARGEST + 1))
    assert len(bomb) < 1 << 16
    for body, wrong in (
        (bomb, "at most"),
        (zstd.pack(b""), "fewer"),
        (zstd.pack(struct.pack(">BI", 1, 1 << 31)), "no kind"),
        (zstd.pack(struct.pack(">BI", 9, 0)), "no kind"),
        (zstd.pack(struct.pack(">BI", 0, 3) + b"abc"), "no digest"),
        (zstd.pack(struct.pack(">BI", 1, 3) + b"abc"), "."),
        (zstd.pack(b"") + b"more", "more than"),
        (b"", "unpacked"),
    ):
        with pytest.raises(Damaged, match=wrong):
            segment.unpack(checked(head + body + bytes(32)))
    many = head[:17] + struct.pack(">I", 1 << 31) + head[21:]
    for data in (b"", b"anvcsSEG", b"x" * 500, head[:8] + b"\2" + head[9:] + bytes(40), many):
        with pytest.raises(Damaged):
            segment.unpack(data + bytes(40))
    with pytest.raises(ValueError, match="too many"):
        segment.pack(Segment(ACTOR, 1, NOTHING, (bytes(segment.LARGEST + 100),)))
