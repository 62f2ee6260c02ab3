"""Text from outside made safe for a terminal, and cut or padded to columns.

Author names, messages, file names and what agents say are hostile: an escape sequence in them
could hide a line, move the cursor or set the clipboard. Everything printed goes through `safe`.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
import re
import struct
import unicodedata

# Invisible or reordering characters: a reader must see that they are there (CVE-2021-42574).
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_BREAKS = (0x2028, 0x2029)
_HIDDEN = (0x00AD, 0x180E, 0x200B, 0x2060, 0xFEFF, *range(0xFFF9, 0xFFFC))
_UNSEEN = frozenset((*_BIDI, *_BREAKS, *_HIDDEN))
_TAGS = range(0xE0000, 0xE0080)


class _Spoken(dict[int, str]):
    """What stands in place of each character that is not printed; the rest is left as it is.

    Read as `str.translate` reads a table; a character is looked at when it first comes, because
    a table of them all costs every start of a program some 5 ms.
    """

    def __init__(self, say: Callable[[int], str | None]) -> None:
        self.say = say

    def __missing__(self, code: int) -> str:
        said = self[code] = self.say(code) or chr(code)
        return said


def _spoken(code: int) -> str | None:
    """A character spelled out, when it is one that is not printed."""
    if code < 0x20 or 0x7F <= code < 0xA0:
        return f"\\x{code:02x}"
    if 0xDC80 <= code < 0xDD00:  # what surrogateescape made of bytes that are not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code < 0xE000 or code in _UNSEEN:  # surrogates come out of JSON
        return f"\\u{code:04x}"
    return f"\\U{code:08x}" if code in _TAGS else None


def _in_text(code: int) -> str | None:
    return None if code in (0x09, 0x0A) else _spoken(code)


def _in_json(code: int) -> str | None:
    """The same as JSON's escapes: a character as UTF-16 has it."""
    if code < 0x7F or _spoken(code) is None:
        return None
    units = chr(code).encode("utf-16-be", "surrogatepass")
    return "".join(rf"\u{unit:04x}" for (unit,) in struct.iter_unpack(">H", units))


_SPOKEN, _IN_TEXT, _IN_JSON = _Spoken(_spoken), _Spoken(_in_text), _Spoken(_in_json)

_IN_C = dict(zip('\a\b\t\n\v\f\r"\\', 'abtnvfr"\\', strict=True))

# Colours and weights that Git itself sets; 8 (conceal) is not among them.
_CODE = r"(?:[0-79]|2[1-79]|3[0-79]|4[0-79]|9[0-7]|10[0-7]|[34]8;5;\d{1,3}|[34]8(?:;\d{1,3}){4})?"
_COLOURED = re.compile(rf"\x1b\[(?:{_CODE}(?:;{_CODE})*m|K)")


def safe(text: str) -> str:
    """One line of text in which every control character is spelled out (`\\x1b`)."""
    return text if text.isascii() and text.isprintable() else text.translate(_SPOKEN)


def quoted(path: str) -> str:
    """A path as Git shows it where core.quotePath is off: as it is, or in quotes as in C.

    So are also characters that nobody sees, and bytes that are no UTF-8.
    """
    if safe(path) == path and '"' not in path and "\\" not in path:
        return path
    return f'"{"".join(map(_in_quotes, path))}"'


def _in_quotes(sign: str) -> str:
    if sign in _IN_C:
        return f"\\{_IN_C[sign]}"
    if safe(sign) == sign:
        return sign
    return "".join(f"\\{byte:03o}" for byte in sign.encode(errors="surrogateescape"))


def typed(path: str) -> str:
    """A path as it is typed in a command: quoted for sh, and never taken for an option."""
    import shlex  # every start of a command loads this module, and few need it

    return safe(shlex.quote(f"./{path}" if path.startswith("-") else path))


def safe_text(text: str) -> str:
    """The same for text of several lines: newlines and tabs stay."""
    return text.translate(_IN_TEXT)


def safe_bytes(raw: bytes) -> str:
    """One line of bytes, UTF-8 or not, as safe text that keeps its tabs."""
    text = raw.decode(errors="surrogateescape")
    if text.isascii() and text.replace("\t", "").isprintable():
        return text
    return text.translate(_IN_TEXT)


def safe_coloured(text: str) -> str:
    """Text of several lines that Git coloured: its colour codes stay, all else is spelled out."""
    parts, end = [], 0
    for code in _COLOURED.finditer(text):
        parts += [safe_text(text[end : code.start()]), code.group()]
        end = code.end()
    return "".join([*parts, safe_text(text[end:])])


def safe_json(text: str) -> str:
    """JSON that says the same, in which nothing reaches a terminal that `safe` would spell out."""
    return text if text.isascii() else text.translate(_IN_JSON)


def shown(text: str) -> str:
    """`text` with what is no Unicode as U+FFFD, for JSON that every parser takes."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """How many columns a terminal gives to safe text."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def fit(text: str, columns: int) -> str:
    """Safe text cut (with `…`) or padded to exactly `columns`."""
    missing = columns - width(text)
    return text + " " * missing if missing >= 0 else cut(text, columns)


def cut(text: str, columns: int) -> str:
    """Safe text of at most `columns`, ending in `…` when something was cut off."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += _columns(character)
        if used > columns - 1:
            used -= _columns(character)
            break
        kept.append(character)
    return "".join(kept) + "…" + " " * (columns - 1 - used)


def styled(text: str, style: str, *, colour: bool) -> str:
    """`text` in one of the ANSI styles below, when colour is on."""
    codes = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "cyan": 36}
    return f"\x1b[{codes[style]}m{text}\x1b[m" if colour else text


def coloured(asked: str, env: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to colour: `always`, `never`, or `auto`: on a terminal that can (no-color.org)."""
    if asked != "auto":
        return asked == "always"
    plain = "NO_COLOR" in env or env.get("TERM") == "dumb"
    return terminal and not plain


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
