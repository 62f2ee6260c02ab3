"""Parquet and Arrow files, by pyarrow: the only module that imports it."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs.blobs.tables.table import MOST_COLUMNS, NotATable, Row, Table
from git_anvcs.kernel.extras import extra

BATCH = 4096  # rows that are in memory at once


class About(NamedTuple):
    """What a file says of itself; columns: name to Arrow's type."""

    rows: int
    columns: dict[str, str]
    kept: dict[str, str | int]
    metadata: dict[str, str]


def about(file: Path) -> About:
    """Raises NotATable, ExtraMissing."""
    with _reading(file):
        if _is_parquet(file):
            with _parquet(file) as found:
                meta = found.metadata
                kept: dict[str, str | int] = {
                    "row groups": meta.num_row_groups,
                    "compression": ", ".join(_codecs(meta)),
                    "written by": str(meta.created_by or ""),
                }
                return _about(meta.num_rows, found.schema_arrow, kept)
        with _batches(file) as found:
            rows = sum(found.get_batch(one).num_rows for one in range(found.num_record_batches))
            return _about(rows, found.schema, {"batches": found.num_record_batches})


def opened(file: Path) -> Table:
    """The rows of `file`, read in batches. Raises NotATable, ExtraMissing, also while they are."""
    kind = "parquet" if _is_parquet(file) else "arrow"
    return Table(kind, about(file).columns, _rows(file), "mixed", {}, Counter())


def _rows(file: Path) -> Iterator[Row]:
    with _reading(file):
        if _is_parquet(file):
            with _parquet(file) as found:
                for batch in found.iter_batches(batch_size=BATCH, use_threads=False):
                    yield from _plain(batch).to_pylist()
        else:
            with _batches(file) as found:
                for number in range(found.num_record_batches):
                    yield from _plain(found.get_batch(number)).to_pylist()


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def _parquet(file: Path) -> Any:
    from pyarrow import parquet

    return parquet.ParquetFile(file)


def _batches(file: Path) -> Any:
    from pyarrow import ipc

    return ipc.open_file(file)


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    with extra("media", "pyarrow"):
        import pyarrow
    try:
        yield
    except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
        text = str(error).replace(str(file), "this file")
        raise NotATable(f"pyarrow cannot read it: {text}") from error


def _about(rows: int, schema: Any, kept: dict[str, str | int]) -> About:
    if len(schema) > MOST_COLUMNS:
        raise NotATable(f"it has more than {MOST_COLUMNS} columns")
    columns = {field.name: f"{field.type}{_must(field)}" for field in schema}
    texts = {
        name.decode(errors="replace"): value.decode(errors="replace")
        for name, value in (schema.metadata or {}).items()
        if name != b"ARROW:schema"
    }
    return About(rows, columns, kept, texts)


def _must(field: Any) -> str:
    return "" if field.nullable else " not null"


def _codecs(meta: Any) -> list[str]:
    if not meta.num_row_groups:
        return []
    first = meta.row_group(0)
    return sorted({first.column(number).compression for number in range(first.num_columns)})


def _plain(batch: Any) -> Any:
    """Times to the microsecond, the finest that Python's own types have."""
    import pyarrow

    fields = [
        field.with_type(_coarser(field.type)) if str(field.type).find("[ns") >= 0 else field
        for field in batch.schema
    ]
    if fields == list(batch.schema):
        return batch
    return pyarrow.RecordBatch.from_arrays(
        [array.cast(field.type, safe=False) for array, field in zip(batch, fields, strict=True)],
        schema=pyarrow.schema(fields),
    )


def _coarser(kind: Any) -> Any:
    import pyarrow

    if pyarrow.types.is_timestamp(kind):
        return pyarrow.timestamp("us", tz=kind.tz)
    if pyarrow.types.is_duration(kind):
        return pyarrow.duration("us")
    return pyarrow.time64("us") if pyarrow.types.is_time64(kind) else kind
