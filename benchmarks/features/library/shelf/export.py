"""The shelf in other formats."""

import csv
import io

from shelf.model import Shelf


def to_csv(shelf: Shelf) -> str:
    """One line a book, with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["title", "author", "pages", "read"])
    for book in shelf.books:
        writer.writerow([book.title, book.author, book.pages, book.read])
    return out.getvalue()


def to_text(shelf: Shelf) -> str:
    """One line a book, for people."""
    return "".join(f"{book.title} by {book.author}\n" for book in shelf.books)


EXPORTERS = {
    "csv": to_csv,
    "text": to_text,
}


def export(shelf: Shelf, kind: str) -> str:
    """The shelf in this format."""
    try:
        return EXPORTERS[kind](shelf)
    except KeyError:
        raise ValueError(f"no format {kind!r}; known: {', '.join(EXPORTERS)}") from None
