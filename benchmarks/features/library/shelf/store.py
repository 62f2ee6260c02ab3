"""The shelf as a file."""

import json
from pathlib import Path

from shelf.model import Book, Shelf


def load(path: Path) -> Shelf:
    """The shelf in this file; an empty one where there is none."""
    if not path.exists():
        return Shelf()
    rows = json.loads(path.read_text())
    return Shelf([Book(**row) for row in rows])


def save(shelf: Shelf, path: Path) -> None:
    """Write the shelf to this file."""
    rows = [book.as_dict() for book in shelf.books]
    path.write_text(json.dumps(rows, indent=2) + "\n")
