"""The filter protocol as a state machine: the same events wherever the stream is cut."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs.protocol import (
    AskedForReady,
    Conversation,
    Event,
    NotTheProtocol,
    Reply,
    Request,
    Whole,
    answer,
    ready,
)
from git_anvcs.git.pktline import FLUSH, BadPacket, Decoder, content, lines

GREETING = lines(b"git-filter-client", b"version=2") + lines(
    b"capability=clean", b"capability=smudge", b"capability=delay", b"capability=more"
)
HOSTILE = "-a=b\nc/é\udcff\n"
SAID = [
    lines(b"command=clean", b"pathname=" + HOSTILE.encode(errors="surrogateescape")),
    b"".join(content((b"abc" * 30,))),
    FLUSH,
    lines(b"command=smudge", b"pathname=x", b"blob=12", b"new-key=1", b"can-delay=1"),
    FLUSH,
    lines(b"command=list_available_blobs"),
]
STREAM = GREETING + b"".join(SAID)
HEARD: list[Event] = [
    Reply(lines(b"git-filter-server", b"version=2")),
    Reply(lines(b"capability=clean", b"capability=smudge", b"capability=delay")),
    Request("clean", HOSTILE),
    b"abc" * 30,
    Whole(),
    Request("smudge", "x", may_delay=True, blob="12"),
    Whole(),
    AskedForReady(),
]


@given(st.integers(0, len(STREAM)), st.integers(0, len(STREAM)))
def test_events_are_the_same_wherever_the_stream_is_cut(one: int, other: int) -> None:
    first, second = sorted((one, other))
    talk = Conversation()
    found = [
        event
        for part in (STREAM[:first], STREAM[first:second], STREAM[second:])
        for event in talk.hear(part)
    ]
    assert found == HEARD
    assert talk.may_end


def test_git_may_hang_up_only_between_requests() -> None:
    ends = {len(GREETING), len(GREETING) + sum(map(len, SAID[:3]))}
    ends |= {len(GREETING) + sum(map(len, SAID[:5])), len(STREAM)}
    for cut in range(len(STREAM) + 1):
        talk = Conversation()
        list(talk.hear(STREAM[:cut]))
        assert talk.may_end == (cut in ends), cut


@given(st.integers(0, len(STREAM)), st.integers(0, 8), st.binary(max_size=8))
def test_a_damaged_stream_is_refused_or_understood_and_never_a_bug(
    cut: int, gone: int, put: bytes
) -> None:
    talk = Conversation()
    try:
        found = list(talk.hear(STREAM[:cut] + put + STREAM[cut + gone :]))
    except (BadPacket, NotTheProtocol):
        return
    assert all(isinstance(event, Event) for event in found)


@pytest.mark.parametrize(
    "stream",
    [
        lines(b"git-filter-client", b"version=3"),
        lines(b"hello"),
        FLUSH,
        GREETING + lines(b"command=clean"),
        GREETING + lines(b"command=destroy", b"pathname=x"),
        GREETING + FLUSH,
    ],
)
def test_what_git_does_not_say_is_refused(stream: bytes) -> None:
    with pytest.raises(NotTheProtocol):
        list(Conversation().hear(stream))


def test_answers_are_spelt_as_git_reads_them() -> None:
    assert Decoder().feed(b"".join(answer(b"abc"))) == [
        b"status=success\n",
        None,
        b"abc",
        None,
        None,
    ]
    assert Decoder().feed(ready([HOSTILE])) == [
        b"pathname=-a=b\nc/\xc3\xa9\xff\n\n",
        None,
        b"status=success\n",
        None,
    ]
