"""Reading the end of a transcript. Not documented formats: what does not fit is passed over."""

from collections.abc import Iterator, Mapping
import json

from git_anvcs.provenance.events import text


def objects(tail: bytes) -> Iterator[Mapping[str, object]]:
    """The JSON objects of a file with one a line, the last one first."""
    for line in reversed(tail.splitlines()):
        found = whole(line)
        if found:
            yield found


def whole(tail: bytes) -> Mapping[str, object]:
    """The object that a file is; empty when it is none, or was cut."""
    if not tail.lstrip().startswith(b"{"):
        return {}
    try:
        found = json.loads(tail)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def plain(found: Mapping[str, object], key: str = "model") -> str:
    """A model's name, if it is one word; what users call their own models is none."""
    said = text(found, key)
    fits = all(c.isascii() and (c.isalnum() or c in "._-/:") for c in said)
    return said if fits and not said.startswith("custom:") else ""
