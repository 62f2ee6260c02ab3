"""CIDs worked out here: laws, and what IPFS itself says (tests/blobs/test_ipfs.py asks a node)."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs.cid import Layout, cid_of, in_base32, is_cid

# As every node of IPFS gives them.
KNOWN = {
    b"": "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    b"hello": "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
}
SMALL = Layout(4, 3)


@pytest.mark.parametrize("data", KNOWN)
def test_a_content_of_one_chunk_is_its_own_hash(data: bytes) -> None:
    assert cid_of([data]) == KNOWN[data]


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_a_cid_says_nothing_of_how_the_bytes_came(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    assert cid_of(pieces, SMALL) == cid_of([whole], SMALL)
    assert is_cid(cid_of(pieces, SMALL))


@given(st.binary(max_size=200), st.integers(0, 199))
def test_another_byte_is_another_cid(data: bytes, at: int) -> None:
    other = data[:at] + b"\0" + data[at:]
    assert cid_of([data], SMALL) != cid_of([other], SMALL)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (KNOWN[b"hello"], KNOWN[b"hello"]),
        ("zb2rhZfjRh2FHHB2RkHVEvL2vJnCTcu7kwRqgVsf9gpkLgteo", KNOWN[b"hello"]),
        (
            "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",  # the empty folder
            "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354",
        ),
        ("", None),
        ("Q", None),
        ("z0OIl", None),
        ("z" * 300, None),
        ("/ipns/example.org", None),
        (KNOWN[b"hello"].upper(), None),
    ],
)
def test_what_a_node_says_is_spelled_in_one_way(said: str, means: str | None) -> None:
    assert in_base32(said) == means


@pytest.mark.parametrize("text", ["", "b", "/ipfs/" + KNOWN[b""], KNOWN[b""] + "\n", "b" * 300])
def test_what_is_no_cid_is_none(text: str) -> None:
    assert not is_cid(text)
