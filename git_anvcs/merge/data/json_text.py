"""JSON as nodes: strict, and with the comments and trailing commas of JSONC.

Not recursive and without lookahead, so that depth and size cannot break it. Offsets are bytes.
What a caller names opaque is one value to it: the standard library's scanner, in C, finds its end.
"""

from collections.abc import Sequence, Set
from functools import cached_property, lru_cache
import json
import re
from typing import Any, NamedTuple

from git_anvcs.merge.data.node import Item, Node, Numbers, canon_of, number
from git_anvcs.merge.result import NotUnderstood

SPACE = re.compile(rb"(?:[ \t\r\n]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
BEHIND = re.compile(rb"[ \t]*(?:(?://[^\n]*|/\*(?:[^*\n]|\*(?!/))*\*/)[ \t]*)+(?=\r?\n)")
PLAIN = rb'[^"\\\x00-\x1f]*'
STRING = rb'"%s(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})%s)*"' % (PLAIN, PLAIN)
NUMBER = rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
SCALAR = re.compile(rb"(%s)|(%s)|(true|false|null)(?![0-9A-Za-z_])" % (STRING, NUMBER))
KEY = re.compile(STRING)
CLOSES = {0x7B: b"}", 0x5B: b"]"}
BOM = b"\xef\xbb\xbf"
DECODER = json.JSONDecoder()
NAN = float("nan")
NOT_ASKED = -1  # the number of the container that stands behind a Later, which has one itself


class Document(NamedTuple):
    """A whole text: what stands before the value, the value, what stands behind it."""

    head: bytes
    root: Node
    tail: bytes


class Open(NamedTuple):
    """A container whose end has not come: where it and its items began."""

    start: int
    closer: bytes
    items: list[Item]
    keys: set[str]


class Begun(NamedTuple):
    """An item whose value has not ended: what stands before it."""

    key: str
    lead: bytes
    head: bytes


def parse(source: bytes, numbers: Numbers, opaque: Set[str] = frozenset()) -> Document:
    """Raises NotUnderstood for broken JSON and for a key that stands twice in one object.

    opaque: keys whose lists and maps are read as one scalar, of the style `o`
    """
    return Parser(source, numbers, opaque).document()


def parse_all(sources: Sequence[bytes], numbers: Numbers, *, later: bool = True) -> list[Document]:
    """Several texts that are compared. Where all are strict JSON, what is in a container is read
    when somebody asks for it: most of it is equal in all of them. Raises NotUnderstood.

    later: whether texts that these are compared with are read so
    """
    later = later and all(map(strict, sources))
    return [Parser(source, numbers, frozenset(), later=later).document() for source in sources]


@lru_cache(maxsize=6)  # a merge asks it of each version, its result and both readings of that
def strict(text: bytes) -> bool:
    """Whether the standard library reads it, each key of an object once."""
    try:
        json.loads(text.removeprefix(BOM), object_pairs_hook=distinct, parse_constant=refused)
    except (ValueError, RecursionError):
        return False
    return True


def distinct(pairs: list[tuple[str, object]]) -> None:
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("a key twice")


def refused(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


class Later(Node):
    """A container of strict JSON of which only the end is known yet. Its fields that tell what is
    in it are read on demand."""

    parser: "Parser"

    @cached_property
    def now(self) -> Node:
        """The container with its items; what these hold is again read later."""
        return self.parser.inside(self.start)

    @cached_property
    def canon(self) -> int:
        return self.parser.canon(self.text)

    @property
    def items(self) -> tuple[Item, ...]:
        return self.now.items

    @property
    def close(self) -> bytes:
        return self.now.close

    @property
    def trailing(self) -> bool:
        return False

    def _replace(self, **changes: Any) -> Node:  # type: ignore[override]
        return self.now._replace(**changes)


class Parser:
    """One parse: the position, the containers that are open, the items begun in them.

    later: whether containers inside the first one are only found, not read
    latin: the text where a byte is a character, so that the standard library's offsets are ours
    """

    def __init__(
        self,
        source: bytes,
        numbers: Numbers,
        opaque: Set[str],
        *,
        later: bool = False,
        latin: str = "",
    ) -> None:
        self.source = source
        self.numbers = numbers
        self.opaque = opaque
        self.later = later
        self.latin = latin or (source.decode("latin-1") if opaque or later else "")
        self.at = len(BOM) if source.startswith(BOM) else 0
        self.open: list[Open] = []
        self.begun: list[Begun] = []

    def document(self) -> Document:
        head = self.source[: self.at] + self.space()
        value = self.whole(self.later)
        tail = self.space()
        if self.at != len(self.source):
            raise self.broken("text after the value")
        return Document(head, value, tail)

    def inside(self, start: int) -> Node:
        """The container that begins there."""
        reader = Parser(self.source, self.numbers, self.opaque, later=True, latin=self.latin)
        reader.at = start
        return reader.whole(later=False)

    def whole(self, later: bool) -> Node:
        """The value that begins here; later: a container as one that is not read yet."""
        value = self.start_value(later=later)
        while self.open or value is None:
            value = self.end_item(value) if value else self.start_value(later=self.later)
        return value

    def start_value(self, *, later: bool) -> Node | None:
        """A scalar or an empty container; None when a container was opened with an item."""
        byte = self.source[self.at : self.at + 1]
        if byte in (b"{", b"["):
            if later:
                return self.found()
            if self.opaque and self.begun and self.begun[-1].key in self.opaque:
                return self.skipped()
            self.open.append(Open(self.at, CLOSES[byte[0]], [], set()))
            self.at += 1
            return self.start_item(self.space(), first=True)
        found = SCALAR.match(self.source, self.at)
        if not found:
            raise self.broken("no value")
        self.at = found.end()
        sort = "snw"[(found.lastindex or 1) - 1]
        text = found[0].decode()
        value = unquoted(found[0]) if sort == "s" else text
        canon = number(self.numbers, (sort, value))
        return Node("scalar", sort, self.source, found.start(), found.end(), canon, value)

    def found(self) -> Node:
        """A container that is read later."""
        start = self.at
        kind, style = ("map", "{") if self.source.startswith(b"{", start) else ("list", "[")
        _value, self.at = DECODER.raw_decode(self.latin, start)
        made = Later(kind, style, self.source, start, self.at, 0, separator=b",")
        made.parser = self
        return made

    def canon(self, text: bytes) -> int:
        """The number of a container; most are the same bytes in all versions."""
        known = self.numbers.get(text)
        if known is None:
            value = json.loads(text, parse_int=literal, parse_float=literal)
            said = ("later", json.dumps(value, sort_keys=True))
            known = self.numbers[text] = number(self.numbers, said)
        return known

    def skipped(self) -> Node:
        """A whole list or map as one value; layout and the order of keys do not count."""
        start = self.at
        try:
            value, self.at = DECODER.raw_decode(self.latin, start)
        except ValueError as problem:
            raise self.broken("no value") from problem
        text = self.source[start : self.at]
        canon = self.numbers.get(text)  # most are the same bytes in all three versions
        if canon is None:
            # Latin-1 mangles what is not ASCII, so a text with it never equals one without.
            said = ("o", json.dumps(value, sort_keys=True), text.isascii())
            canon = self.numbers[text] = number(self.numbers, said)
        return Node("scalar", "o", self.source, start, self.at, canon)

    def start_item(self, lead: bytes, *, first: bool = False) -> Node | None:
        """Read up to an item's value; a container that ends here is returned."""
        within = self.open[-1]
        if self.source.startswith(within.closer, self.at):
            return self.end_container(lead, trailing=not first)
        if within.closer == b"]":
            self.begun.append(Begun("", lead, b""))
            return None
        start = self.at
        found = KEY.match(self.source, start)
        if not found:
            raise self.broken("no key")
        key = unquoted(found[0])
        if key in within.keys:
            raise self.broken(f"the key {key!r} twice")
        within.keys.add(key)
        self.at = found.end()
        self.space()
        self.expect(b":")
        self.space()
        self.begun.append(Begun(key, lead, self.source[start : self.at]))
        return None

    def end_item(self, value: Node) -> Node | None:
        """The value of the innermost item is complete: on to the next one or out."""
        begun = self.begun.pop()
        within = self.open[-1]
        start = self.at
        self.space()
        if self.source.startswith(b",", self.at):
            before = self.source[start : self.at]
            self.at += 1
            after = self.behind()
            within.items.append(Item(begun.key, begun.lead, begun.head, value, before, after))
            return self.start_item(self.space())
        self.at = start
        after = self.behind()
        within.items.append(Item(begun.key, begun.lead, begun.head, value, b"", after))
        return self.end_container(self.space(), trailing=False)

    def end_container(self, lead: bytes, *, trailing: bool) -> Node:
        within = self.open.pop()
        self.expect(within.closer)
        kind, style = ("map", "{") if within.closer == b"}" else ("list", "[")
        items = tuple(within.items)
        return Node(
            kind,
            style,
            self.source,
            within.start,
            self.at,
            NOT_ASKED if self.later else canon_of(self.numbers, kind, items),
            "",
            items,
            lead + within.closer,
            b",",
            trailing,
        )

    def space(self) -> bytes:
        """White space and comments from here on."""
        start = self.at
        found = SPACE.match(self.source, start)
        self.at = found.end() if found else start
        return self.source[start : self.at]

    def behind(self) -> bytes:
        """Comments on the rest of this line."""
        found = BEHIND.match(self.source, self.at)
        if not found:
            return b""
        self.at = found.end()
        return found[0]

    def expect(self, byte: bytes) -> None:
        if not self.source.startswith(byte, self.at):
            raise self.broken(f"no {byte.decode()}")
        self.at += 1

    def broken(self, what: str) -> NotUnderstood:
        line = self.source.count(b"\n", 0, self.at) + 1
        return NotUnderstood(f"not JSON: {what} at line {line}")


def literal(text: str) -> list[object]:
    """A number as it is written, told apart from lists: no strict JSON holds a NaN."""
    return [NAN, text]


def unquoted(text: bytes) -> str:
    return str(json.loads(text)) if b"\\" in text else text[1:-1].decode()
