"""Real histories of typing, where they lie beside the repository (see its README there).

Sequential traces of github.com/josephg/editing-traces (CC BY 4.0): transactions of patches
[position, deleted, inserted] in code points.
"""

from collections.abc import Iterator
import gzip
import json
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[3] / "shared/data/editing-traces"

Patches = list[tuple[int, int, str]]


class Trace(NamedTuple):
    """transactions: each its patches, in order"""

    start: str
    end: str
    transactions: list[Patches]


def there(name: str) -> bool:
    return (FOLDER / f"{name}.json.gz").is_file()


def read(name: str) -> Trace:
    with gzip.open(FOLDER / f"{name}.json.gz") as file:
        found = json.load(file)
    return Trace(
        found["startContent"], found["endContent"], [one["patches"] for one in found["txns"]]
    )


def texts(trace: Trace) -> Iterator[str]:
    """The text after each transaction."""
    text = trace.start
    for patches in trace.transactions:
        text = patched(text, patches)
        yield text


class Said(NamedTuple):
    """One transaction of several who typed at once; parents: numbers of those it knew last."""

    agent: int
    parents: list[int]
    patches: Patches


def concurrent(name: str) -> tuple[list[Said], str]:
    """All transactions, and the text in the end."""
    with gzip.open(FOLDER / f"{name}.json.gz") as file:
        found = json.load(file)
    said = [Said(one["agent"], one["parents"], one["patches"]) for one in found["txns"]]
    return said, found["endContent"]


def patched(text: str, patches: Patches) -> str:
    for at, removed, added in patches:
        text = text[:at] + added + text[at + removed :]
    return text
