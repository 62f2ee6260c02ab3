"""File names as Git prints them and as it reads them."""

import re


def unquoted(name: bytes) -> bytes:
    """A file name as Git prints it, without its C quoting (core.quotePath in git-config(1))."""
    if not (name.startswith(b'"') and name.endswith(b'"') and len(name) > 1):
        return name
    return re.sub(rb"\\([0-7]{3}|.)", _unescape, name[1:-1], flags=re.DOTALL)


def quoted(text: str) -> str:
    """A text between double quotes, as configuration and lists of folders take it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _unescape(found: re.Match[bytes]) -> bytes:
    escaped = found[1]
    if len(escaped) == 3:
        return bytes([int(escaped, 8) & 0xFF])
    named = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f"}
    return {**named, b"v": b"\v"}.get(escaped, escaped)
