"""NumPy arrays: the header of a .npy file (numpy.org, numpy.lib.format), nothing else of it."""

import ast
import math
from pathlib import Path
from typing import IO

from git_anvcs.blobs.media.facts import Facts, Unreadable

LONGEST_HEADER = 1 << 16


def read(file: Path) -> Facts:
    with file.open("rb") as stream:
        return header(stream)


def header(stream: IO[bytes]) -> Facts:
    """What the array at the start of `stream` is. Raises Unreadable."""
    start = stream.read(8)
    if len(start) < 8 or not start.startswith(b"\x93NUMPY"):
        raise Unreadable("it is no NumPy array")
    length = int.from_bytes(stream.read(2 if start[6] == 1 else 4), "little")
    if length > LONGEST_HEADER:
        raise Unreadable("its header is longer than any array needs")
    try:
        match ast.literal_eval(stream.read(length).decode("utf-8")):
            case {"descr": kind, "fortran_order": bool(columns_first), "shape": tuple(shape)} if (
                all(type(one) is int and 0 <= one < 1 << 63 for one in shape)
            ):
                facts: Facts = {
                    "type": str(kind),
                    "shape": str(list(shape)),
                    "elements": math.prod(shape),
                }
                return {**facts, "columns first": True} if columns_first else facts
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise Unreadable("its header cannot be read") from error
    raise Unreadable("its header does not say what it holds")
