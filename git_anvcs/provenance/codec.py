"""Records as bytes: one canonical JSON line each (RFC 8785), and the exact union of such lines.

A stored text holds one line or more, because Git's own `cat_sort_uniq` joins notes that way.
Lines are never rewritten: what another version wrote comes out as it went in.
"""

from collections.abc import Iterable, Mapping
import json
import math
from typing import NamedTuple

from git_anvcs.provenance.record import Record

_LARGEST_EXACT = 2**53 - 1


class NotCanonical(ValueError):
    """The value has no canonical form: NaN, infinity, a lone surrogate, a key that is no text."""


class Text(NamedTuple):
    """A stored text taken apart: its records, and the lines that are none, both in stored order."""

    records: tuple[Record, ...]
    foreign: tuple[bytes, ...]


def encode(value: Mapping[str, object]) -> bytes:
    """A record's line, without the newline. Raises NotCanonical."""
    try:
        return _canonical(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text with a lone surrogate") from error
    except RecursionError as error:
        raise NotCanonical("nested too deeply") from error


def record(value: Mapping[str, object]) -> Record:
    """A new record from its values. Raises NotCanonical."""
    found = parse_line(encode(value))
    if found is None:
        raise NotCanonical("a record needs schema, meta_id, rev and subject.commit")
    return found


def parse_line(line: bytes) -> Record | None:
    """The record a line holds, or None: broken lines are data for fsck, not errors."""
    try:
        value = _parse(line.decode())
    except (ValueError, RecursionError):
        return None
    return Record(line, value) if isinstance(value, dict) and _is_record(value) else None


def decode(text: bytes) -> Text:
    """Every line of a stored text."""
    records, foreign = [], []
    for line in text.split(b"\n"):
        if not line.strip():
            continue
        found = parse_line(line)
        if found is None:
            foreign.append(line)
        else:
            records.append(found)
    return Text(tuple(records), tuple(foreign))


def union(texts: Iterable[bytes]) -> bytes:
    """One text with the newest revision of every record in `texts`, and every foreign line.

    Commutative, associative, idempotent: clones that exchange texts in any order agree.
    """
    newest: dict[str, Record] = {}
    foreign: set[bytes] = set()
    for text in texts:
        parts = decode(text)
        foreign.update(parts.foreign)
        for found in parts.records:
            kept = newest.get(found.meta_id)
            if kept is None or (found.rev, found.line) > (kept.rev, kept.line):
                newest[found.meta_id] = found
    lines = [newest[key].line for key in sorted(newest)] + sorted(foreign)
    return b"".join(line + b"\n" for line in lines)


def primary(records: Iterable[Record]) -> Record | None:
    """The record that speaks for a commit when several do, the same one on every machine.

    A record that knows who it was goes before one that does not, then the highest revision.
    """
    several = list(records)
    return max(several, key=_weight) if len(several) > 1 else next(iter(several), None)


def _weight(found: Record) -> tuple[bool, int, bytes]:
    return (found.agent_id not in ("", "untracked"), found.rev, found.line)


def _is_record(value: Mapping[str, object]) -> bool:
    """The few fields every version must have for a record to be kept and found."""
    subject = value.get("subject")
    rev = value.get("rev")
    return (
        isinstance(value.get("schema"), str)
        and isinstance(value.get("meta_id"), str)
        and isinstance(rev, int)
        and not isinstance(rev, bool)
        and isinstance(subject, dict)
        and isinstance(subject.get("commit"), str)
    )


def _canonical(value: object) -> str:
    if value is None or isinstance(value, str | bool):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value) if abs(value) <= _LARGEST_EXACT else _number(_as_double(value))
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        keys = sorted(value, key=_utf16)
        return "{" + ",".join(f"{_canonical(k)}:{_canonical(value[k])}" for k in keys) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    raise NotCanonical(f"{type(value).__name__} is not JSON")


def _utf16(key: object) -> bytes:
    """RFC 8785 §3.2.3: keys are sorted by UTF-16 code units."""
    if not isinstance(key, str):
        raise NotCanonical("a key that is no text")
    return key.encode("utf-16-be", "surrogatepass")


def _as_double(value: int) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise NotCanonical("a number beyond a double") from error


def _number(value: float) -> str:
    """ECMAScript's Number::toString, as RFC 8785 §3.2.2.3 wants it."""
    if not math.isfinite(value):
        raise NotCanonical("NaN and infinity are not JSON")
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)  # the decimal point stands before digits[point]
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    sign = "-" if value < 0 else ""
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


# Made once: json.loads would make a decoder for every line.
_parse = json.JSONDecoder(parse_constant=_refuse).decode
