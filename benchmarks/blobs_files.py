"""Large files beside git-lfs: adding, checking out from the cache, the start of the filter.

Both sides do the same in repositories of their own, in turns. Of a checkout it is also told how
much memory git and the filter take, and how many filters the next `git status` starts: each reads
the file again. With --reflinks the checkout is repeated on an XFS made for it (needs root).

    python -m benchmarks.blobs_files --git-lfs ~/go/bin/git-lfs --reflinks
"""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
import time

from benchmarks.blobs_sides import (
    HEAD,
    LFS,
    OURS,
    Cost,
    Side,
    filters_started,
    git,
    peaks,
    repository,
    row,
    sides,
    timed,
    turns,
    where,
)
from git_anvcs.git.pktline import FLUSH, content, lines

_MB = 1 << 20
_SMALL = 64 << 10


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=1024, help="of the one large file")
    parser.add_argument("--files", type=int, default=2000, help="of 64 KiB")
    parser.add_argument("--git-lfs", default="", help="the program, if it is not on PATH")
    parser.add_argument("--folder", help="where to work: a file system with room for ten copies")
    parser.add_argument("--reflinks", action="store_true", help="also on an XFS mounted for it")
    parser.add_argument("--only", choices=("large", "small", "start"), help="one part")
    args = parser.parse_args()
    only = {args.only} if args.only else {"large", "small", "start"}
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="anvcs-blobs-", dir=args.folder) as name:
        folder = Path(name)
        both = sides(folder, args.git_lfs)
        print(f"{where(both, args.runs)}\n\n{HEAD}", flush=True)
        if "large" in only:
            notes += one_large(folder / "large", both, args.runs, args.megabytes)
        if "small" in only:
            many_small(folder / "small", both, args.runs, args.files)
        if "start" in only:
            notes += starts(folder, both, args.runs * 4)
        if args.reflinks:
            with reflinks(folder, args.megabytes) as mounted:
                title = f"checkout {args.megabytes} MiB, reflinks"
                notes += checkouts(mounted, both, args.runs, args.megabytes, title)
    print("\n" + "\n".join(notes))


def one_large(folder: Path, both: Sequence[Side], runs: int, megabytes: int) -> list[str]:
    folder.mkdir()
    source = written(folder / "source", megabytes * _MB)

    def add(side: Side, turn: int) -> Cost:
        root = repository(side, folder / f"{side.name}-{turn}")
        os.link(source, root / "big.bin")
        cost = timed(side, root, "add", "big.bin")
        shutil.rmtree(root)
        return cost

    print(row(f"add {megabytes} MiB", turns(both, runs, add), 0.6), flush=True)
    source.unlink()
    title = f"checkout {megabytes} MiB, from the cache"
    return checkouts(folder, both, runs, megabytes, title, 0.35)


def checkouts(
    folder: Path,
    both: Sequence[Side],
    runs: int,
    megabytes: int,
    title: str,
    goal: float | None = None,
) -> list[str]:
    """A switch to a branch with one large file whose content is in the cache.

    Returns what there is to say of memory and of the filters that the next `git status` starts.
    """
    for side in both:
        root = repository(side, folder / side.name)
        git(side, root, "switch", "-q", "-c", "full")
        written(root / "big.bin", megabytes * _MB)
        git(side, root, "add", "big.bin")
        git(side, root, "commit", "-q", "-m", "full")

    def checkout(side: Side, turn: int) -> Cost:
        git(side, folder / side.name, "switch", "-q", "empty")
        return timed(side, folder / side.name, "switch", "-q", "full")

    print(row(title, turns(both, runs, checkout), goal), flush=True)
    return [after(side, folder / side.name, title, megabytes) for side in both]


def after(side: Side, root: Path, title: str, megabytes: int) -> str:
    """What a checkout takes in memory, and what the next `git status` has to read again."""
    git(side, root, "switch", "-q", "empty")
    most = peaks(side, root, "switch", "-q", "full")
    started = filters_started(side, root, "status", "--porcelain")
    size = (root / "big.bin").stat().st_size
    assert size == megabytes * _MB, f"{side.name} wrote {size} bytes"
    shutil.rmtree(root)
    return (
        f"{title}, {side.name}: git {most.git:.0f} MB, filter {most.filter:.0f} MB, together"
        f" {most.all:.0f} MB; the next status starts {started} filter(s)"
    )


def many_small(folder: Path, both: Sequence[Side], runs: int, files: int) -> None:
    folder.mkdir()
    sources = folder / "source"
    sources.mkdir()
    for number in range(files):
        written(sources / f"{number}.bin", _SMALL)

    def add(side: Side, turn: int) -> Cost:
        root = repository(side, folder / f"{side.name}-{turn}")
        for source in sources.iterdir():
            os.link(source, root / source.name)
        git(side, root, "switch", "-q", "-c", "full")
        return timed(side, root, "add", ".")

    def checkout(side: Side, turn: int) -> Cost:
        root = folder / f"{side.name}-{turn}"
        git(side, root, "commit", "-q", "-m", "full")
        git(side, root, "switch", "-q", "empty")
        cost = timed(side, root, "switch", "-q", "full")
        assert sum(file.stat().st_size for file in root.glob("*.bin")) == files * _SMALL
        return cost  # ext4 makes new files slowly where many were deleted: that is for the end

    print(row(f"add {files} of 64 KiB", turns(both, runs, add), 1.0), flush=True)
    print(row(f"checkout {files} of 64 KiB", turns(both, runs, checkout), 1.0), flush=True)
    shutil.rmtree(folder)


def starts(folder: Path, both: Sequence[Side], runs: int) -> list[str]:
    """The filter alone, started for one small file that is added; bare Python is its floor."""
    said = folder / "said"
    hello = lines(b"git-filter-client", b"version=2")
    can = lines(b"capability=clean", b"capability=smudge", b"capability=delay")
    asked = lines(b"command=clean", b"pathname=a.bin")
    said.write_bytes(hello + can + asked + b"".join(content((os.urandom(1024),))) + FLUSH)
    roots = {side.name: repository(side, folder / f"start-{side.name}") for side in both}
    word = {OURS: "process", LFS: "filter-process"}

    bare: list[Cost] = []

    def start(side: Side, turn: int) -> Cost:
        if side.name == OURS and turn:
            bare.append(alone((sys.executable, "-I", "-S", "-c", "pass"), said, side, folder))
        return alone((str(side.program), word[side.name]), said, side, roots[side.name])

    found = turns(both, runs, start)
    print(row("start, one file of 1 kB", found), flush=True)
    return [
        f"start of {name}: {1000 * min(cost.processor for cost in costs):.1f} ms CPU"
        for name, costs in {**found, "bare Python": bare}.items()
    ]


def alone(argv: Sequence[str], said: Path, side: Side, root: Path) -> Cost:
    """Start a program that is told what git would say."""
    begin = time.perf_counter()
    with said.open("rb") as speech:
        child = subprocess.Popen(
            argv, cwd=root, env=side.env, stdin=speech, stdout=subprocess.DEVNULL
        )
    _, status, used = os.wait4(child.pid, 0)
    clock = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{argv[0]} gave {child.returncode}")
    return Cost(clock, used.ru_utime + used.ru_stime)


def written(path: Path, size: int) -> Path:
    """A file of random bytes, which nothing can compress."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, size, _MB):
            file.write(os.urandom(min(_MB, size - start)))
    return path


@contextmanager
def reflinks(folder: Path, megabytes: int) -> Iterator[Path]:
    """A new file system that can share blocks between files."""
    image, point = folder / "xfs.img", folder / "xfs"
    with image.open("wb") as file:
        file.truncate((6 * megabytes + 1024) * _MB)
    point.mkdir()
    subprocess.run(("mkfs.xfs", "-q", "-m", "reflink=1", image), check=True)
    subprocess.run(("mount", "-o", "loop", image, point), check=True)
    try:
        yield point
    finally:
        subprocess.run(("umount", point), check=True)
        image.unlink()


if __name__ == "__main__":
    main()
