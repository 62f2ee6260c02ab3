"""What is killed in the middle, and what must hold afterwards: the journal's commands, the daemon.

Each story is made once, copied for each point, run up to there, and looked at: every operation
that was there is there, the chain is whole, each file is as before or as after, and the same
command, given again, comes to its end.
"""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

from git_anvcs.flows.journal import daemon_socket
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.store.paths import Paths
from tests.support import kill_points, soak_judge
from tests.support.kill_points import Ended
from tests.support.sandbox import Sandbox
from tests.support.soak_judge import State

TEXT = "".join(f"line {number}\n" for number in range(200))
PATIENCE = 30.0


class Story(NamedTuple):
    """begin: makes the repository, up to what is killed; words: of git-anvcs

    again: whether the command, given again, may find that all is done
    """

    begin: Callable[[Sandbox], object]
    words: tuple[str, ...]
    again: tuple[int, ...] = (0,)


class Run(NamedTuple):
    """ended: how the killed one did; problems: what does not hold, in words"""

    ended: Ended
    problems: list[str]


def committed(repo: Sandbox) -> None:
    files = {"a.py": TEXT, "src/b.py": TEXT, "src/deep/c.txt": "c\n", "gone.txt": "g\n"}
    repo.commit("one", files)
    repo.commit("two", {"a.py": TEXT + "two\n", "src/new.py": "new\n"})


def worked(repo: Sandbox) -> None:
    """Work that no commit has: texts, bytes, a large file, a link, a program, a deletion."""
    committed(repo)
    repo.ok("git-anvcs", "journal", "look")
    repo.write("a.py", TEXT.replace("line 7\n", "seven é\n"))
    repo.write("new.txt", "never added\n")
    repo.write("data/x.bin", bytes(range(256)) * 30)
    repo.write("data/large.bin", bytes(range(256)) * 9000)
    repo.write("run", "#!/bin/sh\n").chmod(0o755)
    (repo.root / "src/link").symlink_to("b.py")
    (repo.root / "gone.txt").unlink()


def destroyed(repo: Sandbox) -> None:
    worked(repo)
    repo.ok("git-anvcs", "journal", "look")
    time.sleep(1.1)  # what is destroyed within a second of an edit may be part of it
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.git("clean", "-fdxq")
    repo.ok("git-anvcs", "journal", "look")


STORIES = {
    "look": Story(worked, ("journal", "look")),
    "undo": Story(destroyed, ("undo", "--yes"), (0, 1)),
    "restore": Story(
        destroyed, ("restore", "--yes", "a.py@before:reset", "data@before:reset"), (0, 1)
    ),
}


class Told:
    """A story made once, told up to any point."""

    def __init__(self, base: Path, name: str) -> None:
        self._base, self._story = base, STORIES[name]
        origin = Sandbox(_made(base / "origin"))
        self._story.begin(origin)
        self._origin, self._before = origin, state(origin)
        last = self.told(0)
        self.points, self.problems = last.ended.points, last.problems

    def told(self, kill_at: int) -> Run:
        """Killed before that write; 0: not at all, which says how it ends."""
        folder = self._base / f"at-{kill_at}"
        shutil.copytree(self._origin.base, folder, symlinks=True)
        try:
            return self._told(Sandbox(folder, init=False), kill_at)
        finally:
            shutil.rmtree(folder)

    def _told(self, repo: Sandbox, kill_at: int) -> Run:
        known = operations(repo)
        words = ["git-anvcs", *self._story.words]
        ended = kill_points.traced(words, repo.root, kill_at, repo.env, repo.root)
        found = state(repo)
        if not kill_at:
            self._after = found
        problems = [
            f"{path} is neither as before nor as after"
            for path in sorted(found.keys() | self._before.keys() | self._after.keys())
            if found.get(path) not in (self._before.get(path), self._after.get(path))
        ]
        kept = operations(repo)
        problems += [f"{len(known - kept)} operations are gone"] if known - kept else []
        again = repo.run(*words)
        if kill_at and again.returncode not in self._story.again:
            problems.append(f"given again it gave {again.returncode}: {again.stderr}")
        if state(repo) != self._after:
            difference = soak_judge.differences(self._after, state(repo))
            problems.append(f"given again it does not end as it should: {difference}")
        return Run(ended, problems + sound(repo))


def daemon_killed(repo: Sandbox, kill_at: int) -> Run:
    """A daemon that is killed while somebody saves: what it had told is there, the next goes on."""
    argv = ["git-anvcs", "daemon", "run"]
    words = (sys.executable, "-m", "tests.support.kill_points", str(repo.root), str(kill_at), "--")
    env = {**repo.env, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        (*words, *argv), cwd=repo.root, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as running:
        until(lambda: running.poll() is not None or answers(repo))
        seen = set()
        for number, save in enumerate((save_text, save_bytes, save_large, save_none)):
            name = save(repo, number)
            until(lambda name=name: running.poll() is not None or name in paths(repo))  # type: ignore[misc]
            seen |= operations(repo)
        daemon_socket.ask(Paths(repo.root / ".git"), {"do": "stop"}, PATIENCE)
        said = running.communicate(timeout=60)[1].decode(errors="replace").splitlines()
    points, at = json.loads(said[-1])
    problems = ["operations are gone"] if seen - operations(repo) else []
    repo.ok("git-anvcs", "journal", "look")
    return Run(Ended(points, at, running.returncode), problems + sound(repo))


def save_text(repo: Sandbox, number: int) -> str:
    repo.write("src/b.py", f"{TEXT}{number}\n")
    return "src/b.py"


def save_bytes(repo: Sandbox, number: int) -> str:
    repo.write("some.bin", bytes([number, 0, 255]) * 100)
    return "some.bin"


def save_large(repo: Sandbox, number: int) -> str:
    repo.write("large.bin", bytes([number, 0, 255]) * (1 << 20))
    return "large.bin"


def save_none(repo: Sandbox, number: int) -> str:
    (repo.root / "src/deep/c.txt").unlink()
    return "src/deep/c.txt"


def answers(repo: Sandbox) -> bool:
    return daemon_socket.ask(Paths(repo.root / ".git"), {"do": "status"}, 1) is not None


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def sound(repo: Sandbox) -> list[str]:
    """What is not whole in a journal, or not as the disk has it."""
    with Journal(Paths(repo.root / ".git")) as journal:
        problems = soak_judge.broken(journal)
    here = Repo.discover(repo.root)
    disk, told = soak_judge.on_disk(here), soak_judge.told(here).state
    return problems + ([soak_judge.differences(told, disk)] if told != disk else [])


def state(repo: Sandbox) -> State:
    return soak_judge.on_disk(Repo.discover(repo.root))


def operations(repo: Sandbox) -> set[tuple[int, bytes]]:
    """The number and the digest of each."""
    with Journal(Paths(repo.root / ".git")) as journal:
        return set(journal._db.execute("SELECT n, hash FROM op").fetchall())


def paths(repo: Sandbox) -> set[str]:
    with Journal(Paths(repo.root / ".git")) as journal:
        return {entry.op.path for entry in journal.newest()}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
