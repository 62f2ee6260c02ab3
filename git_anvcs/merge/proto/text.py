"""`.proto` files as entries, every byte kept (Protocol Buffers language specification, 2 and 3).

A statement on lines of its own is an entry; a block whose braces end and begin lines is a section.
Blocks on one line are leaves. Fields and enum values are known by their numbers.
"""

from collections.abc import Hashable
import re
from typing import NamedTuple

from git_anvcs.merge.entries import reading
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.entries.file import Broken
from git_anvcs.merge.integers import integer

SPACE = re.compile(rb"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*")
TOKEN = re.compile(
    rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[\w.]+|[-+]|[={}()\[\]<>;,:/*@#$%&!?|~^`]"
)
LINE_END = re.compile(rb"[ \t]*;?[ \t]*(?:/\*(?:[^*\n]|\*(?!/))*\*/[ \t]*)?(?://[^\n]*)?\n")
BLOCKS = (b"message", b"enum", b"service", b"oneof", b"extend", b"rpc")
CLOSES = {b"(": b")", b"[": b"]", b"{": b"}"}
DEEPEST = 60


class Token(NamedTuple):
    text: bytes
    start: int
    end: int


class Crowded(Exception):
    """A statement that shares a line with another."""


def parse(text: bytes) -> Entry:
    """The file as a section. Raises Broken."""
    reader = Reader(text)
    try:
        body, tail = reader.body(b"", 0)
    except Crowded as problem:
        raise reader.broken("two statements on one line") from problem
    return reading.root(body, tail)


def tokens_of(text: bytes) -> list[Token]:
    """The tokens of a statement, without comments. Raises Broken."""
    reader = Reader(text)
    found = []
    while token := reader.token():
        found.append(token)
    return found


class Reader:
    """One parse: the text and the position in it."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0

    def broken(self, why: str) -> Broken:
        return Broken(why, self.text.count(b"\n", 0, self.at) + 1)

    def token(self) -> Token | None:
        """The next token; None at the end."""
        found = SPACE.match(self.text, self.at)
        start = found.end() if found else self.at
        if start == len(self.text):
            return None
        token = TOKEN.match(self.text, start)
        if not token:
            self.at = start
            raise self.broken("not the language of .proto files")
        self.at = token.end()
        return Token(token[0], start, token.end())

    def body(self, kind: bytes, depth: int) -> tuple[list[Entry], bytes]:
        """The entries up to the brace that closes a block of this kind, and that line."""
        if depth > DEEPEST:
            raise self.broken("nested too deeply")
        entries: list[Entry] = []
        while True:
            begin = self.at
            first = self.token()
            if first is None or first.text == b"}":
                if (first is None) == (depth > 0):
                    raise self.broken("a brace too much or too few")
                self.line_begin(begin, first)
                if first:
                    self.line_end()
                return entries, self.text[begin : self.at if first else len(self.text)]
            line = self.line_begin(begin, first)
            entries.append(self.statement(kind, depth, (begin, line), first))

    def line_begin(self, begin: int, token: Token | None) -> int:
        """Where the line of the token begins. Raises Crowded when something stands before it."""
        if token is None:
            return len(self.text)
        line = self.text.rfind(b"\n", 0, token.start) + 1
        if line < begin:
            raise Crowded
        return line

    def line_end(self) -> int:
        """Go behind the end of the line; where we were. Raises Crowded when more stands there."""
        found = LINE_END.match(self.text, self.at)
        if not found:
            raise Crowded
        start, self.at = self.at, found.end()
        return start

    def statement(self, kind: bytes, depth: int, begin: tuple[int, int], first: Token) -> Entry:
        """A statement or a block; `begin`: where its comments and where its line begin."""
        lead = self.text[begin[0] : begin[1]]
        said = self.head(first)
        block = said[-1].text == b"{"
        sort, name = identity([token.text for token in said], kind, self)
        if block:
            inside = self.at
            try:
                return self.block(lead, begin[1], said, (sort, name), depth)
            except Crowded:
                self.at = inside
                self.skip(b"{")
        end = self.line_end()
        head = self.text[begin[1] : end]
        return Entry(sort, name, lead, head, self.text[end : self.at])

    def block(
        self,
        lead: bytes,
        line: int,
        said: list[Token],
        named: tuple[tuple[Hashable, ...], str],
        depth: int,
    ) -> Entry:
        end = self.line_end()
        head, note = self.text[line:end], self.text[end : self.at]
        word = next((token.text for token in said if token.text in (*BLOCKS, b"group")), b"")
        body, tail = self.body(b"message" if word in (b"oneof", b"group") else word, depth + 1)
        return Entry(named[0], named[1], lead, head, note, tuple(body), tail, section=True)

    def head(self, first: Token) -> list[Token]:
        """The tokens of a statement up to `;` or the `{` of its block."""
        said = [first]
        words = {first.text}
        while True:
            token = self.token()
            if token is None:
                raise self.broken("a statement without end")
            said.append(token)
            words.add(token.text)
            if token.text == b";":
                return said
            if token.text == b"{" and (b"=" not in words or b"group" in words):
                return said
            if token.text in CLOSES:
                self.skip(token.text)

    def skip(self, opened: bytes) -> None:
        """Go behind what closes this bracket."""
        todo = [CLOSES[opened]]
        while todo:
            token = self.token()
            if token is None:
                raise self.broken("a bracket without end")
            if token.text in CLOSES:
                todo.append(CLOSES[token.text])
            elif token.text in (b")", b"]", b"}") and token.text != todo.pop():
                raise self.broken("brackets that cross")


def identity(words: list[bytes], kind: bytes, reader: Reader) -> tuple[tuple[Hashable, ...], str]:
    """The key and the name of a statement from its words; `kind`: the block around it."""
    first, second = words[0], words[1] if len(words) > 2 else b""
    name = second.decode("utf-8", "replace")
    if first in (b"syntax", b"edition", b"package"):
        return (first.decode(),), first.decode()
    if first == b"import":
        return ("import", words[-2]), words[-2].decode("utf-8", "replace")
    if first in (b"reserved", b"extensions") and b"=" not in words[:2]:
        sort = "numbers" if second[:1].isdigit() or second == b"-" else "names"
        return (first.decode(), sort), first.decode()
    if first == b"option" and b"=" in words:
        option = b"".join(words[1 : words.index(b"=")])
        return ("option", option), option.decode("utf-8", "replace")
    if first in BLOCKS and words[-1] in (b"{", b";") and b"=" not in words:
        return (first.decode(), second), name
    return numbered(words, kind, reader)


def numbered(words: list[bytes], kind: bytes, reader: Reader) -> tuple[tuple[Hashable, ...], str]:
    """The key and the name of a field or an enum value."""
    place = words.index(b"=") if b"=" in words else 0
    sign = -1 if words[place + 1 : place + 2] == [b"-"] else 1
    number = number_of(words[place + 1 + (sign < 0)]) if place else None
    if number is None:
        raise reader.broken("a statement that is not known")
    name = words[place - 1].decode("utf-8", "replace")
    return ("value" if kind == b"enum" else "field", sign * number), name


def number_of(word: bytes) -> int | None:
    """A number as the language writes it: decimal, `0x`, or octal with a leading 0."""
    return integer(word.decode("ascii", "replace"), octal=True)
