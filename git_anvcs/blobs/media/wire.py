"""Messages of Protocol Buffers, field by field (protobuf.dev, "Encoding"); nothing is copied."""

from collections.abc import Iterator
import mmap

from git_anvcs.blobs.media.facts import Unreadable

VARINT, EIGHT, LENGTH, FOUR = 0, 1, 2, 5
FIXED = {EIGHT: 8, FOUR: 4}
LONGEST_VARINT = 10


class Message:
    """A message in a file: `fields` gives each field's number with a number or a message."""

    def __init__(self, data: mmap.mmap, start: int, end: int) -> None:
        self.data = data
        self.start = start
        self.end = end

    def fields(self) -> Iterator[tuple[int, "int | Message"]]:
        """In the file's order; fixed numbers are passed over. Raises Unreadable."""
        place = self.start
        while place < self.end:
            key, place = self._varint(place)
            kind = key & 7
            if kind == VARINT:
                value, place = self._varint(place)
                yield key >> 3, value
            elif kind == LENGTH:
                length, place = self._varint(place)
                if length > self.end - place:
                    raise Unreadable("a part of it ends behind the file")
                yield key >> 3, Message(self.data, place, place + length)
                place += length
            elif kind in FIXED:
                place += FIXED[kind]
            else:
                raise Unreadable("it is no message of Protocol Buffers")

    def text(self, most: int = 200) -> str:
        """The bytes as text, the first of them where it is long."""
        return self.data[self.start : min(self.end, self.start + most)].decode(errors="replace")

    def numbers(self) -> list[int]:
        """Packed numbers."""
        found, place = [], self.start
        while place < self.end:
            value, place = self._varint(place)
            found.append(value)
        return found

    def _varint(self, place: int) -> tuple[int, int]:
        value = 0
        for count in range(LONGEST_VARINT):
            if place + count >= self.end:
                break
            byte = self.data[place + count]
            value |= (byte & 0x7F) << 7 * count
            if byte < 0x80:
                return value, place + count + 1
        raise Unreadable("it is no message of Protocol Buffers, or cut off")
