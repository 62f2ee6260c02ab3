"""Tables: what cells say, fingerprints that do not depend on the order of rows, contracts."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
import json
from pathlib import Path
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pyarrow as pa
from pyarrow import parquet
import pytest

from git_anvcs.blobs.tables import cells, contract, opening
from git_anvcs.blobs.tables.columns import DISTINCT, Column, ExactSum
from git_anvcs.blobs.tables.fingerprint import fingerprint
from git_anvcs.blobs.tables.seen import Repeats, Seen
from git_anvcs.blobs.tables.table import NotATable, Row, Table
from git_anvcs.store.schemas import violations

FROZEN = Path(__file__).parents[1] / "cases/formats/dataset-fingerprint"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("007", "007"),
        (" 1", " 1"),
        ("1_000", "1_000"),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1e", "1e"),
        ("+", "+"),
        ("-inf", float("-inf")),
        ("True", True),
        ("yes", "yes"),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", "2023-02-29"),
        ("2024-01-01T10:00Z", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("2024-01-01 10:00:00.5", datetime.fromisoformat("2024-01-01T10:00:00.500000")),
        ("2024-W01-1", "2024-W01-1"),
        ("٣", "٣"),
        ("1" * 60, "1" * 60),
    ],
)
def test_a_cell_is_what_it_says_and_nothing_more(cell: str, value: object) -> None:
    found = cells.value(cell)
    assert found == value
    assert type(found) is type(value)


def of_rows(rows: list[Row]) -> Table:
    return Table("jsonl", {}, iter(rows), "mixed", {}, Counter())


CELLS = st.one_of(
    st.none(),
    st.integers(-(1 << 70), 1 << 70),
    st.floats(),
    st.booleans(),
    st.text(max_size=4),
    st.dates(),
    st.decimals(-100, 100),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=settings().max_examples // 4)
@given(
    rows=st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), max_size=12), seed=st.randoms()
)
def test_the_order_of_rows_does_not_change_a_fingerprint(
    rows: list[Row], seed: random.Random
) -> None:
    shuffled = list(rows)
    seed.shuffle(shuffled)
    made = fingerprint(of_rows(rows))
    assert fingerprint(of_rows(shuffled)) == made
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    more = fingerprint(of_rows([*rows, {"a": 1}]))
    assert more["rows_digest"] != made["rows_digest"]


@given(st.lists(st.floats(-1e300, 1e300), max_size=60))
def test_a_sum_is_exact(values: list[float]) -> None:
    found = ExactSum()
    for value in values:
        found.add(value)
    assert found.value() == sum(map(Fraction, values), Fraction(0))


def test_a_column_counts_up_to_a_thousand_different_values() -> None:
    column = Column("a", "mixed")
    for number in range(DISTINCT):
        column.add(f"{number}")
        column.add(f"{number}")
    assert column.distinct is not None
    assert len(column.distinct) == DISTINCT
    column.add("one more")
    assert column.distinct is None
    assert column.type == "text"


def test_the_same_rows_have_one_digest_in_every_format(tmp_path: Path) -> None:
    rows = [{"id": n, "half": n / 2, "name": f"n{n}", "ok": n > 1} for n in range(4)]
    table = pa.Table.from_pylist(rows)
    parquet.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    lines = ["name;id;half;ok", *(f"{r['name']};{r['id']};{r['half']};{r['ok']}" for r in rows)]
    (tmp_path / "a.csv").write_text("\r\n".join(lines))
    (tmp_path / "b.csv").write_text("\n".join(lines), encoding="utf-16")
    found = [
        fingerprint(opening.opened(tmp_path / name, name))
        for name in ("a.parquet", "a.jsonl", "a.csv", "b.csv")
    ]
    assert len({str(one["rows_digest"]) for one in found}) == 1
    assert [one["rows"] for one in found] == [4] * 4


def test_a_fingerprint_has_no_text_of_the_data(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("name,age\nMargaret,7\nJohannes,9\n")
    made = json.dumps(fingerprint(opening.opened(file, "a.csv")))
    assert "Margaret" not in made
    assert "Johannes" not in made


def test_times_finer_than_ours_are_read(tmp_path: Path) -> None:
    fine = pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns", "UTC"))
    parquet.write_table(pa.table({"at": fine}), tmp_path / "a.parquet")
    made: Any = fingerprint(opening.opened(tmp_path / "a.parquet", "a.parquet"))
    assert made["columns"][0]["latest"] == "2023-11-14T22:13:20.123456+00:00"
    assert made["columns"][0]["stored"] == "timestamp[ns, tz=UTC]"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"a,b\n" + b"x" * (17 << 20), "longer than any table"),
        ("a.csv", b",".join(b"c" for _ in range(10_001)), "more than 10000 columns"),
        ("a.parquet", b"PAR1" + bytes(40), "pyarrow cannot read it"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "is no table"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(NotATable, match=said):
        fingerprint(opening.opened(tmp_path / name, name))


@given(
    values=st.lists(st.binary(max_size=1), max_size=60),
    kept=st.integers(0, 20),
)
def test_repeats_are_counted_exactly_in_memory_and_in_files(values: list[bytes], kept: int) -> None:
    seen = Seen(kept)
    for row, value in enumerate(values, 1):
        seen.add(value, row)
    again = [row for row, value in enumerate(values, 1) if value in values[: row - 1]]
    assert seen.repeats() == Repeats(len(again), min(again, default=0))


def broken(tmp_path: Path, text: str, **rules: object) -> list[tuple[str, str, int, int]]:
    """Column, rule, rows and first row of each finding, for a CSV file."""
    whole = {"format": contract.FORMAT, "files": ["*"], **rules}
    assert violations(whole, contract.schema()) == []
    file = tmp_path / "a.csv"
    file.write_text(text)
    table = opening.opened(file, "a.csv", as_text=contract.texts(whole))
    return [(one.column, one.rule, one.rows, one.first) for one in contract.broken(whole, table)]


@pytest.mark.parametrize(
    ("rules", "finding"),
    [
        ({"type": "integer"}, ("type", 3, 2)),
        ({"type": ["integer", "number"]}, ("type", 2, 3)),
        ({"type": "number"}, ("type", 2, 3)),
        ({"type": "text"}, None),
        ({"min": 1.5}, ("min", 3, 1)),
        ({"max": 2.5}, ("max", 2, 3)),
        ({"null_rate": 0.1}, ("null_rate", 1, 5)),
        ({"null_rate": 0.2}, None),
        ({"unique": True}, ("unique", 1, 4)),
        ({"values": [1, 2.5, "x"]}, None),
        ({"type": "text", "values": ["1", "2.5"]}, ("values", 2, 3)),
        ({"min_length": 2, "type": "text"}, ("min_length", 3, 1)),
        ({"max_length": 1, "type": "text"}, ("max_length", 1, 2)),
    ],
)
def test_a_rule_of_a_column(
    tmp_path: Path, rules: dict[str, object], finding: tuple[str, int, int] | None
) -> None:
    text = 'a,b\n1,p\n2.5,q\nx,r\nx,s\n"",t\n'
    wanted = [("a", *finding)] if finding else []
    assert broken(tmp_path, text, columns={"a": rules}) == wanted


def test_dates_have_bounds_and_nothing_that_is_no_number_passes_one(tmp_path: Path) -> None:
    text = "day,n\n2024-01-01,nan\n2024-06-01T10:00,inf\n"
    rules = {"day": {"type": "datetime", "min": "2024-02-01"}, "n": {"min": 0, "max": 9}}
    assert broken(tmp_path, text, columns=rules) == [
        ("day", "min", 1, 1),
        ("n", "min", 1, 1),
        ("n", "max", 2, 1),
    ]


def test_rules_of_the_whole_table(tmp_path: Path) -> None:
    text = "a,b\n1,2\n1,2\n3\n"
    found = broken(
        tmp_path,
        text,
        rows={"min": 4, "max": 2},
        columns={"a": {}, "c": {}, "d": {"required": False}},
        other_columns=False,
        unique=[["a", "b"]],
    )
    assert found == [
        ("", "rows", 0, 0),
        ("", "rows", 0, 0),
        ("", "uneven_rows", 1, 0),
        ("c", "required", 0, 0),
        ("b", "other_columns", 0, 0),
        ("a, b", "unique", 1, 2),
    ]
    assert broken(tmp_path, text, uneven_rows=True) == []
    assert broken(tmp_path, "a,b\n", columns={"a": {"null_rate": 0}}) == []


def test_numbers_are_equal_however_they_are_written() -> None:
    column = Column("a", "mixed")
    for value in (1, 1.0, Decimal("1.00")):
        column.add(value)
    assert column.distinct is not None
    assert len(column.distinct) == 1


def test_a_fingerprint_is_as_its_page_says_and_stays_so() -> None:
    """The frozen sample, whose digests are worked out here as docs/formats describes them."""
    sample = json.loads((FROZEN / "v1.json").read_text())
    made = fingerprint(opening.opened(FROZEN / "v1.csv", "v1.csv"))
    assert made == sample
    rows = (
        '{"day":"2024-02-29","half":0.5,"id":2,"name":"Ulm","odd":7,"ok":true}',
        '{"day":"2024-01-01T10:00:00+00:00","half":NaN,"id":1,"name":"a, \\"b\\"","odd":"x",'
        '"ok":false}',
        '{"half":2,"id":3,"odd":1.5}',
        '{"half":1,"id":4}',
    )
    total = sum(int(sha256(row.encode()).hexdigest(), 16) for row in rows)
    assert sample["rows_digest"] == f"{total % (1 << 256):064x}"
    said = sample.pop("fingerprint")
    text = json.dumps(sample, sort_keys=True, separators=(",", ":"))
    assert said == f"sha256:{sha256(text.encode()).hexdigest()}"
