"""Conflict markers inside the strings of a JSON file: the file still parses.

A marker is what markers.py says, as a line of a string: it starts the string or follows `\\n`.
"""

from collections.abc import Iterator
import re


def opening(size: int = 7) -> re.Pattern[bytes]:
    """Matches where a conflict begins."""
    return re.compile(rb'(?:(?<=")|(?<=\\n))<{%d}(?=[ "]|\\[rn])' % size)


def closing(size: int = 7) -> re.Pattern[bytes]:
    """Matches where a conflict ends."""
    return re.compile(rb'(?:(?<=")|(?<=\\n))>{%d}(?=[ "]|\\[rn])' % size)


def has_markers(text: bytes, size: int = 7) -> bool:
    """Whether a string holds a line that reads as the start or the end of a conflict."""
    found = (places(text, b"<" * size, opening(size)), places(text, b">" * size, closing(size)))
    return any(next(each, None) is not None for each in found)


def places(text: bytes, signs: bytes, marker: re.Pattern[bytes]) -> Iterator[int]:
    """Where such a marker stands. Its signs are looked for first: a notebook holds megabytes."""
    at = text.find(signs)
    while at >= 0:
        if marker.match(text, at):
            yield at
        at = text.find(signs, at + 1)


def starts(text: bytes, size: int = 7) -> list[int]:
    """The line of the file on which each conflict begins, counted from 1."""
    found = []
    line, at = 1, 0
    for place in places(text, b"<" * size, opening(size)):
        line += text.count(b"\n", at, place)
        at = place
        found.append(line)
    return found
