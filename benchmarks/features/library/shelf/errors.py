"""What can go wrong."""


class ShelfError(Exception):
    """Something that the user can mend."""

    code = 1


class NotFound(ShelfError):
    """There is no such book."""

    code = 3
