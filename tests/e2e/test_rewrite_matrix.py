"""The rewrite matrix: what is left of records after every way Git has to rewrite commits.

rewrite_matrix.toml says what each cell must be. A cell that gets better fails too, until the
table says so. The table is printed at the end of the run, and by `benchmarks/rewrites.py`.
"""

from collections.abc import Callable
from pathlib import Path
import tomllib

import pytest

from git_anvcs.git.repo import version
from tests.support.rewriting import matrix
from tests.support.rewriting.case import Counts, Skipped
from tests.support.rewriting.matrix import Cell, Result

EXPECTED = tomllib.loads(Path(__file__).with_name("rewrite_matrix.toml").read_text("utf-8"))


@pytest.mark.parametrize("cell", matrix.cells(), ids=lambda cell: cell.name)
def test_records_are_kept_or_left_out_but_never_wrong(
    cell: Cell,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    case = matrix.prepared(cell, tmp_path)
    for key, value in case.box.env.items():
        monkeypatch.setenv(key, value)
    said = ".".join(map(str, version()))
    try:
        matrix.OPERATIONS[cell.operation](case)
    except Skipped:
        record_property("rewrite", [cell.row, said, cell.hooks, None])
        pytest.skip("the Git under test has no such operation")
    counts = case.judge()
    record_property("rewrite", [cell.row, said, cell.hooks, list(counts)])

    assert counts.wrong == 0
    assert str(counts) == expected(cell)
    assert case.counts() == case.judge(), "a second look changes something"


def expected(cell: Cell) -> str:
    """Where no hooks are, a cell that is not named is as with them."""
    row = EXPECTED[cell.operation]
    if isinstance(row, str):
        return row
    return str(row["hooks"] if cell.hooks else row["none"])


def test_the_table_of_what_must_be_names_every_operation_and_nothing_wrong() -> None:
    assert EXPECTED.keys() == matrix.OPERATIONS.keys()
    cells = [expected(Cell(name, "system", hooks)) for name in EXPECTED for hooks in (True, False)]
    assert all(cell.count("/") == 3 and cell.endswith("/0") for cell in cells)


def test_the_table_has_a_row_for_each_operation_and_a_column_for_each_git() -> None:
    results = [
        Result("commit", "2.39.5", True, Counts(3, 0, 1, 0)),
        Result("commit", "2.39.5", False, Counts(2, 1, 1, 0)),
        Result("commit", "2.50.1", True, None),
    ]

    assert matrix.table(results) == (
        "| operation | 2.39.5 | 2.39.5, no hooks | 2.50.1 |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| commit | 3 / 1 / 0 | 2+1 / 1 / 0 |  |"
    )
    assert matrix.totals(results) == Counts(5, 1, 2, 0)
