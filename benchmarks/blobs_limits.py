"""Large files at their limits: sizes around 4 GiB, very many of them.

Of each size, of a sparse file: how long adding and checking out take, and how many filters the
commands start that need none: Git keeps 32 bits of a size, and before 2.43 looked into files of a
multiple of 4 GiB each time. Twice the largest size must be free. Of many small files: how long
each command takes, and its memory.

    python -m benchmarks.blobs_limits --folder /var/tmp --gibibytes 4 8 --files 100000
"""

from argparse import ArgumentParser
from collections.abc import Sequence
import os
from pathlib import Path
import shutil
import subprocess
import sys
import tempfile
import time

from benchmarks.blobs_sides import Side, filters_started, git, ours, repository, timed

_GIB = 1 << 30
_FOLDERS = 317
_COMMANDS = (
    ("git", "add", "-A"), ("git", "status", "--porcelain", "-uno"), ("git-ai-blob", "ls"),
    ("git-ai-blob", "hook", "pre-commit"), ("git", "commit", "-q", "-m", "many"),
    ("git-ai-blob", "status"), ("git-ai-blob", "push", "--dry-run"),
    ("git-ai-blob", "prune", "--dry-run"), ("git-ai-blob", "fsck"),
    ("git", "switch", "-q", "empty"), ("git", "switch", "-q", "full"), ("git", "status"),
)  # fmt: skip


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gibibytes", type=int, nargs="*", default=[4, 8])
    parser.add_argument("--files", type=int, default=100_000, help="small ones; 0: none")
    parser.add_argument("--folder", help="where to work")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anvcs-limits-", dir=args.folder) as name:
        side = ours(Path(name))
        for size in (one * _GIB + more for one in args.gibibytes for more in (-1, 0, 1)):
            print(of_size(side, Path(name) / "one", size), flush=True)
        if args.files:
            of_many(side, Path(name) / "many", args.files)


def of_size(side: Side, root: Path, size: int) -> str:
    """One file: what its commands take, and which of them start filters."""
    repository(side, root)
    git(side, root, "switch", "-q", "-c", "full")
    file = root / "a.bin"
    with file.open("wb") as out:
        out.truncate(size)
    add = timed(side, root, "add", "a.bin").clock
    started = [filters_started(side, root, "commit", "-q", "-m", "one")]
    started.append(filters_started(side, root, "status"))
    git(side, root, "switch", "-q", "empty")
    back = timed(side, root, "switch", "-q", "full").clock
    assert file.stat().st_size == size, "another size came back"
    started += [filters_started(side, root, "status") for _ in range(2)]
    shutil.rmtree(root)
    return (
        f"{size}: add {add:.1f} s, checkout {back:.1f} s; filters started by commit, status, and"
        f" two status after the checkout: {started}"
    )


def of_many(side: Side, root: Path, number: int) -> None:
    """Very many: a line for each command."""
    repository(side, root)
    git(side, root, "switch", "-q", "-c", "full")
    for one in range(number):
        folder = root / str(one % _FOLDERS)
        folder.mkdir(exist_ok=True)
        (folder / f"{one}.bin").write_bytes(b"content %d" % one)
    for words in _COMMANDS:
        print(f"{number}: {' '.join(words):32} {cost(side, root, words)}", flush=True)


def cost(side: Side, root: Path, words: Sequence[str]) -> str:
    """Seconds by the clock and of the processor, and the most memory of one of its processes."""
    program = str(side.program) if words[0] == side.name else words[0]
    begin = time.perf_counter()
    with (root / ".git/said").open("wb") as said:
        child = subprocess.Popen((program, *words[1:]), cwd=root, env=side.env, stdout=said)
    _, status, used = os.wait4(child.pid, 0)
    clock = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(words)} gave {child.returncode}")
    processor = used.ru_utime + used.ru_stime
    return f"{clock:8.1f} s, {processor:6.1f} s CPU, {used.ru_maxrss >> 10:5} MB"


if __name__ == "__main__":
    main()
