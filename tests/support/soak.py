"""A soak of the journal: processes work in three worktrees beside a daemon, and nothing gets lost.

Two things are compared, each seen from outside of the daemon. The worktrees are looked through
again and again: what stood still for so many seconds has to be in the history. And at quiet
moments, when all who write are held up, the journal must come to say what the disk holds, to the
byte, without being asked to look; each of those moments is asked for again at the end.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
import fcntl
import json
from pathlib import Path
from random import Random
import subprocess
import sys
import time
from typing import NamedTuple

from git_anvcs.flows.journal.observe import lane_of
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.store.paths import Paths
from tests.support import soak_judge, soak_worker
from tests.support.sandbox import Sandbox
from tests.support.soak_judge import State, Stood

PROJECT = Path(__file__).parents[2]
SCAN = 0.2
# What a journal may take to say what the disk holds, once nobody writes any more.
CATCH_UP = 30.0


class Manner(NamedTuple):
    """How hard. seconds: in all; pause: between two steps of a process, on average

    quiet: seconds between two quiet moments; stood: what has not changed for so long must be kept
    """

    seconds: float
    processes: int = 5
    worktrees: int = 3
    pause: float = 1.5
    quiet: float = 12.0
    stood: float = 1.0


class Found(NamedTuple):
    """problems: what was lost or differs, in words; figures: what the soak was made of"""

    problems: list[str]
    figures: dict[str, float]


def soak(repo: Sandbox, seed: int, manner: Manner) -> Found:
    """Let them work, and judge. `repo.root` becomes the first worktree, `tree-0` below its base."""
    trees = begun(repo, manner.worktrees)
    repo.ok("git-anvcs", "daemon", "start")
    try:
        judge = _Judge(repo, trees[0], manner)
        with working(repo, seed, manner):
            judge.watch(Random(seed))
        judge.quiet_moment()
        judge.end()
        return Found(judge.problems, judge.figures)
    finally:
        repo.run("git-anvcs", "daemon", "stop")


def begun(repo: Sandbox, count: int) -> list[Path]:
    """A repository with a history, and so many worktrees."""
    chance = Random(count)
    worker = soak_worker.Worker(repo.base, "begin", repo.env)
    repo.write(".gitignore", "*.log\nignored/\n")
    for message in ("one", "two", "three"):
        for name in chance.sample(soak_worker.NAMES[:9], 6):
            repo.write(name, worker.text())
        repo.commit(message)
        repo.git("branch", message)
    trees = [repo.base / f"tree-{number}" for number in range(count)]
    for number, tree in enumerate(trees[1:], 1):
        repo.git("worktree", "add", "-q", "-b", f"topic-{number}", str(tree))
    return trees


@contextmanager
def working(repo: Sandbox, seed: int, manner: Manner) -> Iterator[None]:
    """Processes that work while the block runs."""
    module = ("-m", "tests.support.soak_worker", str(repo.base))
    with ExitStack() as stack:
        for number in range(manner.processes):
            argv = (sys.executable, *module, str(number), str(seed), str(manner.pause))
            env = {**repo.env, "PYTHONPATH": str(PROJECT), "PYTHONUTF8": "1"}
            with (repo.base / f"errors-{number}").open("wb") as said:
                process = subprocess.Popen(argv, env=env, cwd=repo.base, stderr=said)
            stack.callback(_ended, process, repo.base / f"errors-{number}")
        try:
            yield
        finally:
            (repo.base / "end").touch()


def _ended(process: subprocess.Popen[bytes], said: Path) -> None:
    try:
        code = process.wait(180)
    finally:
        process.kill()
        process.wait()
    assert code == 0, said.read_text(errors="replace")


class _Judge:
    """Looks on from outside, and compares."""

    def __init__(self, repo: Sandbox, root: Path, manner: Manner) -> None:
        self._sandbox, self._base, self._manner = repo, repo.base, manner
        self._root = root
        self._stood = Stood(manner.stood)
        self._moments: list[tuple[Path, str, int, State]] = []
        self._slowest = 0.0
        self._memory = 0.0
        self._begin = time.monotonic()
        self.problems: list[str] = []
        self.figures: dict[str, float] = {}

    def watch(self, chance: Random) -> None:
        end = self._begin + self._manner.seconds
        due = time.monotonic() + self._manner.quiet
        while (now := time.monotonic()) < end:
            self._stood.scan(self._trees())
            if now >= due:
                self.quiet_moment()
                due = time.monotonic() + chance.uniform(0.5, 1.5) * self._manner.quiet
            time.sleep(SCAN)

    def _trees(self) -> list[Path]:
        return [tree for tree in sorted(self._base.glob("tree-*")) if (tree / ".git").exists()]

    def quiet_moment(self) -> None:
        """Nobody writes: the journal comes to say what the disk holds."""
        pause = self._base / "pause"
        pause.touch()
        with soak_worker.gate(self._base, fcntl.LOCK_EX):
            begin = time.monotonic()
            for tree in self._trees():
                self._compare(tree, begin)
            if len(self._moments) % 3 == 0:
                self._sandbox.git("reflog", "expire", "--expire=now", "--all")
                self._sandbox.git("gc", "-q", "--prune=now")
            self._slowest = max(self._slowest, time.monotonic() - begin)
            self._note_memory()
        pause.unlink()

    def _compare(self, tree: Path, begin: float) -> None:
        repo = Repo.discover(tree)
        disk = soak_judge.on_disk(repo)
        while True:
            n, told, known = soak_judge.told(repo)
            if told == disk:
                self._moments.append((tree, lane_of(repo), n, known))
                return
            if time.monotonic() > begin + CATCH_UP:
                found = soak_judge.differences(told, disk)
                self.problems.append(f"{_now()} {tree.name} at #{n}: {found}")
                return
            time.sleep(0.1)

    def _note_memory(self) -> None:
        found = self._sandbox.run("git-anvcs", "daemon", "status", "--json")
        if found.returncode != 0:
            self.problems.append(f"{_now()} the daemon is gone")
            return
        state = json.loads(found.stdout)
        status = Path(f"/proc/{state['pid']}/status").read_text()
        self._memory = max(self._memory, int(status.partition("VmHWM:")[2].split()[0]) / 1024)

    def end(self) -> None:
        """All that stood is to be had, every moment can be had again, the chain is whole."""
        repo = Repo.discover(self._root)
        with Journal(Paths(repo.common_dir)) as journal:
            lost = soak_judge.lost(repo, journal, self._stood.seen)
            self.problems += [f"lost: {one}" for one in lost]
            self.problems += soak_judge.broken(journal)
            operations = journal.last()
        for tree, lane, n, known in self._moments:
            try:
                told = soak_judge.at(repo, lane, n)
            except GitFailed as error:
                self.problems.append(f"{tree.name} as it was at #{n}: {error}")
                continue
            if told != known:
                found = soak_judge.differences(told, known)
                self.problems.append(f"{tree.name} as it was at #{n}: {found}")
        self.figures = {
            "seconds": round(time.monotonic() - self._begin),
            "steps": sum(self._steps().values()),
            "contents that stood": len(self._stood.seen),
            "lost": len(lost),
            "quiet moments": len(self._moments),
            "slowest to catch up, s": round(self._slowest, 2),
            "operations": operations,
            "memory of the daemon, MB": round(self._memory),
        }

    def _steps(self) -> Counter[str]:
        """How often each kind of step was made."""
        lines = [
            line.split()
            for file in self._base.glob("steps-*")
            for line in file.read_text(errors="replace").splitlines()
        ]
        return Counter(words[3] for words in lines)


def _now() -> str:
    return f"{time.time():.1f}"
