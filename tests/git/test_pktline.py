"""Laws of the pkt-line framing."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.git.pktline import FLUSH, LARGEST, BadPacket, Decoder, content, lines, packet

PACKETS = st.lists(st.none() | st.binary(max_size=40), max_size=12)


def spelt(packets: list[bytes | None]) -> bytes:
    return b"".join(FLUSH if one is None else packet(one) for one in packets)


@given(PACKETS, st.data())
def test_packets_are_the_same_wherever_the_stream_is_cut(
    packets: list[bytes | None], data: st.DataObject
) -> None:
    stream = spelt(packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder = Decoder()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += decoder.feed(stream[start:end])
    assert found == packets
    assert decoder.between


@given(PACKETS, st.integers(1, 60))
def test_packets_are_the_same_when_all_come_through_the_same_memory(
    packets: list[bytes | None], size: int
) -> None:
    stream, decoder, memory = spelt(packets), Decoder(), bytearray(size)
    found = []
    for start in range(0, len(stream), size):
        piece = stream[start : start + size]
        memory[: len(piece)] = piece
        heard = decoder.feed(memoryview(memory)[: len(piece)])
        found += [None if one is None else bytes(one) for one in heard]
    assert found == packets
    assert decoder.between


@given(PACKETS.filter(bool), st.data())
def test_a_stream_that_ends_within_a_packet_is_told_from_one_that_is_whole(
    packets: list[bytes | None], data: st.DataObject
) -> None:
    stream = spelt(packets)
    decoder = Decoder()
    found = decoder.feed(stream[: data.draw(st.integers(0, len(stream) - 1))])
    assert found == packets[: len(found)]
    assert len(found) < len(packets)


@given(st.binary(max_size=200))
def test_any_bytes_are_packets_or_refused(data: bytes) -> None:
    try:
        found = Decoder().feed(data)
    except BadPacket:
        return
    again = spelt(found)  # the same bytes, but for the case of the lengths
    assert again.lower() == data[: len(again)].lower()


@pytest.mark.parametrize("header", [b"0001", b"0003", b"fff5", b"ffff", b"+0a0", b"0x10", b"12 4"])
def test_a_length_that_no_packet_has_is_refused(header: bytes) -> None:
    with pytest.raises(BadPacket):
        Decoder().feed(header + b"x" * 20)


@pytest.mark.parametrize("size", [0, 1, LARGEST - 1, LARGEST, LARGEST + 1, 2 * LARGEST])
def test_a_content_of_any_size_goes_into_packets(size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    found = Decoder().feed(b"".join(content((data,))))
    assert b"".join(one or b"" for one in found) == data
    assert all(one and len(one) <= LARGEST for one in found)


def test_a_list_is_lines_and_a_flush() -> None:
    assert lines(b"status=success") == b"0013status=success\n0000"
