"""What .gitattributes files say of a path, worked out from their bytes.

For trees of a history that no worktree holds. Pure; as Git reads them (attr.c), which a law of the
tests compares.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
import re
from typing import NamedTuple

from git_anvcs.git.wildmatch import matcher

# A string as written, True (set), False (unset) or None (back to unspecified).
Value = bytes | bool | None

NAME = b".gitattributes"
_BLANK = b" \t\r\n"
_LONGEST_LINE = 2048  # longer ones Git does not read
_ATTRIBUTE = re.compile(rb"[A-Za-z0-9_.][-A-Za-z0-9_.]*")
_WORD = re.compile(rb"[^ \t\r\n]+")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ESCAPE = re.compile(rb'\\([abtnvfr"\\]|[0-3][0-7]{2})')
_ESCAPES = dict(zip(b'abtnvfr"\\', b'\a\b\t\n\v\f\r"\\', strict=True))
_MACRO = b"[attr]"
_BINARY = (b"diff", False), (b"merge", False), (b"text", False)

Says = tuple[tuple[bytes, Value], ...]


class Line(NamedTuple):
    """One line: the pattern (or the name that a macro defines) and what it says."""

    pattern: bytes
    says: Says
    is_macro: bool = False


class File(NamedTuple):
    """A .gitattributes file and the folder it lies in, as `a/b/` (the root: empty)."""

    folder: bytes
    lines: tuple[Line, ...]


class Rules:
    """What the files above a path, the root's first, say of one attribute."""

    def __init__(self, files: Sequence[File], attribute: bytes) -> None:
        self._attribute = attribute
        self._macros = _macros(files)
        telling = _telling(self._macros, attribute)
        self._lines = [
            (file.folder, line)
            for file in reversed(files)
            for line in reversed(file.lines)
            if not line.is_macro and any(name in telling for name, _ in line.says)
        ]

    @property
    def silent(self) -> bool:
        """Whether they say nothing of any path."""
        return not self._lines

    def value(self, path: bytes) -> Value:
        """What is said of a file; None as well when nothing is."""
        known: dict[bytes, Value] = {}
        for folder, line in self._lines:
            if path.startswith(folder) and matches(line.pattern, path[len(folder) :]):
                self._say(known, line.says)
                if self._attribute in known:
                    return known[self._attribute]
        return None

    def _say(self, known: dict[bytes, Value], says: Says) -> None:
        for name, value in reversed(says):
            if name not in known:
                known[name] = value
                if value is True and name in self._macros:
                    self._say(known, self._macros[name])


def read(folder: bytes, data: bytes) -> File:
    """A .gitattributes file; a macro counts only at the root."""
    found = (_line(line) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    return File(folder, tuple(line for line in found if line and not (line.is_macro and folder)))


@lru_cache(maxsize=1 << 12)
def _pattern(pattern: bytes) -> tuple[bool, re.Pattern[bytes] | None]:
    """Whether it is asked of the whole path, and what it matches (None: no file)."""
    if pattern.endswith(b"/"):  # only folders, and those have no attributes here
        return False, None
    whole = b"/" in pattern
    return whole, matcher(pattern.removeprefix(b"/"), by_folder=whole)


def matches(pattern: bytes, path: bytes) -> bool:
    """Whether a pattern of a .gitattributes file means the file at `path` below its folder."""
    whole, found = _pattern(pattern)
    return bool(found and found.fullmatch(path if whole else path.rpartition(b"/")[2]))


def parts(line: bytes) -> tuple[bytes, bytes]:
    """A line cut behind its pattern; the second part is empty for comments and blank lines."""
    start = len(line) - len(line.lstrip(_BLANK))
    rest = line[start:]
    if not rest or rest.startswith(b"#"):
        return line, b""
    quoted = _QUOTED.match(rest) if rest.startswith(b'"') else None
    end = quoted.end() if quoted else _WORD.match(rest).end()  # type: ignore[union-attr]
    return line[: start + end], line[start + end :]


def literal(path: bytes, *, below: bool = False) -> bytes:
    """The pattern, at the root, that means this one file, spelled as a line begins.

    below: it is a folder, and all that is in it is meant
    """
    return spelled(b"/" + re.sub(rb"([*?[\\])", rb"\\\1", path) + b"/**" * below)


def spelled(pattern: bytes) -> bytes:
    """A pattern as a line begins with it, in quotes where it holds blanks or such."""
    if not re.search(rb'[\x00-\x20"\x7f]', pattern) and not pattern.startswith((b"#", b"!")):
        return pattern
    named = {code: b"\\" + bytes([sign]) for sign, code in _ESCAPES.items()}
    signs = (named.get(code) or _octal(code) for code in pattern)
    return b'"' + b"".join(signs) + b'"'


def _octal(code: int) -> bytes:
    return bytes([code]) if 0x20 <= code != 0x7F else b"\\%03o" % code


def _line(line: bytes) -> Line | None:
    if len(line) >= _LONGEST_LINE:
        return None
    head, rest = parts(line)
    name = _unquoted(head.strip(_BLANK))
    if not name or name.startswith((b"#", b"!")):
        return None
    says = [_said(word) for word in _WORD.findall(rest)]
    if None in says:
        return None
    known = tuple(one for one in says if one)
    if not name.startswith(_MACRO):
        return Line(name.replace(b"\\!", b"!", 1) if name.startswith(b"\\!") else name, known)
    macro = name.removeprefix(_MACRO) or (known[0][0] if known else b"")
    return Line(macro, known, is_macro=True) if _ATTRIBUTE.fullmatch(macro) else None


def _unquoted(name: bytes) -> bytes:
    if not _QUOTED.fullmatch(name):
        return name
    return _ESCAPE.sub(lambda found: bytes([_code(found[1])]), name[1:-1])


def _code(escape: bytes) -> int:
    return int(escape, 8) if len(escape) == 3 else _ESCAPES[escape[0]]


def _said(word: bytes) -> tuple[bytes, Value] | None:
    name, equals, value = word.partition(b"=")
    said: Value = value if equals else True
    if word[:1] in (b"-", b"!"):
        name, said = name[1:], False if word[:1] == b"-" else None
    return (name, said) if _ATTRIBUTE.fullmatch(name) else None


def _macros(files: Iterable[File]) -> Mapping[bytes, Says]:
    found: dict[bytes, Says] = {b"binary": _BINARY}
    for file in files:
        found.update({line.pattern: line.says for line in file.lines if line.is_macro})
    return found


def _telling(macros: Mapping[bytes, Says], attribute: bytes) -> set[bytes]:
    """The attributes by which a line says something of `attribute`: itself, and macros with it."""
    found = {attribute}
    while more := {
        name
        for name, says in macros.items()
        if name not in found and any(said in found for said, _ in says)
    }:
        found |= more
    return found
