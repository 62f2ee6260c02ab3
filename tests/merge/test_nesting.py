"""Lines of a merged text that stand in another block than in the side they come from."""

from git_anvcs.merge.code.nesting import misplaced
from git_anvcs.merge.result import Versions

BASE = b"if a:\n    one()\n\nif b:\n    two()\n"
GROWN = b"if a:\n    one()\n    more()\n\nif b:\n    two()\n"


def test_a_line_is_misplaced_when_it_stands_in_another_block_that_the_side_knows() -> None:
    swapped = b"if b:\n    two()\n\nif a:\n    one()\n"
    text = b"if b:\n    two()\n    more()\n\nif a:\n    one()\n"
    assert misplaced(Versions(BASE, swapped, GROWN), text) == 3
    assert misplaced(Versions(BASE, GROWN, swapped), text) == 3


def test_a_line_is_in_place_when_its_block_was_renamed_or_wrapped() -> None:
    renamed = BASE.replace(b"if a:", b"while a:")
    assert not misplaced(Versions(BASE, renamed, GROWN), GROWN.replace(b"if a:", b"while a:"))
    wrapped = b"with w:\n    if a:\n        one()\n\nif b:\n    two()\n"
    text = b"with w:\n    if a:\n        one()\n        more()\n\nif b:\n    two()\n"
    assert not misplaced(Versions(BASE, wrapped, GROWN), text)


def test_a_line_is_misplaced_when_it_fell_out_of_its_block() -> None:
    text = b"if a:\n    one()\n\nmore()\nif b:\n    two()\n"
    assert misplaced(Versions(BASE, BASE, GROWN), text) == 4
