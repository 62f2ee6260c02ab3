"""The facts of one file, in this process: whoever cannot trust the file asks `apart`."""

import hashlib
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast
import warnings

from git_anvcs.blobs.kinds import kind_of
from git_anvcs.blobs.media.facts import Facts, bounded
from git_anvcs.kernel.errors import AnvcsError

# Kind of file to the module of formats/ that reads it.
READERS = {
    "image": "image",
    "media": "sound",
    "pdf": "pdf",
    "safetensors": "safetensors",
    "onnx": "onnx",
    "pickle": "pickled",
    "numpy": "numpy_array",
    "parquet": "arrow",
    "arrow": "arrow",
    "csv": "table",
    "jsonl": "table",
    "sqlite": "database",
    "zip": "archive",
    "tar": "tar",
}


class Reader(Protocol):
    """A module of formats/."""

    def read(self, file: Path) -> Facts: ...


def describe(file: Path, name: str = "") -> Facts:
    """What `file` is, as facts in a fixed order: first its kind, size and SHA-256.

    name: the path it has in the repository, where `file` is a copy of it
    What cannot be read is the fact `problem`, in one sentence. Raises OSError.
    """
    kind = kind_of(file, name or file.name)
    facts: Facts = {"kind": kind, "bytes": file.stat().st_size, "sha256": _digest(file)}
    try:
        if kind in READERS:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                facts |= _reader(kind).read(file)
    except AnvcsError as error:
        facts["problem"] = error.message
    except (MemoryError, RecursionError):
        facts["problem"] = "it needs more memory than is given to reading a file"
    except Exception as error:  # noqa: BLE001 - damaged bytes make libraries raise anything
        facts["problem"] = f"it is damaged, or not what it looks like ({type(error).__name__})"
    return bounded(facts)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _reader(kind: str) -> Reader:
    return cast(Reader, import_module(f"git_anvcs.blobs.media.formats.{READERS[kind]}"))
