"""SHA-256 without OpenSSL: importing hashlib costs a hook 5 ms, most of it for other digests."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class _Hash(Protocol):
        def hexdigest(self) -> str: ...


def sha256(data: bytes) -> "_Hash":
    """SHA-256 of the bytes, by the module of the standard library that holds nothing else."""
    try:
        if sys.version_info >= (3, 12):
            from _sha2 import sha256 as made  # type: ignore[import-not-found, unused-ignore]
        else:
            from _sha256 import sha256 as made  # type: ignore[import-not-found, unused-ignore]
    except ImportError:  # neither is promised to be there
        from hashlib import sha256 as made
    found: _Hash = made(data)
    return found
