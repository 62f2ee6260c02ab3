"""Zip files: what is in them, by their own list; nothing is unpacked to a file."""

from pathlib import Path
import zipfile
import zlib

from git_anvcs.blobs.media.facts import MOST, Facts, Unreadable
from git_anvcs.blobs.media.formats import numpy_array, pickled


def read(file: Path) -> Facts:
    """A zip file; one that PyTorch or NumPy wrote is told as what it is."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if data := [one for one in entries if one.filename.endswith("/data.pkl")]:
                return pickled.of_zip(archive, data[0])
            if entries and all(one.filename.endswith(".npy") for one in entries):
                return _arrays(archive, entries)
            return _listed(entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise Unreadable("its list of files is damaged or cut off") from error
    except (OSError, RuntimeError, KeyError) as error:
        raise Unreadable("what it holds cannot be read") from error


def _listed(entries: list[zipfile.ZipInfo]) -> Facts:
    facts: Facts = {
        "entries": len(entries),
        "unpacked bytes": sum(one.file_size for one in entries),
    }
    for one in sorted(entries[:MOST], key=lambda entry: entry.filename):
        if not one.is_dir():
            facts[f"file {one.filename}"] = f"{one.file_size} bytes, crc {one.CRC:08x}"
    return facts


def _arrays(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Facts:
    facts: Facts = {"format": "NumPy arrays", "arrays": len(entries)}
    for one in sorted(entries[:MOST], key=lambda entry: entry.filename):
        with archive.open(one) as stream:
            array = numpy_array.header(stream)
        name = one.filename.removesuffix(".npy")
        facts[f"array {name}"] = f"{array['type']} {array['shape']}"
    return facts
