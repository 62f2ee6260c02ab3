"""The facts of one file, in this process: whoever cannot trust the file asks `apart`."""

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from git_anvcs.blobs.media.facts import Facts, Unreadable, bounded
from git_anvcs.blobs.media.kinds import kind_of
from git_anvcs.kernel.errors import AnvcsError

# Kind of file to the module of formats/ that reads it.
READERS = {
    "safetensors": "safetensors",
}


class Reader(Protocol):
    """A module of formats/."""

    def read(self, file: Path) -> Facts: ...


def describe(file: Path, name: str = "") -> Facts:
    """What `file` is, as facts in a fixed order: first its kind and its size in bytes.

    name: the path it has in the repository, where `file` is a copy of it
    What cannot be read is the fact `problem`, in one sentence. Raises OSError.
    """
    kind = kind_of(file, name or file.name)
    facts: Facts = {"kind": kind, "bytes": file.stat().st_size}
    try:
        if kind in READERS:
            facts |= _reader(kind).read(file)
    except (AnvcsError, MemoryError) as error:
        facts["problem"] = str(error) or "it needs more memory than is given to reading a file"
    return bounded(facts)


def problem(kind: str, error: Exception) -> Unreadable:
    """What is told where a library refuses a file."""
    return Unreadable(f"it cannot be read as {kind}: {error}")


def _reader(kind: str) -> Reader:
    return cast(Reader, import_module(f"git_anvcs.blobs.media.formats.{READERS[kind]}"))
