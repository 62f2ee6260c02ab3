"""A reading list: books, where they stand and how far one has read."""

from shelf.errors import NotFound, ShelfError
from shelf.model import Book, Shelf
from shelf.store import load, save

__version__ = "1.2.0"

__all__ = [
    "Book",
    "NotFound",
    "Shelf",
    "ShelfError",
    "load",
    "save",
]
