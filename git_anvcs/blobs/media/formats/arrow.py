"""Parquet and Arrow files: schema, rows, what is kept beside them. Data is not read."""

from pathlib import Path

from git_anvcs.blobs.media.facts import Facts
from git_anvcs.blobs.tables import arrow


def read(file: Path) -> Facts:
    about = arrow.about(file)
    facts: Facts = {"rows": about.rows, "columns": len(about.columns), **about.kept}
    facts |= {f"column {name}": kind for name, kind in about.columns.items()}
    return facts | {f"metadata {name}": value for name, value in sorted(about.metadata.items())}
