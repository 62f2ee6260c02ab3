"""Whose earlier operations are: the payload of a CLAIM, in numbers of the chain it stands in.

Who wrote what is often known only after it was taken down, and an operation never changes. So a
later one says it, of its own chain alone; of several about one operation the last counts, and a
claim of nobody takes the others back.
"""

from collections.abc import Iterable
import json
from typing import NamedTuple


class Claim(NamedTuple):
    """by: as a record names a session; empty: nobody knows

    of: runs of sequence numbers, first and last
    """

    by: str
    of: tuple[tuple[int, int], ...]


def pack(claim: Claim) -> bytes:
    facts = {"by": claim.by, "of": claim.of}
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def unpack(payload: bytes) -> Claim | None:
    """What a payload claims; None when it is damaged."""
    try:
        facts = json.loads(payload)
        of = tuple((int(first), int(last)) for first, last in facts["of"])
        return Claim(str(facts["by"]), of)
    except (ValueError, KeyError, TypeError):
        return None


def runs(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Numbers as runs of those that follow each other."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)
