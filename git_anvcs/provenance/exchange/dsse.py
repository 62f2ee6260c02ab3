"""DSSE 1.0: what is signed, and the JSON envelope around it and its signatures. Pure.

The payload that was verified is the payload that is used: an envelope is parsed once.
"""

import base64
import binascii
import json
from typing import Any, NamedTuple

IN_TOTO = "application/vnd.in-toto+json"
LARGEST = 4 << 20


class NotAnEnvelope(ValueError):
    """The text is no envelope; the message says why."""


class Ambiguous(ValueError):
    """A JSON object has a key twice, and readers differ in which of the two they take."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, for `object_pairs_hook`. Raises Ambiguous."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Ambiguous("an object with a key twice")
    return found


class Signature(NamedTuple):
    """key: a hint which key it is of, which nobody vouches for"""

    key: str
    signature: bytes


class Envelope(NamedTuple):
    """A payload, what kind of thing it is, and who signed both."""

    payload: bytes
    kind: str
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> bytes:
        """The bytes that the signatures are over: the pre-authentication encoding (PAE)."""
        kind = self.kind.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)


def write(envelope: Envelope) -> bytes:
    """The envelope as one line of JSON, without the newline."""
    value = {
        "payload": base64.b64encode(envelope.payload).decode(),
        "payloadType": envelope.kind,
        "signatures": [
            {"keyid": each.key, "sig": base64.b64encode(each.signature).decode()}
            for each in envelope.signatures
        ],
    }
    return json.dumps(value, separators=(",", ":")).encode()


def read(text: bytes) -> Envelope:
    """The envelope in a text; unknown fields are ignored. Raises NotAnEnvelope."""
    if len(text) > LARGEST:
        raise NotAnEnvelope(f"larger than {LARGEST:,} bytes")
    try:
        value = json.loads(text, object_pairs_hook=once)
    except Ambiguous as error:
        raise NotAnEnvelope(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise NotAnEnvelope("not JSON") from error
    if not isinstance(value, dict) or not isinstance(value.get("signatures"), list):
        raise NotAnEnvelope("no JSON object with signatures")
    kind = _text(value, "payloadType")
    try:
        kind.encode()
    except UnicodeEncodeError as error:
        raise NotAnEnvelope("a payloadType that is no Unicode") from error
    signatures = tuple(_signature(each) for each in value["signatures"])
    return Envelope(_bytes(value, "payload"), kind, signatures)


def _signature(value: object) -> Signature:
    if not isinstance(value, dict):
        raise NotAnEnvelope("a signature that is no object")
    key = value.get("keyid")
    return Signature(key if isinstance(key, str) else "", _bytes(value, "sig"))


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise NotAnEnvelope(f"no {key}")
    return found


def _bytes(value: dict[str, Any], key: str) -> bytes:
    """Base64 in either of its alphabets: verifiers must take both."""
    text = _text(value, key).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAnEnvelope(f"a {key} that is not Base64") from error
