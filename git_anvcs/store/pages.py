"""What is left in the pages of a damaged SQLite database, whatever its tree has become.

Every leaf of every page, and of every page in the write-ahead log, is read by itself
(sqlite.org/fileformat2.html). Old and new states of a page both count: the caller must be able to
tell right from wrong by what a record says. Pure; nothing of a damaged file raises.
"""

from collections.abc import Iterator, Sequence
import struct
from typing import NamedTuple

Value = None | int | float | bytes | str

_MAGIC = b"SQLite format 3\0"
_USUAL_SIZE = 4096
_FILE_HEADER, _LOG_HEADER, _FRAME_HEADER = 100, 32, 24
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_INDEX_INNER, _INDEX_LEAF, _TABLE_LEAF = 2, 10, 13
_MOST_VALUES = 100
_INT_SIZES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class Record(NamedTuple):
    """A row. number: its rowid; None in an index and in a table without rowids"""

    number: int | None
    values: tuple[Value, ...]


class _Broken(Exception):
    """These bytes are no record."""


def records(file: bytes, log: bytes = b"") -> Iterator[Record]:
    """Every record that can be read: of the file, then of its log from the oldest frame on."""
    pages = _Pages(file, log)
    for start, page in pages.all():
        yield from _of_page(pages, page, start)


class _Pages:
    """The pages of a database and of its log. file, log: may be an mmap"""

    def __init__(self, file: bytes, log: bytes) -> None:
        self._file, self._log = file, log
        self.size = _page_size(file, log)
        self.usable = self.size - (file[20] if file[:16] == _MAGIC and file[20] <= 32 else 0)
        self._frames = self._found_frames()
        self._newest = dict(self._frames)

    def all(self) -> Iterator[tuple[int, bytes]]:
        """Each page with where its tree begins in it."""
        for at in range(0, len(self._file), self.size):
            yield (0 if at else _FILE_HEADER), bytes(self._file[at : at + self.size])
        for number, at in self._frames:
            yield (0 if number > 1 else _FILE_HEADER), bytes(self._log[at : at + self.size])

    def page(self, number: int) -> bytes:
        """The newest state of a page. Raises _Broken."""
        if number in self._newest:
            at = self._newest[number]
            return bytes(self._log[at : at + self.size])
        at = (number - 1) * self.size
        if number < 1 or at >= len(self._file):
            raise _Broken
        return bytes(self._file[at : at + self.size])

    def _found_frames(self) -> list[tuple[int, int]]:
        """Number and place of each page in the log, of its newest run: older ones have other salts.

        What a checkpoint has moved into the file already does no harm.
        """
        if len(self._log) < _LOG_HEADER:
            return []
        salts = bytes(self._log[16:24])
        step = _FRAME_HEADER + self.size
        found = []
        for at in range(_LOG_HEADER, len(self._log) - step + 1, step):
            if bytes(self._log[at + 8 : at + 16]) == salts:
                number = int.from_bytes(self._log[at : at + 4], "big")
                found.append((number, at + _FRAME_HEADER))
        return found


def _page_size(file: bytes, log: bytes) -> int:
    for data, at, width, known in (
        (file, 16, 2, bytes(file[:16]) == _MAGIC),
        (log, 8, 4, int.from_bytes(log[:4], "big") in _LOG_MAGIC),
    ):
        size = int.from_bytes(data[at : at + width], "big") if known else 0
        size = 1 << 16 if size == 1 else size
        if 512 <= size <= 1 << 16 and size & (size - 1) == 0:
            return size
    return _USUAL_SIZE


def _of_page(pages: _Pages, page: bytes, start: int) -> Iterator[Record]:
    if len(page) < start + 8 or page[start] not in (_INDEX_INNER, _INDEX_LEAF, _TABLE_LEAF):
        return
    kind = page[start]
    first = start + (12 if kind == _INDEX_INNER else 8)
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    for at in range(first, min(first + 2 * count, len(page) - 1), 2):
        cell = int.from_bytes(page[at : at + 2], "big")
        try:
            yield _of_cell(pages, page, cell + (4 if kind == _INDEX_INNER else 0), kind)
        except (_Broken, IndexError, struct.error, OverflowError):
            continue


def _of_cell(pages: _Pages, page: bytes, at: int, kind: int) -> Record:
    size, at = _varint(page, at)
    number = None
    if kind == _TABLE_LEAF:
        number, at = _varint(page, at)
        number -= 1 << 64 if number >> 63 else 0
    return Record(number, _values(_payload(pages, page, at, size, kind)))


def _payload(pages: _Pages, page: bytes, at: int, size: int, kind: int) -> bytes:
    """What of it is in the page, and the chain of pages with the rest."""
    usable = pages.usable
    most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if size <= most:
        data = page[at : at + size]
    else:
        least = (usable - 12) * 32 // 255 - 23
        here = least + (size - least) % (usable - 4)
        here = here if here <= most else least
        data = page[at : at + here]
        after = int.from_bytes(page[at + here : at + here + 4], "big")
        data += b"".join(_overflow(pages, after, size - here))
    if len(data) != size:
        raise _Broken
    return data


def _overflow(pages: _Pages, number: int, left: int) -> Iterator[bytes]:
    seen: set[int] = set()
    while left > 0:
        if number in seen:
            raise _Broken
        seen.add(number)
        page = pages.page(number)
        piece = page[4 : 4 + min(left, pages.usable - 4)]
        if not piece:
            raise _Broken
        yield piece
        left -= len(piece)
        number = int.from_bytes(page[:4], "big")


def _values(data: bytes) -> tuple[Value, ...]:
    end, at = _varint(data, 0)
    kinds = []
    while at < end:
        kind, at = _varint(data, at)
        kinds.append(kind)
    if at != end or not 0 < len(kinds) <= _MOST_VALUES:
        raise _Broken
    return tuple(_read(data, end, kinds))


def _read(data: bytes, at: int, kinds: Sequence[int]) -> Iterator[Value]:
    for kind in kinds:
        size = _INT_SIZES.get(kind, 8 if kind == 7 else max(0, kind - 12) // 2)
        piece = data[at : at + size]
        if len(piece) != size or kind in (10, 11):
            raise _Broken
        at += size
        if kind == 0:
            yield None
        elif kind in _INT_SIZES:
            yield int.from_bytes(piece, "big", signed=True)
        elif kind in (8, 9):
            yield kind - 8
        elif kind == 7:
            yield float(struct.unpack(">d", piece)[0])
        else:
            yield _text(piece) if kind % 2 else piece
    if at != len(data):
        raise _Broken


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _Broken from None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """SQLite's variable-length number, and where it ends."""
    value = 0
    for place in range(at, at + 8):
        byte = data[place]
        value = value << 7 | byte & 127
        if byte < 128:
            return value, place + 1
    return value << 8 | data[at + 8], at + 9
