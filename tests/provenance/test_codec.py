"""Records as bytes: canonical JSON, and texts joined like sets."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance import codec
from git_anvcs.provenance.codec import NotCanonical

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def a_record(meta: str, rev: int, **fields: object) -> dict[str, Any]:
    return {
        "schema": "anvcs/commit-meta/1",
        "meta_id": meta,
        "rev": rev,
        "subject": {"commit": "a" * 40},
        **fields,
    }


texts = st.lists(
    st.builds(
        a_record, st.sampled_from(["m1", "m2", "m3"]), st.integers(1, 3), x=st.integers(0, 2)
    ).map(codec.encode)
    | st.sampled_from([b"a foreign note", b"{broken"]),
    max_size=4,
).map(lambda lines: b"".join(line + b"\n" for line in lines))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-1.5, "-1.5"), (91.25, "91.25"), (100.0, "100"),
        (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"), (1e-7, "1e-7"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (5e-324, "5e-324"),
        (333333333.33333329, "333333333.3333333"), (4.5, "4.5"), (2e-3, "0.002"),
        (1e30, "1e+30"), (1e-27, "1e-27"), (295147905179352830000.0, "295147905179352830000"),
        (9007199254740994.0, "9007199254740994"), (-123456.789e3, "-123456789"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_ecmascript_does(number: float, text: str) -> None:
    assert codec.encode({"n": number}) == f'{{"n":{text}}}'.encode()


def test_keys_are_sorted_by_utf16_units_as_rfc_8785_says() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    value = {key: index for index, key in enumerate(keys)}
    written = list(json.loads(codec.encode(value)))
    assert written == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_control_characters_are_escaped_as_rfc_8785_says() -> None:
    assert codec.encode({"k": '\u20ac$\x0f\nA\'B"\\\\"/\x7f'}) == (
        b'{"k":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"}'
    )


def as_json_reads(digits: str) -> float:
    """JSON numbers are doubles (RFC 8785 §3.2.2.3); Python alone sees an int in `1e16`'s digits."""
    return int(digits) if abs(int(digits)) < 2**53 else float(digits)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_a_line_reads_back_equal_and_encodes_to_the_same_bytes(value: dict[str, Any]) -> None:
    line = codec.encode(value)
    assert b"\n" not in line
    assert json.loads(line, parse_int=as_json_reads) == value
    assert codec.encode(json.loads(line)) == line


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "\ud800", {1: 2}, b"x", 10**400])
def test_what_has_no_canonical_form_is_refused(bad: object) -> None:
    with pytest.raises(NotCanonical):
        codec.encode({"k": bad})


@given(texts, texts, texts)
def test_union_does_not_depend_on_order_or_repetition(a: bytes, b: bytes, c: bytes) -> None:
    together = codec.union([a, b, c])
    assert codec.union([c, a, b]) == together
    assert codec.union([codec.union([a, b]), c]) == together
    assert codec.union([together, together, a]) == together


@given(texts, texts)
def test_union_keeps_every_foreign_line_and_the_newest_revisions(a: bytes, b: bytes) -> None:
    joined = codec.decode(codec.union([a, b]))
    parts = [codec.decode(a), codec.decode(b)]
    assert set(joined.foreign) == {line for part in parts for line in part.foreign}
    newest: dict[str, int] = {}
    for record in (record for part in parts for record in part.records):
        newest[record.meta_id] = max(record.rev, newest.get(record.meta_id, 0))
    assert {record.meta_id: record.rev for record in joined.records} == newest


def test_a_newer_version_comes_out_as_it_went_in() -> None:
    line = (
        b'{"zeta" : 1, "schema":"anvcs/commit-meta/9","meta_id":"m","rev":1,'
        b'"subject":{"commit":"c"}}'
    )
    assert codec.union([line + b"\n"]) == line + b"\n"
    [record] = codec.decode(line).records
    assert not record.known


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"[" * 100_000, b"\xff", b'{"rev":NaN}', b'{"rev":' + b"9" * 5000 + b"}"],
)
def test_a_line_that_is_no_record_is_foreign_not_an_error(line: bytes) -> None:
    assert codec.decode(line).records == ()


def test_a_record_that_knows_its_agent_speaks_for_the_commit() -> None:
    unknown = codec.record(a_record("m1", 9, agent_id="untracked"))
    known = codec.record(a_record("m2", 1, agent_id="claude-code:s1"))
    assert codec.primary([unknown, known]) == codec.primary([known, unknown]) == known
    assert codec.primary([]) is None
