"""Both sides raised a version: the larger one. Likely, not certain: only with a guard behind it.

Of real conflicts of this kind people took the larger version three times of four.
"""

from collections.abc import Sequence
import re
from typing import NamedTuple

SLOTS = ("version", "rev")
VERSION = re.compile(r"(?P<operator>[~^<>=v]*\s*)(?P<numbers>\d+(?:\.\d+){0,3})")


class Version(NamedTuple):
    operator: str
    numbers: tuple[int, ...]


def larger(base: str, ours: str, theirs: str, where: Sequence[str]) -> str | None:
    """`ours` or `theirs`, if this is a slot for versions and both went up in the same major."""
    in_map = len(where) > 1 and where[-2].lower().endswith("dependencies")
    if not (in_map or (where and where[-1] in SLOTS)):
        return None
    one, mine, yours = map(parsed, (base, ours, theirs))
    if not one or not mine or not yours:
        return None
    if len({(v.operator, v.numbers[0]) for v in (one, mine, yours)}) > 1:
        return None
    if not (mine.numbers > one.numbers and yours.numbers > one.numbers):
        return None
    return ours if mine.numbers >= yours.numbers else theirs


def parsed(text: str) -> Version | None:
    """None for anything but an operator and up to four numbers: no tags, no ranges."""
    found = VERSION.fullmatch(text.strip())
    if not found:
        return None
    numbers = tuple(int(part) for part in found["numbers"].split("."))
    return Version(found["operator"].strip(), numbers + (0,) * (4 - len(numbers)))
