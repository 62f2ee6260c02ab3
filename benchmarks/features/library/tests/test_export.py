import pytest
from shelf import Book, Shelf
from shelf.export import export

SHELF = Shelf([Book("Emma", "Jane Austen", 474, 10)])


def test_csv():
    assert export(SHELF, "csv") == "title,author,pages,read\nEmma,Jane Austen,474,10\n"


def test_text():
    assert export(SHELF, "text") == "Emma by Jane Austen\n"


def test_unknown():
    with pytest.raises(ValueError, match="no format"):
        export(SHELF, "odd")
