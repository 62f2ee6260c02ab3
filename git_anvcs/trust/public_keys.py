"""Public keys in writing: OpenSSH's one line each, as `*.pub` and Git's allowed signers have it."""

import base64
import binascii
import hashlib
from typing import NamedTuple

_KIND = b"ssh-ed25519"
_NAME = _KIND.decode()
_BYTES = 32


class PublicKey(NamedTuple):
    """An Ed25519 public key: its 32 bytes, and what its line says of its owner."""

    raw: bytes
    owner: str = ""

    @property
    def id(self) -> str:
        """Its fingerprint, as `ssh-keygen -l` prints it."""
        digest = hashlib.sha256(_blob(self.raw)).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"

    @property
    def line(self) -> str:
        """`ssh-ed25519 AAAA… owner`."""
        text = base64.b64encode(_blob(self.raw)).decode()
        return f"{_NAME} {text} {self.owner}".rstrip()


class Keys(NamedTuple):
    """What a file of public keys holds; others: how many lines are no key we may rely on."""

    found: tuple[PublicKey, ...]
    others: int


def read(text: str) -> Keys:
    """The Ed25519 keys in a `.pub` file, or in allowed signers (ssh-keygen(1)).

    A line with options (`namespaces=`, `valid-before=`, `cert-authority`) trusts its key for
    something less than everything, and is left out with keys of other kinds.
    """
    found = []
    others = 0
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = _key(line.split())
        if key is None:
            others += 1
        else:
            found.append(key)
    return Keys(tuple(dict.fromkeys(found)), others)


def _key(words: list[str]) -> PublicKey | None:
    """`ssh-ed25519 AAAA… owner`, or `owner ssh-ed25519 AAAA…`."""
    if words[0] == _NAME and len(words) > 1:
        return _decoded(words[1], " ".join(words[2:]))
    if len(words) > 2 and words[1] == _NAME:
        return _decoded(words[2], words[0])
    return None


def _decoded(text: str, owner: str) -> PublicKey | None:
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    raw = blob[-_BYTES:]
    return PublicKey(raw, owner) if blob == _blob(raw) else None


def _blob(raw: bytes) -> bytes:
    """The key as SSH sends it: two strings with their lengths (RFC 8709, section 4)."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in (_KIND, raw))
