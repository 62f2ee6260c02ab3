"""safetensors: its header is a length of eight bytes and JSON (huggingface.co/docs/safetensors)."""

import json
import math
from pathlib import Path

from git_anvcs.blobs.media.facts import Facts, Unreadable

LONGEST_HEADER = 100_000_000  # the format's own limit


def read(file: Path) -> Facts:
    header, data_size = _header(file)
    about = header.pop("__metadata__", {})
    facts: Facts = {}
    if isinstance(about, dict):
        facts |= {f"metadata {name}": str(value) for name, value in sorted(about.items())}
    tensors: Facts = {}
    elements = 0
    for name, tensor in sorted(header.items()):
        kind, shape, end = _tensor(name, tensor)
        elements += math.prod(shape)
        if end > data_size:
            raise Unreadable(f"the data of the tensor {name!r} ends behind the file")
        tensors[f"tensor {name}"] = f"{kind} {shape}"
    return {"tensors": len(tensors), "parameters": elements, **facts, **tensors}


def _header(file: Path) -> tuple[dict[str, object], int]:
    """The header, and how many bytes of data follow it."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > min(size - 8, LONGEST_HEADER):
            raise Unreadable("its header is longer than the file, or than 100 MB")
        try:
            header = json.loads(stream.read(length))
        except (ValueError, RecursionError) as error:
            raise Unreadable("its header is no JSON") from error
    if not isinstance(header, dict):
        raise Unreadable("its header is no JSON object")
    return header, size - 8 - length


def _tensor(name: str, tensor: object) -> tuple[str, list[int], int]:
    """Type, shape and where the data ends."""
    match tensor:
        case {"dtype": str(kind), "shape": list(shape), "data_offsets": [int(), int(end)]} if all(
            type(one) is int and 0 <= one < 1 << 63 for one in shape
        ):
            return kind, shape, end
    raise Unreadable(f"its header says nothing of use about the tensor {name!r}")
