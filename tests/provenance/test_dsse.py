"""Envelopes as the DSSE specification has them, read and written beside its authors' own code."""

import base64
import json

from hypothesis import given
from hypothesis import strategies as st
import pytest
from securesystemslib.dsse import Envelope as PeerEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from git_anvcs.provenance.exchange import dsse
from git_anvcs.provenance.exchange.dsse import Envelope, NotAnEnvelope, Signature
from git_anvcs.trust import ed25519

ENVELOPES = st.builds(
    Envelope,
    st.binary(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.builds(Signature, st.text(), st.binary()), max_size=3).map(tuple),
)


def peer_key(raw: bytes) -> SSlibKey:
    return SSlibKey("k", "ed25519", "ed25519", {"public": raw.hex()})


def test_what_is_signed_is_the_specifications_example() -> None:
    envelope = Envelope(b"hello world", "http://example.com/HelloWorld", ())
    assert envelope.signed == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@given(ENVELOPES)
def test_an_envelope_comes_back_as_it_was_written(envelope: Envelope) -> None:
    line = dsse.write(envelope)
    assert b"\n" not in line
    assert dsse.read(line) == envelope


@given(ENVELOPES)
def test_what_is_signed_is_what_the_authors_library_signs(envelope: Envelope) -> None:
    assert PeerEnvelope(envelope.payload, envelope.kind, {}).pae() == envelope.signed


@given(st.binary(max_size=300))
def test_the_authors_library_verifies_what_we_sign(payload: bytes) -> None:
    private = ed25519.generate()
    unsigned = Envelope(payload, dsse.IN_TOTO, ())
    signature = ed25519.sign(private, unsigned.signed)
    line = dsse.write(unsigned._replace(signatures=(Signature("k", signature),)))
    peer = PeerEnvelope.from_dict(json.loads(line))
    key = peer_key(ed25519.public_of(private))
    assert list(peer.verify([key], 1)) == ["k"]
    with pytest.raises(VerificationError):
        peer.verify([peer_key(ed25519.public_of(ed25519.generate()))], 1)


def test_we_verify_what_the_authors_library_signs() -> None:
    signer = CryptoSigner.generate_ed25519()
    peer = PeerEnvelope(b"{}", dsse.IN_TOTO, {})
    peer.sign(signer)
    found = dsse.read(json.dumps(peer.to_dict()).encode())
    [signature] = found.signatures
    public = bytes.fromhex(signer.public_key.keyval["public"])
    assert ed25519.verifies(public, signature.signature, found.signed)


def test_both_alphabets_of_base64_and_unknown_fields_are_read() -> None:
    payload = b"\xfb\xff\xfe?"
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        value = {
            "payload": encode(payload).decode(),
            "payloadType": "t",
            "signatures": [{"sig": encode(payload).decode(), "extra": 1}],
            "more": [],
        }
        found = dsse.read(json.dumps(value).encode())
        assert found == Envelope(payload, "t", (Signature("", payload),))


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000,
        b'{"payload":"","payloadType":"t"}',
        b'{"payload":"","signatures":[]}',
        b'{"payload":"?","payloadType":"t","signatures":[]}',
        b'{"payload":"YQ","payloadType":"t","signatures":[]}',
        b'{"payload":1,"payloadType":"t","signatures":[]}',
        b'{"payload":"","payloadType":"\\ud800","signatures":[]}',
        b'{"payload":"","payloadType":"t","signatures":[1]}',
        b'{"payload":"","payloadType":"t","signatures":[{}]}',
        b" " * (dsse.LARGEST + 1),
        b'{"payload":"YQ==","payload":"","payloadType":"t","signatures":[]}',
        b'{"payload":"","payloadType":"t","signatures":[{"sig":"YQ==","sig":""}]}',
    ],
    ids=[
        "empty", "list", "no field", "null", "no UTF-8", "deep", "no signatures", "no type",
        "no Base64", "cut Base64", "a number", "no Unicode", "no object", "no sig", "huge",
        "two payloads", "two sigs",
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_refused(text: bytes) -> None:
    with pytest.raises(NotAnEnvelope):
        dsse.read(text)


@given(st.binary(max_size=100))
def test_any_bytes_are_an_envelope_or_refused(text: bytes) -> None:
    try:
        assert isinstance(dsse.read(text), Envelope)
    except NotAnEnvelope:
        return
