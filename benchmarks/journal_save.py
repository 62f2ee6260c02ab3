"""What the daemon costs whoever works: from a save to the journal, a branch switch, doing nothing.

The daemon runs in a process of its own on a repository of 10,000 files. A save is over when its
operation can be read from the journal. Beside it, plain Git keeps the same: `git add -A` into an
index of its own.

    python benchmarks/journal_save.py
"""

from argparse import ArgumentParser
import json
import os
from pathlib import Path
import random
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import journal_table, reading
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind
from git_anvcs.store.paths import Paths

FILES, LINES = 10_000, 5_000
MANY = 50_000
BIG = "big.py"
PATIENCE = 60.0
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--saves", type=int, default=60)
    parser.add_argument("--idle", type=float, default=30.0, metavar="SECONDS")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    table = journal_table.Table(f"a daemon on {FILES:,} files")
    with tempfile.TemporaryDirectory(prefix="anvcs-save-") as scratch:
        folder = Path(scratch)
        make(folder)
        run(folder, "daemon", "start")
        try:
            settled(folder)
            idle(folder, args.idle, table)
            saves(folder, args.saves, table)
            switches(folder, table)
            table.value("memory after all that", memory(daemon(folder)), "MB", goal=120)
        finally:
            run(folder, "daemon", "stop")
        plain_git(folder, args.saves, table)
    rests(args.idle, table)
    table.print(as_json=args.json)


def make(folder: Path) -> None:
    """Two branches between which all files but the big one differ."""
    reading.git(folder, "init", "-q", "-b", "main")
    for name, value in (("T", "user.name"), ("t@example.com", "user.email")):
        reading.git(folder, "config", value, name)
    for branch in ("main", "other"):
        if branch != "main":
            reading.git(folder, "switch", "-q", "-c", branch)
        for number in range(FILES):
            file = folder / f"src/{number % 100}/file{number}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"# {branch}\nvalue = {number}\n" * 10)
        (folder / BIG).write_text("".join(f"line_{n} = {n} * 3\n" for n in range(LINES)))
        reading.git(folder, "add", "-A")
        reading.git(folder, "commit", "-q", "-m", branch)


def rests(seconds: float, table: journal_table.Table) -> None:
    """A daemon with nothing to do on a large repository."""
    with tempfile.TemporaryDirectory(prefix="anvcs-idle-") as scratch:
        folder = Path(scratch)
        reading.git(folder, "init", "-q", "-b", "main")
        for number in range(MANY):
            file = folder / f"src/{number % 50}/{number % 1000}/file{number}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"value = {number}\n")
        reading.git(folder, "add", "-A")
        reading.git(folder, "-c", "user.name=T", "-c", "user.email=t@example.com",
                    "commit", "-q", "-m", "all")  # fmt: skip
        run(folder, "daemon", "start")
        try:
            settled(folder)
            idle(folder, seconds, table, f" with {MANY:,} files")
        finally:
            run(folder, "daemon", "stop")


def run(folder: Path, *args: str) -> str:
    done = subprocess.run((reading.PROGRAM, *args), cwd=folder, capture_output=True, check=True)
    return done.stdout.decode()


def daemon(folder: Path) -> int:
    return int(json.loads(run(folder, "daemon", "status", "--json"))["pid"])


def settled(folder: Path) -> None:
    """The daemon has looked at everything."""
    run(folder, "journal", "look")
    time.sleep(1)


def cpu(pid: int) -> float:
    """Seconds of processor time, with the programs it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICK


def memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def idle(folder: Path, seconds: float, table: journal_table.Table, where: str = "") -> None:
    pid = daemon(folder)
    before = cpu(pid)
    time.sleep(seconds)
    table.value(f"idle{where}", (cpu(pid) - before) / seconds * 100, "% CPU", goal=0.5)
    table.value(f"memory, idle{where}", memory(pid), "MB", goal=120)


def saves(folder: Path, count: int, table: journal_table.Table) -> None:
    """As editors save: written whole under another name, then renamed."""
    chosen = random.Random(5)
    file, times, pid = folder / BIG, [], daemon(folder)
    lines = file.read_text().splitlines(keepends=True)
    before = cpu(pid)
    with Journal(Paths(folder / ".git")) as journal:
        for number in range(count):
            lines[chosen.randrange(LINES)] = f"changed_{number} = {chosen.random()}\n"
            last = journal.last()
            (folder / ".big.swp").write_text("".join(lines))
            begin = time.perf_counter()
            (folder / ".big.swp").replace(file)
            while journal.last() == last:
                assert time.perf_counter() - begin < PATIENCE
                time.sleep(0.0005)
            times.append(time.perf_counter() - begin)
            time.sleep(0.1)
        entry = journal.last_of(".", BIG)
        assert entry
        assert entry.op.size == file.stat().st_size
    table.times(f"save to journal, {LINES:,} lines", times, goal=50)
    table.value("processor time of the daemon, a save", (cpu(pid) - before) / count * 1000, "ms")


def switches(folder: Path, table: journal_table.Table) -> None:
    reading.git(folder, "checkout", "-q", "--", BIG)
    settled(folder)
    pid, false, used, clock = daemon(folder), 0, [], []
    for branch in ("main", "other", "main"):
        with Journal(Paths(folder / ".git")) as journal:
            before, begin, last = cpu(pid), time.perf_counter(), journal.last()
            reading.git(folder, "switch", "-q", branch)
            while not moved(journal, last):
                assert time.perf_counter() - begin < PATIENCE
                time.sleep(0.01)
            clock.append(time.perf_counter() - begin)
            settled(folder)
            used.append(cpu(pid) - before)
            false += sum(
                entry.op.kind is not Kind.GIT for entry in journal.between(".", last, 1 << 60)
            )
    table.value(f"switch of {FILES:,} files: false operations", false, "", goal=0)
    table.value("the same: processor time of the daemon", statistics.median(used), "s", goal=1)
    table.value("the same: from its begin to the journal", statistics.median(clock), "s")


def moved(journal: Journal, last: int) -> bool:
    return any(entry.op.kind is Kind.GIT for entry in journal.between(".", last, 1 << 60))


def plain_git(folder: Path, count: int, table: journal_table.Table) -> None:
    """Everything added to an index of its own at each save: what a snapshot costs plain Git."""
    chosen, times = random.Random(5), []
    env = {**os.environ, "GIT_INDEX_FILE": str(folder / ".git/other-index")}
    subprocess.run(("git", "read-tree", "HEAD"), cwd=folder, env=env, check=True)
    subprocess.run(("git", "add", "-A"), cwd=folder, env=env, check=True)
    lines = (folder / BIG).read_text().splitlines(keepends=True)
    loose = folder / ".git/objects"
    before = size(loose)
    for number in range(count):
        lines[chosen.randrange(LINES)] = f"changed_{number} = {chosen.random()}\n"
        (folder / BIG).write_text("".join(lines))
        spent, _ = journal_table.timed(
            lambda: subprocess.run(("git", "add", "-A"), cwd=folder, env=env, check=True)
        )
        times.append(spent)
    table.times("git add -A into an index of its own, a save", times)
    table.value("the same: on disk, a save", (size(loose) - before) / count / 1000, "kB")
    with Journal(Paths(folder / ".git")) as journal:
        kept = [len(journal.payload(e.n)) for e in journal.newest(".") if e.op.path == BIG]
        table.value("the journal: the update of a save", statistics.median(kept) / 1000, "kB")


def size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
