"""SQLite databases: their schema and rows, read only, with no word of theirs trusted."""

from pathlib import Path

from git_anvcs.blobs.media.facts import Facts, Unreadable
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import database

COUNTED = 256 << 20  # bytes of a database whose rows are counted


def read(file: Path) -> Facts:
    try:
        with database.reading(file):
            connection = database.open_alone(file)
            try:
                return _facts(connection, counted=file.stat().st_size <= COUNTED)
            finally:
                connection.close()
    except AnvcsError as error:
        raise Unreadable("SQLite cannot read it: it is damaged, cut off or locked") from error


def _facts(connection: database.Connection, *, counted: bool) -> Facts:
    words = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    found = [tuple(row) for row in connection.execute(words)]
    tables = [
        (name, sql)
        for kind, name, sql in found
        if kind == "table" and not str(sql).upper().startswith("CREATE VIRTUAL")
    ]
    facts: Facts = {"tables": len(tables)}
    for name in ("user_version", "application_id"):
        if value := connection.execute(f"PRAGMA {name}").fetchone()[0]:
            facts[name.replace("_", " ")] = value
    for kind, name, sql in found:
        facts[f"{kind} {name}"] = " ".join(str(sql).split()) if sql else "made by SQLite"
    for name, _ in tables if counted else ():
        quoted = str(name).replace('"', '""')
        count = connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608
        facts[f"rows of {name}"] = count
    return facts
