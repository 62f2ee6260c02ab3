"""The very large things that a daemon may meet: what it does, what it takes, whether it has it all.

    python -m benchmarks.journal_hostile --files 100000

A tree that Git ignores appears (`node_modules`); one that it does not ignore; a log of two
gigabytes grows; the rules change, and all of the ignored tree counts. Ends with 1 when the journal
does not come to say what the disk holds.
"""

from argparse import ArgumentParser
from collections.abc import Callable
import json
import os
from pathlib import Path
import tempfile
import time
from typing import Any

from benchmarks.journal_swarm import processor
from benchmarks.journal_table import Table
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.store.paths import Paths
from tests.support import soak_judge
from tests.support.sandbox import Sandbox

PATIENCE = 600.0
IN_A_FOLDER = 20


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    table = Table(f"{args.files:,} files appear, a log of 2 GB grows")
    with tempfile.TemporaryDirectory(prefix="anvcs-hostile-") as folder:
        repo = Sandbox(Path(folder))
        repo.commit("one", {"a.py": "a\n", ".gitignore": "node_modules/\n"})
        repo.ok("git-anvcs", "daemon", "start")
        try:
            known = met(repo, args.files, table)
        finally:
            repo.run("git-anvcs", "daemon", "stop")
    table.print(as_json=args.json)
    return 0 if known else 1


def met(repo: Sandbox, files: int, table: Table) -> bool:
    """Each of them; whether the journal had all at the end of each."""
    done = [
        step(repo, table, "ignored", lambda: filled(repo.root / "node_modules", files)),
        step(repo, table, "a log of 2 GB", lambda: grown(repo.root / "trace.txt")),
        step(repo, table, "not ignored", lambda: filled(repo.root / "generated", files)),
        step(repo, table, "ignored no more", lambda: repo.write(".gitignore", "")),
    ]
    return all(done)


def step(repo: Sandbox, table: Table, name: str, work: Callable[[], object]) -> bool:
    """One of them, and how long it takes until the journal has it; it is not asked to look."""
    before = processor(status(repo)["pid"])
    work()
    begin, here = time.monotonic(), Repo.discover(repo.root)
    repo.write("a.py", f"{name}\n")  # what somebody works on meanwhile
    disk = {p: held for p, held in soak_judge.on_disk(here).items() if p != ".gitignore"}
    while (known := told(repo) == disk) is False:
        if time.monotonic() > begin + PATIENCE:
            break
        time.sleep(1)
    state = status(repo)
    table.value(f"{name}: until the journal had it", time.monotonic() - begin, "s")
    table.value(f"{name}: processor time", processor(state["pid"]) - before, "s")
    table.value(f"{name}: memory of the daemon", memory(state["pid"]), "MB", goal=250)
    table.value(f"{name}: folders watched", state["folders"], "")
    return known


def told(repo: Sandbox) -> soak_judge.State:
    """What differs from HEAD, by the digests of the journal: to read it all takes minutes."""
    with Journal(Paths(repo.root / ".git")) as journal:
        found = journal.differing(".")
    found.pop(".gitignore", None)
    return {path: (e.op.mode, e.op.digest) for path, e in found.items() if e.op.digest}


def filled(top: Path, files: int) -> None:
    for number in range(files):
        folder = top / f"package{number // 1000}/m{number // IN_A_FOLDER % 50}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"index{number}.js").write_text(f"module.exports = {number};\n")


def grown(log: Path) -> None:
    with log.open("wb") as file:
        file.truncate(2 << 30)
    for _ in range(200):
        with log.open("ab") as file:
            file.write(b"one line more\n" * 50)
        time.sleep(0.02)
    log.unlink()  # to compare with it, all of it would have to be read


def status(repo: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(repo.ok("git-anvcs", "daemon", "status", "--json"))
    return found


def memory(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    os.nice(3)
    raise SystemExit(main())
