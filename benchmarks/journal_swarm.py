"""Agents that write all the time, in one worktree: what the daemon loses, and what it takes.

    python -m benchmarks.journal_swarm --minutes 10 --agents 10 --rate 20

Each agent is a process with a folder of its own, saves so many files a second (in turns as editors
do, whole and renamed, or in place), and comes back to a file only after some seconds. Every content
that was saved must be in the journal. Ends with 1 when one is not.
"""

from argparse import ArgumentParser
import hashlib
import json
import os
from pathlib import Path
import subprocess
import sys
import tempfile
import time

from benchmarks.journal_table import Table
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.store.paths import Paths
from tests.support import soak_judge
from tests.support.sandbox import Sandbox

# Seconds until an agent comes back to a file; until the journal has all, at the end.
ROUND, CATCH_UP = 10.0, 120.0
LINES = 60


def main() -> int:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--agents", type=int, default=10)
    parser.add_argument("--rate", type=float, default=20, help="files a second, of each agent")
    parser.add_argument("--agent", type=int, help="be this one")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if args.agent is not None:
        agent(Path.cwd(), args.agent, args.minutes * 60, args.rate)
        return 0
    with tempfile.TemporaryDirectory(prefix="anvcs-swarm-") as folder:
        return swarm(Sandbox(Path(folder)), args.minutes, args.agents, args.rate, args.json)


def swarm(repo: Sandbox, minutes: float, agents: int, rate: float, as_json: bool) -> int:
    repo.commit("one", {f"agent-{n}/begin.py": "begin\n" for n in range(agents)})
    repo.ok("git-anvcs", "daemon", "start")
    pid = json.loads(repo.ok("git-anvcs", "daemon", "status", "--json"))["pid"]
    table = Table(f"{agents} agents, {rate:g} files a second each, for {minutes:g} minutes")
    try:
        before = processor(pid)
        most = watched(pid, working(repo, minutes, agents, rate))
        caught = caught_up(repo)
        used = processor(pid) - before
        saved = [line for file in repo.base.glob("saved-*") for line in file.read_text().split()]
        lost = set(saved) - kept(repo)
        table.value("saves", len(saved), "")
        table.value("saves that are not in the journal", len(lost), "", goal=0)
        table.value("until it had all, after the last one", caught, "s")
        table.value("memory of the daemon, at most", most, "MB", goal=250)
        table.value("processor time of daemon and Git, a save", used / len(saved) * 1e3, "ms")
        size = sum(file.stat().st_size for file in (repo.root / ".git/anvcs/journal").rglob("*"))
        table.value("the journal on disk, a save", size / len(saved) / 1000, "kB")
    finally:
        repo.run("git-anvcs", "daemon", "stop")
    table.print(as_json=as_json)
    return 1 if lost else 0


def working(
    repo: Sandbox, minutes: float, agents: int, rate: float
) -> list[subprocess.Popen[bytes]]:
    how = ("--minutes", str(minutes), "--rate", str(rate))
    env = {**repo.env, "PYTHONPATH": str(Path(__file__).parents[1])}
    argv = (sys.executable, "-m", "benchmarks.journal_swarm", *how, "--agent")
    return [
        subprocess.Popen((*argv, str(number)), cwd=repo.root, env=env) for number in range(agents)
    ]


def agent(root: Path, number: int, seconds: float, rate: float) -> None:
    """Saves, and says at the end what: `path:digest`, one a line, beside the worktree."""
    files = round(ROUND * rate)
    texts = [[f"value_{line} = {line}\n" for line in range(LINES)] for _ in range(files)]
    begin, saved = time.monotonic(), []
    for count in range(round(seconds * rate)):
        time.sleep(max(0.0, begin + count / rate - time.monotonic()))
        name = f"agent-{number}/m{count % 7}/file{count % files}.py"
        text = texts[count % files]
        text[count * 7 % LINES] = f"value = {count}  # of agent {number}\n"
        data = "".join(text).encode()
        path = root / name
        path.parent.mkdir(exist_ok=True)
        if count % 2:
            beside = path.with_suffix(".tmp")
            beside.write_bytes(data)
            beside.replace(path)
        else:
            path.write_bytes(data)
        saved.append(f"{name}:{hashlib.sha256(data).hexdigest()}\n")
    (root.parent / f"saved-{number}").write_text("".join(saved))


def watched(pid: int, agents: list[subprocess.Popen[bytes]]) -> float:
    """The most memory, in MB, that the daemon had while they worked."""
    most = 0.0
    while any(one.poll() is None for one in agents):
        status = Path(f"/proc/{pid}/status").read_text()
        most = max(most, int(status.partition("VmRSS:")[2].split()[0]) / 1024)
        time.sleep(0.5)
    return most


def caught_up(repo: Sandbox) -> float:
    """Seconds until the journal says what the disk holds; it is not asked to look."""
    begin, here = time.monotonic(), Repo.discover(repo.root)
    disk = soak_judge.on_disk(here)
    while soak_judge.told(here).state != disk and time.monotonic() < begin + CATCH_UP:
        time.sleep(0.1)
    return time.monotonic() - begin


def kept(repo: Sandbox) -> set[str]:
    with Journal(Paths(repo.root / ".git")) as journal:
        return {f"{e.op.path}:{e.op.digest.hex()}" for e in journal.newest()}


def processor(pid: int) -> float:
    """Seconds, with the programs it started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    raise SystemExit(main())
