"""What an update of a text brings and what it needs, read from its bytes (Yjs update, version 1).

Pure. The library keeps what came too early to itself and then makes wrong texts of it
(tests/journal/test_library_facts.py), so an update is fed only when all it needs is there. Bytes
that are no edit of a text – other types, a promise of something to come – are refused.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Kinds of what a client inserted (the low five bits of the first byte), as yjs/yjs writes them.
_GONE, _DELETED, _STRING = 0, 1, 4
_LEFT, _RIGHT = 0x80, 0x40
_LONGEST_NUMBER = 10  # bytes of a 64-bit number
_LARGEST = 1 << 53

Clocks = dict[int, int]


class NoUpdate(ValueError):
    """These bytes are no update of such a document."""


class Update(NamedTuple):
    """brings: client -> (first, end) of the units it adds; needs: client -> units known before

    texts: what it inserts, in the order of its bytes
    """

    brings: Mapping[int, tuple[int, int]]
    needs: Mapping[int, int]
    texts: tuple[str, ...]

    def fits(self, clocks: Mapping[int, int]) -> bool:
        """Whether all it needs is there. clocks: how many units of each client are known"""
        return all(clocks.get(client, 0) >= needed for client, needed in self.needs.items())


def read(data: bytes) -> Update:
    """Take an update apart. Raises NoUpdate."""
    reader = _Reader(data)
    for _ in range(reader.number()):
        reader.client()
    for _ in range(reader.number()):
        client = reader.number()
        for _ in range(reader.number()):
            clock = reader.number()
            reader.need(client, clock + reader.number())
    if reader.at != len(data):
        raise NoUpdate("an update is followed by something else")
    return Update(reader.brings, reader.outer_needs(), tuple(reader.texts))


def after(clocks: Mapping[int, int], updates: Iterable[Update]) -> Clocks:
    """How many units of each client are known when these have come, too."""
    found = dict(clocks)
    for update in updates:
        for client, (_, end) in update.brings.items():
            found[client] = max(found.get(client, 0), end)
    return found


class _Reader:
    """Where we are in the bytes, and what was found so far."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0
        self.brings: dict[int, tuple[int, int]] = {}
        self.texts: list[str] = []
        self._needs: Clocks = {}

    def client(self) -> None:
        """One client's part: number of structs, client, clock, structs."""
        count, client, clock = self.number(), self.number(), self.number()
        if client in self.brings:
            raise NoUpdate("a client comes twice")
        first = clock
        self.need(client, clock)
        for _ in range(count):
            clock += self._struct()
        self.brings[client] = (first, clock)

    def _struct(self) -> int:
        """What was inserted at one place: how many units."""
        info = self._byte()
        kind = info & 31
        if info == _GONE:
            return self._size()
        if kind not in (_DELETED, _STRING):
            raise NoUpdate("it is about something else than a text")
        for bit in (_LEFT, _RIGHT):
            if info & bit:
                client = self.number()
                self.need(client, self.number() + 1)
        if not info & (_LEFT | _RIGHT):
            self._parent()
        if kind == _DELETED:
            return self._size()
        self.texts.append(self._text())
        size = len(self.texts[-1].encode("utf-16-le", "surrogatepass")) // 2
        if not size:
            raise NoUpdate("nothing is inserted")
        return size

    def _parent(self) -> None:
        if self.number():
            self._text()
        else:
            client = self.number()
            self.need(client, self.number() + 1)

    def need(self, client: int, clock: int) -> None:
        if clock > _LARGEST:
            raise NoUpdate("a number is too large")
        self._needs[client] = max(self._needs.get(client, 0), clock)

    def outer_needs(self) -> Clocks:
        """What must be there before: of its own clients only what comes before it."""
        return {
            client: self.brings[client][0] if self._is_own(client, clock) else clock
            for client, clock in self._needs.items()
        }

    def _is_own(self, client: int, clock: int) -> bool:
        return client in self.brings and clock <= self.brings[client][1]

    def number(self) -> int:
        """Unsigned LEB128."""
        value = 0
        for place in range(_LONGEST_NUMBER):
            byte = self._byte()
            value |= (byte & 127) << 7 * place
            if byte < 128:
                return value
        raise NoUpdate("a number is too long")

    def _size(self) -> int:
        size = self.number()
        if not 0 < size <= _LARGEST:
            raise NoUpdate("a size is none")
        return size

    def _text(self) -> str:
        size = self.number()
        found = self._data[self.at : self.at + size]
        self.at += size
        if len(found) != size:
            raise NoUpdate("an update is cut short")
        try:
            return found.decode()
        except UnicodeDecodeError as error:
            raise NoUpdate(str(error)) from error

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise NoUpdate("an update is cut short")
        self.at += 1
        return self._data[self.at - 1]
