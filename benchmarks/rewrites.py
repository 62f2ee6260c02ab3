"""What is left of records after every way Git has to rewrite commits: the table of the docs.

Runs each operation in a sealed repository, on the Git of the system, the newer one of the tests
and those that ANVCS_TEST_GITS names, with our hooks and without. --write puts the table into
docs/reference/rewrites.md. Some minutes; exits 1 when a record names somebody who is wrong.

    python -m benchmarks.rewrites [--write] [--only TEXT]
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
import os
from pathlib import Path
import sys
import tempfile

from git_anvcs.git.repo import version
from tests.support.rewriting import matrix
from tests.support.rewriting.case import Skipped
from tests.support.rewriting.matrix import Cell, Result

_PAGE = Path(__file__).parents[1] / "docs" / "reference" / "rewrites.md"
_BEGIN = "<!-- matrix: begin (python -m benchmarks.rewrites --write) -->\n"
_END = "<!-- matrix: end -->\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    parser.add_argument("--only", default="", help="operations that hold this text")
    args = parser.parse_args()
    cells = [cell for cell in matrix.cells() if args.only in cell.row]
    with ProcessPoolExecutor(os.cpu_count(), max_tasks_per_child=1) as pool:
        results = list(pool.map(measured, cells))
    table = matrix.table(results)
    print(table)
    totals = matrix.totals(results)
    print(
        f"\nkept {totals.kept}, in part {totals.partly}, unattributed {totals.unattributed}, "
        f"wrong {totals.wrong}"
    )
    if args.write and not args.only:
        before, _, rest = _PAGE.read_text(encoding="utf-8").partition(_BEGIN)
        _PAGE.write_text(f"{before}{_BEGIN}{table}\n{_END}{rest.partition(_END)[2]}", "utf-8")
    return 1 if totals.wrong else 0


def measured(cell: Cell) -> Result:
    """One cell, in a process of its own: the Git under test is found by its environment."""
    with tempfile.TemporaryDirectory() as base:
        case = matrix.prepared(cell, Path(base))
        os.environ.update(case.box.env)
        said = ".".join(map(str, version()))
        try:
            matrix.OPERATIONS[cell.operation](case)
        except Skipped:
            return Result(cell.row, said, cell.hooks, None)
        return Result(cell.row, said, cell.hooks, case.judge())


if __name__ == "__main__":
    sys.exit(main())
