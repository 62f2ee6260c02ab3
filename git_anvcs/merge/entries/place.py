"""Make an entry of one version fit among its siblings in another."""

from collections.abc import Sequence

from git_anvcs.merge.data.place import shifted
from git_anvcs.merge.entries.entry import Entry


def reindented(text: bytes, source: Sequence[Entry], target: Sequence[Entry]) -> bytes:
    """An entry of one version, indented as its siblings in the other."""
    old, new = indent(source), indent(target)
    return shifted(b"\n" + text, old, new)[1:] if old and new else text


def indent(row: Sequence[Entry]) -> bytes | None:
    """The white space that all entries of a section begin with; None where they differ."""
    found = {one.head[: len(one.head) - len(one.head.lstrip(b" \t"))] for one in row}
    return found.pop() if len(found) == 1 else None
