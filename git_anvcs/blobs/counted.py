"""A content that is only counted: where it cannot be kept, to know whether it is here already."""


class Counted:
    """SHA-256 and size of what has come; size: in bytes."""

    def __init__(self) -> None:
        from hashlib import sha256

        self._hash = sha256()
        self.size = 0

    def count(self, chunk: bytes) -> None:
        """The next bytes."""
        self._hash.update(chunk)
        self.size += len(chunk)

    def counted(self) -> tuple[str, int]:
        """(oid, size) of the bytes by now."""
        return self._hash.hexdigest(), self.size

    def close(self) -> None:
        """Nothing is open."""
