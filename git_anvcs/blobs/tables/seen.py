"""Whether a value of a table stood in it before, exact for any number of rows."""

from hashlib import blake2b
import tempfile
from typing import IO, NamedTuple

KEPT = 1_000_000  # digests in memory; more of them go to files
FILES = 64
DIGEST = 16
ENTRY = DIGEST + 8  # digest and number of the row


class Repeats(NamedTuple):
    """How many rows repeat what an earlier row has, and the first such row; 0, 0 where none do."""

    rows: int
    first: int


class Seen:
    """The values of one column, or of several together, row after row."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._digests: dict[bytes, int] = {}
        self._repeats: list[int] = [0, 0]
        self._files: list[IO[bytes]] = []

    def add(self, value: bytes, row: int) -> None:
        """value: the same bytes for equal values; row: its number, from 1, rising."""
        digest = blake2b(value, digest_size=DIGEST).digest()
        if self._files:
            self._write(digest, row)
        elif digest in self._digests:
            self._repeat(row)
        else:
            self._digests[digest] = row
            if len(self._digests) > self._kept:
                self._spill()

    def repeats(self) -> Repeats:
        """Of all that was added; the files are gone afterwards. Raises OSError."""
        for file in self._files:
            with file:
                self._count(file)
        self._files = []
        return Repeats(*self._repeats)

    def _repeat(self, row: int) -> None:
        rows, first = self._repeats
        self._repeats = [rows + 1, min(first or row, row)]

    def _spill(self) -> None:
        self._files = [tempfile.TemporaryFile() for _ in range(FILES)]  # noqa: SIM115 - see repeats
        for digest, row in self._digests.items():
            self._write(digest, row)
        self._digests = {}

    def _write(self, digest: bytes, row: int) -> None:
        self._files[digest[0] % FILES].write(digest + row.to_bytes(8, "big"))

    def _count(self, file: IO[bytes]) -> None:
        found: set[bytes] = set()
        file.seek(0)
        while entry := file.read(ENTRY):
            digest, row = entry[:DIGEST], int.from_bytes(entry[DIGEST:], "big")
            if digest in found:
                self._repeat(row)
            found.add(digest)
