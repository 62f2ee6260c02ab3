"""Small files of every kind that is described, each written by the library that people use."""

from collections import OrderedDict
from collections.abc import Callable
import datetime
import io
import json
from pathlib import Path
import pickle
import sqlite3
import sys
import tarfile
import types
from typing import Any
import wave
import zipfile

import av
import numpy as np
import onnx
from onnx import TensorProto, helper
from PIL import Image
import pyarrow as pa
from pyarrow import feather, parquet
from safetensors.numpy import save_file


def jpeg(file: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker\x1b[2J"
    exif[0x8769] = {0x920A: 35.0}
    Image.new("RGB", (64, 48)).save(file, exif=exif, dpi=(72, 72))


def gif(file: Path) -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 200)]
    frames[0].save(file, save_all=True, append_images=frames[1:])


def pdf(file: Path) -> None:
    pages = [Image.new("RGB", (72, 144)) for _ in range(2)]
    pages[0].save(file, save_all=True, append_images=pages[1:], title="Two pages")


def wav(file: Path) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))


def film(file: Path) -> None:
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        black = np.zeros((48, 64, 3), np.uint8)
        for _ in range(6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(black, format="rgb24")))
        container.mux(stream.encode())


def tensors(file: Path) -> None:
    arrays = {"w": np.zeros((2, 3), np.float32), "b": np.zeros(3, np.float16)}
    save_file(arrays, file, metadata={"format": "np"})


def model(file: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 3])],
        [helper.make_tensor("w", TensorProto.FLOAT, [2, 2], [0.0] * 4)],
    )
    made = helper.make_model(
        graph, producer_name="tests", opset_imports=[helper.make_opsetid("", 17)], ir_version=8
    )
    helper.set_model_props(made, {"licence": "none"})
    onnx.save(made, file)


class Storage:
    """What torch.save keeps outside of the pickle, with the type of its numbers."""

    def __init__(self, kind: type, count: int) -> None:
        self.reference = ("storage", kind, "0", "cpu", count)


class Tensor:
    """Pickled as torch.Tensor is: a call of torch._utils._rebuild_tensor_v2."""

    def __init__(self, storage: Storage, shape: tuple[int, ...]) -> None:
        self.parts = (storage, 0, shape, (1,) * len(shape), False, OrderedDict[str, object]())

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.parts


class Pickler(pickle.Pickler):
    def persistent_id(self, one: object) -> object:
        return one.reference if isinstance(one, Storage) else None


def state(write: Callable[[object], None]) -> None:
    """Pickle a small state as torch.save does, with lent names: torch itself is a gigabyte."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    kind = type("FloatStorage", (), {"__module__": "torch"})
    torch.FloatStorage = kind  # type: ignore[attr-defined]

    def rebuild(*_: object) -> None: ...

    rebuild.__module__, rebuild.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = rebuild  # type: ignore[attr-defined]
    sys.modules |= {"torch": torch, "torch._utils": utils}
    try:
        tensor = Tensor(Storage(kind, 6), (2, 3))
        write({"epoch": 3, "state_dict": OrderedDict(weight=tensor)})
    finally:
        del sys.modules["torch"], sys.modules["torch._utils"]


def torch_zip(file: Path) -> None:
    data = io.BytesIO()
    state(Pickler(data, 2).dump)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", data.getvalue())
        archive.writestr("archive/data/0", bytes(24))
        archive.writestr("archive/version", "3\n")


def torch_legacy(file: Path) -> None:
    with file.open("wb") as stream:
        for one in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(one, stream, 2)
        state(Pickler(stream, 2).dump)
        stream.write(bytes(24))


class Trap:
    """What a hostile pickle holds: unpickled it would run a command."""

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, ("touch caught",)


def trap(file: Path) -> None:
    file.write_bytes(pickle.dumps({"weights": Trap()}))


TABLE = pa.table(
    {
        "id": [1, 2, 3],
        "name": ["a", None, "c"],
        "seen": pa.array(
            [datetime.datetime.fromisoformat("2024-01-01"), None, None], pa.timestamp("ns")
        ),
    }
)


def database(file: Path) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY,\n  b TEXT)")
        connection.execute("INSERT INTO t VALUES (1, 'x'), (2, 'y')")
        connection.execute("CREATE VIEW v AS SELECT a FROM t")
    connection.close()


def packed(file: Path) -> None:
    with tarfile.open(file, "w:gz") as archive:
        entry = tarfile.TarInfo("folder/a.txt")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"hello"))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "../../etc/passwd"
        archive.addfile(link)


def zipped(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../a.txt", "hello")


def arrays(file: Path) -> None:
    np.savez(file, x=np.arange(3, dtype="<i8"))


CSV = "id,name,day,score\n1,a,2024-01-01,1.5\n2,,2024-01-02,2\n007,c,,nan\n"
LINES = "".join(json.dumps(one) + "\n" for one in ({"id": 1, "n": "a"}, {"id": 2.5, "x": [1]}))

MAKERS: dict[str, Callable[[Path], object]] = {
    "photo.jpg": jpeg,
    "moving.gif": gif,
    "two.pdf": pdf,
    "sound.wav": wav,
    "film.mp4": film,
    "model.safetensors": tensors,
    "model.onnx": model,
    "model.pt": torch_zip,
    "old.pth": torch_legacy,
    "trap.pkl": trap,
    "array.npy": lambda file: np.save(file, np.zeros((3, 4), np.float32)),
    "arrays.npz": arrays,
    "table.parquet": lambda file: parquet.write_table(TABLE, file),
    "table.arrow": lambda file: feather.write_feather(TABLE, file, compression="uncompressed"),
    "table.csv": lambda file: file.write_text(CSV),
    "table.jsonl": lambda file: file.write_text(LINES),
    "data.db": database,
    "packed.tar.gz": packed,
    "zipped.zip": zipped,
}
