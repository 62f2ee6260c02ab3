"""Tables as text (CSV, TSV, JSON lines): rows, and what the columns hold in the first of them."""

from pathlib import Path

from git_anvcs.blobs.media.facts import Facts
from git_anvcs.blobs.tables import columns, texts

TYPED = 10_000  # rows whose cells are looked at
COUNTED = 64 << 20  # characters in which rows are counted


def read(file: Path) -> Facts:
    """Of a very large file only the first COUNTED characters are read; `rows` says so."""
    table = texts.opened(file, most=COUNTED)
    found = columns.Columns(table.joins)
    rows = 0
    for name in table.declared:
        found.column(name)
    for row in table.rows:
        rows += 1
        if rows <= TYPED:
            found.add(row)
    cut = file.stat().st_size > COUNTED
    facts: Facts = {
        "rows": f"at least {rows}" if cut else rows,
        "columns": len(found.by_name),
        **table.kept,
    }
    facts |= {f"column {one.name}": one.type for one in found.by_name.values()}
    return facts | {name: count for name, count in sorted(table.faults.items()) if count}
