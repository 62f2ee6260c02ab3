"""What the program can do, one function a command."""

from argparse import Namespace

from shelf.export import export
from shelf.model import Book, Shelf


def add(shelf: Shelf, options: Namespace) -> str:
    book = shelf.add(Book(options.title, options.author, options.pages))
    return f"added {book.title}"


def show(shelf: Shelf, options: Namespace) -> str:
    return export(shelf, options.format).rstrip("\n")


def progress(shelf: Shelf, options: Namespace) -> str:
    book = shelf.find(options.title)
    book.read = options.page
    return f"{book.title}: {book.read} of {book.pages}"


def remove(shelf: Shelf, options: Namespace) -> str:
    book = shelf.remove(options.title)
    return f"removed {book.title}"


COMMANDS = {
    "add": add,
    "show": show,
    "progress": progress,
    "remove": remove,
}
