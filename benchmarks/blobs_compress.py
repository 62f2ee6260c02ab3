"""What compression of the store costs and saves, for data of several kinds.

Each file is packed as `blobs.compress` packs it before it is sent, and unpacked as it is when it
comes back, each in a process of its own. Bytes of a kind are made here, from one seed.

    python -m benchmarks.blobs_compress
"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from itertools import count
import json
from multiprocessing import get_context
from pathlib import Path
import platform
import random
import resource
import struct
import tempfile
import time
from typing import NamedTuple

from git_anvcs.blobs.arriving import arriving
from git_anvcs.blobs.cache import digest_of
from git_anvcs.blobs.packing import packed


class Found(NamedTuple):
    """stored: bytes; seconds of the processor; peak: MB of memory beside those of before"""

    stored: int
    packing: float
    unpacking: float
    peak: float


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mebibytes", type=int, default=64)
    parser.add_argument("--folder", help="where to work")
    args = parser.parse_args()
    print(f"{args.mebibytes} MiB each, Python {platform.python_version()}\n")
    print("| | stored | packed, CPU s | unpacked, CPU s | memory beside that of before, MB |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="anvcs-compress-", dir=args.folder) as name:
        for kind, pieces in KINDS.items():
            path = Path(name) / "file"
            written(path, pieces, args.mebibytes << 20)
            with get_context("spawn").Pool(1) as pool:
                found = pool.apply(looked, (path,))
            size = path.stat().st_size
            stored = f"{found.stored / size:.0%}" if found.stored < size else "as it is"
            costs = f"{found.packing:.2f} | {found.unpacking:.2f} | {found.peak:.0f}"
            print(f"| {kind} | {stored} | {costs} |", flush=True)


def looked(path: Path) -> Found:
    """There and back."""
    oid, back = digest_of(path), path.with_name("back")
    before, begun = peak(), time.process_time()
    with packed(path, oid, path.parent) as form:
        made = time.process_time()
        with arriving(back, oid) as arrival, form.open("rb") as file:
            while piece := file.read(1 << 20):
                arrival.write(piece)
        came, stored = time.process_time(), form.stat().st_size
    return Found(stored, made - begun, came - made, peak() - before)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def written(path: Path, pieces: Callable[[random.Random], Iterator[bytes]], size: int) -> None:
    rest = size
    with path.open("wb") as file:
        for piece in pieces(random.Random(1)):
            file.write(piece[:rest])
            rest -= len(piece)
            if rest <= 0:
                return


def text(chance: random.Random) -> Iterator[bytes]:
    """Words as often as in a language: each rank as often as Zipf has it."""
    letters = "etaoinshrdlucmfwypvbgk"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    while True:
        yield (" ".join(chance.choices(words, weights, k=10_000)) + "\n").encode()


def table(chance: random.Random) -> Iterator[bytes]:
    """CSV: a number that grows, a day, a name of some, two measured values."""
    for first in count(1, 2000):
        lines = []
        for row in range(first, first + 2000):
            day = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
            measured = f"{chance.gauss(20, 5):.3f},{chance.random():.6f}"
            lines.append(f"{row},{day},station-{chance.randint(1, 40)},{measured}\n")
        yield "".join(lines).encode()


def lines_of_json(chance: random.Random) -> Iterator[bytes]:
    while True:
        rows = ({"id": chance.getrandbits(48), "label": chance.choice("abc"), "score": n / 7}
                for n in range(2000))  # fmt: skip
        yield "".join(json.dumps(one) + "\n" for one in rows).encode()


def weights(chance: random.Random, kind: str) -> Iterator[bytes]:
    """Numbers as trained networks have them: normal, around nought."""
    while True:
        numbers = [chance.gauss(0, 0.02) for _ in range(50_000)]
        if kind == "bf16":  # the upper half of a float of 32 bits
            whole = struct.pack(f"<{len(numbers)}f", *numbers)
            yield b"".join(whole[n : n + 2] for n in range(2, len(whole), 4))
        else:
            yield struct.pack(f"<{len(numbers)}f", *numbers)


def noise(chance: random.Random) -> Iterator[bytes]:
    while True:
        yield chance.randbytes(1 << 20)


KINDS: dict[str, Callable[[random.Random], Iterator[bytes]]] = {
    "text": text,
    "CSV": table,
    "JSON lines": lines_of_json,
    "weights, float32": lambda chance: weights(chance, "f32"),
    "weights, bfloat16": lambda chance: weights(chance, "bf16"),
    "random bytes, as of JPEG, MP4 or Parquet": noise,
}

if __name__ == "__main__":
    main()
