"""Coverage read: a number, coverage.py's XML or JSON, Cobertura, lcov, Istanbul's summary."""

from collections.abc import Mapping
import math
import re
from typing import Any

from git_anvcs.provenance.test_results import LARGEST, NotAReport, load_json, parse_xml


def number(said: str) -> float | None:
    """`93.5` or `93.5 %` as a percentage; None when it is no number. Raises NotAReport."""
    text = said.strip().removesuffix("%").strip()
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return None
    return _percent(float(text))


def read(data: bytes) -> float:
    """The percentage of lines covered that a report tells. Raises NotAReport."""
    if len(data) > LARGEST:
        raise NotAReport(f"a coverage report of {len(data):,} bytes is larger than {LARGEST:,}")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"<":
        return _cobertura(data)
    if start[:1] == b"{":
        return _json(load_json(data))
    if start[:3] in (b"TN:", b"SF:") or b"\nSF:" in data:
        return _lcov(data)
    raise NotAReport("neither Cobertura XML nor JSON nor lcov")


def _cobertura(data: bytes) -> float:
    """coverage.py's XML is Cobertura's: counts on the root, else its rate.

    Cobertura's DTD line is refused with every other DOCTYPE, except as its own tools write it.
    """
    found: dict[str, str] = {}
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth == 0:
            found.update(attributes, root=name)
        depth += 1

    parse_xml(_DOCTYPE.sub(b"", data, count=1), start)
    if found.get("root") != "coverage":
        raise NotAReport(f"XML of <{found.get('root')}>, not Cobertura's <coverage>")
    valid, covered = _whole(found.get("lines-valid")), _whole(found.get("lines-covered"))
    if valid and covered is not None:
        return _ratio(covered, valid)
    try:
        return _percent(float(found["line-rate"]) * 100)
    except (KeyError, ValueError) as error:
        raise NotAReport("a Cobertura report without line-rate") from error


# The one DOCTYPE a tool in wide use writes: external, without an internal subset, never fetched.
_DOCTYPE = re.compile(
    rb"<!DOCTYPE\s+coverage\s+SYSTEM\s+[\"']https?://cobertura\.sourceforge\.net/xml/"
    rb"[A-Za-z0-9.-]{1,40}[\"']\s*>"
)


def _json(value: Mapping[str, Any]) -> float:
    totals = value.get("totals")
    if isinstance(totals, dict) and _is_number(totals.get("percent_covered")):  # coverage.py
        return _percent(float(totals["percent_covered"]))
    total = value.get("total")
    lines = total.get("lines") if isinstance(total, dict) else None
    if isinstance(lines, dict) and _is_number(lines.get("pct")):  # Istanbul: coverage-summary.json
        return _percent(float(lines["pct"]))
    raise NotAReport("JSON of neither coverage.py nor Istanbul's summary")


def _lcov(data: bytes) -> float:
    """Lines found and hit over all files: LF and LH, or counted from DA where they are missing."""
    found = hit = 0
    counted: dict[bytes, bool] = {}
    told = False
    for line in data.splitlines():
        key, _, value = line.strip().partition(b":")
        if key == b"DA":
            number_of, _, hits = value.partition(b",")
            hit_here = hits.split(b",")[0].strip() not in (b"", b"0")
            counted[number_of] = counted.get(number_of, False) or hit_here
        elif key in (b"LF", b"LH"):
            told = True
            amount = _whole(value.decode(errors="replace")) or 0
            found, hit = (found + amount, hit) if key == b"LF" else (found, hit + amount)
        elif key == b"end_of_record":
            if not told:
                found, hit = found + len(counted), hit + sum(counted.values())
            counted, told = {}, False
    if found == 0:
        raise NotAReport("an lcov report without a line")
    return _ratio(hit, found)


def _ratio(part: int, whole: int) -> float:
    if part > whole:
        raise NotAReport(f"{part} of {whole} lines cannot be covered")
    return _percent(part / whole * 100)


def _percent(value: float) -> float:
    if not math.isfinite(value) or not 0 <= value <= 100:
        raise NotAReport(f"{value:g} is no percentage")
    return round(value, 2)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
