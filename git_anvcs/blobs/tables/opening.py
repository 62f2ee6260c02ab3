"""Open whatever table a file is, by its first bytes or the ending of its name."""

from collections.abc import Container
from pathlib import Path

from git_anvcs.blobs.kinds import kind_of
from git_anvcs.blobs.tables import arrow, texts
from git_anvcs.blobs.tables.table import NotATable, Table


def opened(file: Path, name: str, *, as_text: Container[str] = ()) -> Table:
    """The table, whose rows are read as they are asked for.

    name: the path it has in the repository; as_text: see `texts.opened`
    Raises NotATable, ExtraMissing.
    """
    kind = kind_of(file, name)
    if kind in ("csv", "jsonl"):
        return texts.opened(file, kind=kind, as_text=as_text)
    if kind in ("parquet", "arrow"):
        return arrow.opened(file)
    raise NotATable(
        f"{name} is no table ({kind})",
        hint="tables are CSV, TSV, JSON lines (.jsonl), Parquet and Arrow files",
    )
