"""PyTorch's files and other pickles: tensors, and whom unpickling would call. Never unpickled."""

import math
from pathlib import Path
import zipfile

from git_anvcs.blobs.media.facts import Facts, Unreadable
from git_anvcs.blobs.media.unpickled import Built, Elsewhere, Named, Pickle, each

LONGEST = 64 << 20  # bytes of the pickle in a zip file; tensors' data stand beside it
LEGACY = 0x1950A86A20F9469CFC6C  # the first of the pickles torch.save wrote before 1.6
SEEN = 500_000  # things in a pickle that are looked at
TENSORS = ("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2")
PARAMETERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
# Packages of which a model's pickle names things as a matter of course.
USUAL = ("torch.", "collections.", "numpy.", "__torch__.", "builtins.set", "__builtin__.set")


def read(file: Path) -> Facts:
    with file.open("rb") as stream:
        first = Pickle(stream)
        if first.value != LEGACY:
            return {"format": "pickle", **_top(first.value), **_facts(first)}
        Pickle(stream)  # the version of the protocol
        Pickle(stream)  # sizes of numbers where it was written
        return {"format": "PyTorch, before 1.6", **_facts(Pickle(stream))}


def of_zip(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Facts:
    """A zip file that torch.save wrote, or TorchScript: `entry` is its data.pkl."""
    if entry.file_size > LONGEST:
        raise Unreadable("the pickle in it is longer than is looked at")
    folder = entry.filename.removesuffix("data.pkl")
    names = {one.filename.removeprefix(folder) for one in archive.infolist()}
    with archive.open(entry) as stream:
        pickle = Pickle(stream)
    script = any(name.startswith("code/") for name in names)
    return {"format": "TorchScript" if script else "PyTorch", **_facts(pickle)}


def _facts(pickle: Pickle) -> Facts:
    tensors: Facts = {}
    elements = 0
    for path, value in each(pickle.value, SEEN):
        if tensor := _tensor(value):
            kind, shape = tensor
            elements += math.prod(shape)
            tensors[f"tensor {path or '(top)'}"] = f"{kind} {shape}"
    facts: Facts = {"tensors": len(tensors), "parameters": elements} if tensors else {}
    if odd := [name for name in pickle.names if not name.startswith(USUAL)]:
        facts["unpickling would also call"] = ", ".join(sorted(odd))
    return facts | tensors


def _tensor(value: object) -> tuple[str, list[int]] | None:
    """Type and shape where the value is a call that rebuilds a tensor."""
    match value:
        case Built(name=name, given=(Built() as inside, *_)) if name in PARAMETERS:
            return _tensor(inside)
        case Built(name=name, given=(Elsewhere(reference=storage), _, tuple(shape), *_)) if (
            name in TENSORS and all(type(one) is int for one in shape)
        ):
            return _storage(storage), list(shape)
    return None


def _storage(reference: object) -> str:
    """The type of numbers that the storage of a tensor has: `Float`, `Half`, `Long`."""
    match reference:
        case ("storage", Named(name=name), *_):
            return name.rpartition(".")[2].removesuffix("Storage")
    return "of unknown type"


def _top(value: object) -> Facts:
    kind = value.name if isinstance(value, Built) else type(value).__name__
    facts: Facts = {"value": kind}
    if isinstance(value, dict | list | tuple):
        facts["items"] = len(value)
    return facts
