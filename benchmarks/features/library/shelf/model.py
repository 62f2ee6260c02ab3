"""Books and the shelf that holds them."""

from dataclasses import dataclass, field

from shelf.errors import NotFound


@dataclass
class Book:
    """One book."""

    title: str
    author: str
    pages: int = 0
    read: int = 0

    @property
    def finished(self) -> bool:
        return self.pages > 0 and self.read >= self.pages

    def as_dict(self) -> dict:
        return {
            "title": self.title,
            "author": self.author,
            "pages": self.pages,
            "read": self.read,
        }


@dataclass
class Shelf:
    """All books, in the order in which they came."""

    books: list[Book] = field(default_factory=list)

    def add(self, book: Book) -> Book:
        self.books.append(book)
        return book

    def find(self, title: str) -> Book:
        for book in self.books:
            if book.title.lower() == title.lower():
                return book
        raise NotFound(f"no book is called {title!r}")

    def remove(self, title: str) -> Book:
        book = self.find(title)
        self.books.remove(book)
        return book

    def __len__(self) -> int:
        return len(self.books)
