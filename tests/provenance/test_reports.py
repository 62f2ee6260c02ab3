"""Test and coverage reports: the forms real runners write, and hostile ones."""

import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import coverage
from git_anvcs.provenance.test_results import NotAReport, Results, read, summed

JUNIT = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" tests="4">
<testcase classname="a" name="ok" time="0.010"/>
<testcase classname="a" name="bad" time="0.020"><failure message="no">x</failure></testcase>
<testcase classname="a" name="skip"><skipped type="pytest.skip"/></testcase>
<testcase classname="a" name="both"><failure/><error/></testcase>
</testsuite></testsuites>"""

BOMB = b"""<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<testsuite><testcase name="&x;"/></testsuite>"""


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (JUNIT, Results(4, 2, 1, 30)),
        (b"<testsuite/>", Results(0, 0, 0, None)),
        (
            b'\xef\xbb\xbf<testsuite><testcase time="1,000.5"/></testsuite>',
            Results(1, 0, 0, 1000500),
        ),
        ({"total": 5, "failed": 1, "skipped": 1, "passed": 3}, Results(5, 1, 1)),
        ({"total": 5, "failed": 1, "passed": 3}, Results(5, 1, 1)),
        ({"total": 5, "failed": 0, "duration_ms": 12}, Results(5, 0, 0, 12)),
        (
            {"duration": 1.5, "summary": {"passed": 2, "failed": 1, "error": 1, "total": 4}},
            Results(4, 2, 0, 1500),
        ),
        ({"numTotalTests": 9, "numFailedTests": 0, "numPendingTests": 2}, Results(9, 0, 2)),
        (
            {"numTotalTests": 0, "numFailedTests": 0, "numRuntimeErrorTestSuites": 1},
            Results(1, 1, 0),
        ),
        (
            {"stats": {"tests": 3, "passes": 3, "failures": 0, "pending": 0, "duration": 7}},
            Results(3, 0, 0, 7),
        ),
    ],
)
def test_report_is_counted_in_every_known_form(
    report: bytes | dict[str, object], expected: Results
) -> None:
    data = report if isinstance(report, bytes) else json.dumps(report).encode()
    assert read(data) == expected


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"hello",
        b"[]",
        b"{",
        b"{}",
        b"<testsuite>",
        b"<html/>",
        BOMB,
        OUTSIDE,
        b'<?xml version="1.0" encoding="klingon"?><testsuite/>',
        b'{"total": 1, "failed": 2}',
        b'{"total": -1, "failed": 0}',
        b'{"total": true, "failed": 0}',
        b'{"total": 1e3, "failed": 0}',
        b"[" * 99999,
    ],
)
def test_report_is_refused_with_one_sentence_when_it_is_none(report: bytes) -> None:
    with pytest.raises(NotAReport) as raised:
        read(report)
    assert "\n" not in raised.value.message


def test_run_without_a_test_proves_nothing() -> None:
    assert not Results(0, 0, 0).passed
    assert not Results(2, 0, 2).passed
    assert Results(2, 0, 1).passed
    assert not Results(2, 1, 0).passed


def test_reports_add_up_when_there_are_several() -> None:
    assert summed([Results(2, 1, 0, 5), Results(3, 0, 1)]) == Results(5, 1, 1, 5)


@given(
    st.binary(max_size=200)
    | st.text(alphabet="<>{}[]\":testsuicalowed,0123 /='&;!", max_size=200).map(str.encode)
)
def test_any_bytes_are_a_report_or_refused(data: bytes) -> None:
    for reader in (read, coverage.read):
        try:
            reader(data)
        except NotAReport:
            continue


LCOV = (
    b"TN:\nSF:a.py\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\n"
    b"SF:b.py\nDA:1,3\nDA:2,0\nend_of_record\n"
)
COBERTURA = b"""<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM 'http://cobertura.sourceforge.net/xml/coverage-04.dtd'>
<coverage line-rate="0.5"><packages/></coverage>"""


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (b'<coverage lines-valid="8" lines-covered="7" line-rate="0.9"/>', 87.5),
        (COBERTURA, 50.0),
        (LCOV, 50.0),
        (b'{"totals": {"percent_covered": 93.4567}}', 93.46),
        (b'{"total": {"lines": {"total": 10, "covered": 9, "pct": 90}}}', 90.0),
    ],
)
def test_coverage_is_read_in_every_known_form(report: bytes, expected: float) -> None:
    assert coverage.read(report) == expected


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"x",
        b"{}",
        b"<coverage/>",
        b'<coverage line-rate="2"/>',
        b'<coverage line-rate="nan"/>',
        b'<coverage lines-valid="1" lines-covered="2"/>',
        b"SF:a\nend_of_record\n",
        BOMB,
        b'<!DOCTYPE coverage SYSTEM "http://evil/x.dtd"><coverage line-rate="1"/>',
        b'{"totals": {"percent_covered": 101}}',
    ],
)
def test_coverage_report_is_refused_when_it_is_none(report: bytes) -> None:
    with pytest.raises(NotAReport):
        coverage.read(report)


def test_coverage_number_is_a_percentage_or_none() -> None:
    assert coverage.number("93.5") == 93.5
    assert coverage.number(" 80 %") == 80
    assert coverage.number("coverage.xml") is None
    with pytest.raises(NotAReport):
        coverage.number("101")
