"""The beginning and the end of a text that comes in pieces and may be endless."""


class Ends:
    """Keeps the first and the last `most` / 2 bytes, and counts the rest."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._size = 0

    def add(self, piece: bytes) -> None:
        """The next piece of the text."""
        self._size += len(piece)
        room = self._half - len(self._head)
        self._head += piece[:room]
        self._tail += piece[room:]
        if len(self._tail) > 2 * self._half:  # not at every piece: that would move it each time
            del self._tail[: -self._half]

    @property
    def left_out(self) -> int:
        """How many bytes were not kept."""
        return max(0, self._size - len(self._head) - self._half)

    def bytes(self) -> bytes:
        """What was kept; where something was not, a line between says how much."""
        tail = bytes(self._tail[-self._half :])
        left_out = self.left_out
        said = f"\n[... {left_out:,} bytes left out ...]\n".encode() if left_out else b""
        return bytes(self._head) + said + tail
