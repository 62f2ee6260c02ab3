"""Ed25519 signatures (RFC 8032); the only module that imports cryptography.

Private keys are OpenSSH's files, so that `ssh-keygen` and Git can use them too; public keys and
signatures are their 32 and 64 bytes.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def generate() -> bytes:
    """A new private key, as an OpenSSH private key file without a passphrase."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )


def public_of(private: bytes) -> bytes:
    """The public key of a private key file. Raises ValueError when it is none of Ed25519."""
    from cryptography.hazmat.primitives import serialization

    key = _loaded(private).public_key()
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def sign(private: bytes, message: bytes) -> bytes:
    """The signature of a message. Raises ValueError when the file is no Ed25519 private key."""
    return _loaded(private).sign(message)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the owner of the public key has signed this message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _loaded(private: bytes) -> "Ed25519PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        key = serialization.load_ssh_private_key(private, password=None)
    except (UnsupportedAlgorithm, TypeError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("a key of another kind")
    return key
