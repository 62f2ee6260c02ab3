"""Conflict markers inside the strings of a JSON file: the file still parses.

A marker is what markers.py says, as a line of a string: it starts the string or follows `\\n`.
"""

import re


def opening(size: int = 7) -> re.Pattern[bytes]:
    """Matches where a conflict begins."""
    return re.compile(rb'(?:(?<=")|(?<=\\n))<{%d}(?=[ "]|\\[rn])' % size)


def closing(size: int = 7) -> re.Pattern[bytes]:
    """Matches where a conflict ends."""
    return re.compile(rb'(?:(?<=")|(?<=\\n))>{%d}(?=[ "]|\\[rn])' % size)


def has_markers(text: bytes, size: int = 7) -> bool:
    """Whether a string holds a line that reads as the start or the end of a conflict."""
    if b"<" * size not in text and b">" * size not in text:
        return False
    return bool(opening(size).search(text) or closing(size).search(text))


def starts(text: bytes, size: int = 7) -> list[int]:
    """The line of the file on which each conflict begins, counted from 1."""
    found = []
    line, at = 1, 0
    for match in opening(size).finditer(text):
        line += text.count(b"\n", at, match.start())
        at = match.start()
        found.append(line)
    return found
