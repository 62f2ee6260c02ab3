import pytest
from shelf import Book, NotFound, Shelf


def test_finds_without_case():
    shelf = Shelf()
    book = shelf.add(Book("Emma", "Jane Austen", 474))
    assert shelf.find("EMMA") is book


def test_missing_book():
    with pytest.raises(NotFound):
        Shelf().find("Emma")


def test_finished():
    assert Book("Emma", "Jane Austen", 474, 474).finished
    assert not Book("Emma", "Jane Austen").finished
