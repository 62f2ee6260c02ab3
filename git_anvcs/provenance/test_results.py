"""Test reports read: JUnit XML, and the JSON of pytest, Jest, Mocha or our own four numbers.

Reports come from outside: XML with a DOCTYPE is refused, so that no entity is ever expanded.
"""

from collections.abc import Mapping
import json
from typing import Any, NamedTuple, TypeGuard
from xml.parsers import expat

from git_anvcs.kernel.errors import AnvcsError

LARGEST = 64 << 20


class NotAReport(AnvcsError):
    """The file is no test or coverage report we understand."""


class Results(NamedTuple):
    """How many tests there were; `total` counts the failed and the skipped too."""

    total: int
    failed: int
    skipped: int
    duration_ms: int | None = None

    @property
    def passed(self) -> bool:
        """Whether something ran and nothing failed; a run without a test proves nothing."""
        return self.failed == 0 and self.total > self.skipped


def read(data: bytes) -> Results:
    """The results in a report. Raises NotAReport."""
    if len(data) > LARGEST:
        raise NotAReport(f"a test report of {len(data):,} bytes is larger than {LARGEST:,}")
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        return _junit(data)
    if start == b"{":
        return _json(load_json(data))
    raise NotAReport("neither JUnit XML nor JSON")


def summed(reports: list[Results]) -> Results:
    """Several reports as one."""
    known = [r.duration_ms for r in reports if r.duration_ms is not None]
    return Results(
        sum(r.total for r in reports),
        sum(r.failed for r in reports),
        sum(r.skipped for r in reports),
        sum(known) if known else None,
    )


def parse_xml(data: bytes, start: Any, end: Any = None) -> None:
    """Feed XML to `start(name, attributes)`; a DOCTYPE or broken XML raises NotAReport."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> int:
        raise NotAReport("XML with a DOCTYPE is not read: it could expand without bound")

    # Every way in for an entity, each refused: a report needs none of them.
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotAReport(f"broken XML: {error}") from error
    except (ValueError, LookupError) as error:  # an encoding nobody knows
        raise NotAReport(f"XML that cannot be read: {error}") from error


def load_json(data: bytes) -> Mapping[str, Any]:
    """A JSON object. Raises NotAReport."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotAReport("broken JSON") from error
    if not isinstance(value, dict):
        raise NotAReport("JSON that is not an object")
    return value


class _Junit:
    """Counts the test cases themselves: the totals writers put on suites disagree and nest."""

    def __init__(self) -> None:
        self.root = ""
        self.cases = self.failed = self.skipped = 0
        self.outcome = ""
        self.seconds: float | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        if name == "testcase":
            self.cases += 1
            self.outcome = ""
            taken = _seconds(attributes.get("time", ""))
            if taken is not None:
                self.seconds = (self.seconds or 0.0) + taken
        elif name in ("failure", "error"):
            self.outcome = "failed"
        elif name == "skipped":
            self.outcome = self.outcome or "skipped"

    def end(self, name: str) -> None:
        if name == "testcase":
            self.failed += self.outcome == "failed"
            self.skipped += self.outcome == "skipped"


def _junit(data: bytes) -> Results:
    seen = _Junit()
    parse_xml(data, seen.start, seen.end)
    if seen.root not in ("testsuites", "testsuite"):
        raise NotAReport(f"XML of <{seen.root}>, not JUnit's <testsuites>")
    taken = round(seen.seconds * 1000) if seen.seconds is not None else None
    return Results(seen.cases, seen.failed, seen.skipped, taken)


def _json(value: Mapping[str, Any]) -> Results:
    for form in (_ours, _pytest, _jest, _mocha):
        found = form(value)
        if found:
            return found
    raise NotAReport(
        "JSON of no known form",
        hint='JUnit XML always works; so does {"total": 3, "failed": 0, "skipped": 1}',
    )


def _ours(value: Mapping[str, Any]) -> Results | None:
    """`{"total": 3, "failed": 0, "skipped": 1, "passed": 2}`; passed may be left out."""
    total, failed, skipped = _counts(value, "total", "failed", "skipped")
    if total is None or failed is None:
        return None
    passed = _count(value, "passed")
    skipped = total - failed - (passed or 0) if skipped is None and passed is not None else skipped
    return _checked(total, failed, skipped or 0, passed, _milliseconds(value.get("duration_ms")))


def _pytest(value: Mapping[str, Any]) -> Results | None:
    """pytest-json-report: counts under `summary`, an outcome that is absent is zero."""
    summary = value.get("summary")
    if not isinstance(summary, dict) or _count(summary, "total") is None:
        return None
    counted = {key: _count(summary, key) or 0 for key in ("failed", "error", "skipped", "xfailed")}
    failed = counted["failed"] + counted["error"]
    skipped = counted["skipped"] + counted["xfailed"]
    seconds = value.get("duration")
    taken = _milliseconds(seconds * 1000) if _is_number(seconds) else None
    return _checked(_count(summary, "total") or 0, failed, skipped, None, taken)


def _jest(value: Mapping[str, Any]) -> Results | None:
    """Jest and Vitest (`--json`); a suite that could not start counts as one failed test."""
    total, failed = _counts(value, "numTotalTests", "numFailedTests")
    if total is None or failed is None:
        return None
    skipped = (_count(value, "numPendingTests") or 0) + (_count(value, "numTodoTests") or 0)
    broken = _count(value, "numRuntimeErrorTestSuites") or 0
    return _checked(total + broken, failed + broken, skipped, None, None)


def _mocha(value: Mapping[str, Any]) -> Results | None:
    """Mocha's `json` reporter, and Mochawesome's."""
    stats = value.get("stats")
    if not isinstance(stats, dict):
        return None
    total, failed = _counts(stats, "tests", "failures")
    if total is None or failed is None:
        return None
    taken = _milliseconds(stats.get("duration"))
    return _checked(total, failed, _count(stats, "pending") or 0, None, taken)


def _checked(
    total: int, failed: int, skipped: int, passed: int | None, taken: int | None
) -> Results:
    if skipped < 0 or failed + skipped + (passed or 0) > total:
        raise NotAReport(f"the counts do not add up to {total}")
    return Results(total, failed, skipped, taken)


def _counts(value: Mapping[str, Any], *keys: str) -> list[int | None]:
    return [_count(value, key) for key in keys]


def _count(value: Mapping[str, Any], key: str) -> int | None:
    """A whole number that is not negative; anything else is none."""
    found = value.get(key)
    fits = isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 1 << 31
    return found if fits else None


def _milliseconds(value: object) -> int | None:
    return round(value) if _is_number(value) and 0 <= value < 1e12 else None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _seconds(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if 0 <= value < 1e9 else None
