"""Two sessions at work in turns, with Git in between: without one of them, only the other's is."""

from pathlib import Path
import random

from git_anvcs.flows.journal import revert
from git_anvcs.flows.journal.opened import Opened, opened
from git_anvcs.git.repo import Repo
from tests.flows.journal.test_undo import Held, held
from tests.support.sandbox import Sandbox

ONE, TWO = "claude:7f3a", "codex:91be"
SHARED = ["a.py", "dir/b.md"]
OWN = {ONE: ["one.txt", "one/x.bin"], TWO: ["two.txt", "two/x.bin"]}
WORDS = ["x = 1\n", "é 😀\n", "\n", "    return\n", "end\n"]


class Work:
    """What both did, and what the tree would be had the first never been there."""

    def __init__(self, repo: Sandbox, here: Opened, seed: int) -> None:
        self.repo, self.here, self.random = repo, here, random.Random(seed)
        self.zones = {name: {by: ["first\n"] for by in (ONE, TWO)} for name in SHARED}
        self.own: dict[str, bytes | None] = {name: None for by in OWN for name in OWN[by]}

    def text(self, name: str, without: str = "") -> bytes:
        parts = []
        for by, lines in self.zones[name].items():
            parts += [*(["first\n"] if by == without else lines), f"=== {by} ===\n"]
        return "".join(parts).encode()

    def step(self) -> None:
        by = self.random.choice([ONE, TWO])
        how = self.random.choices([self.edit, self.whole, self.git], [6, 3, 2])[0]
        self.here.look(how(by))

    def edit(self, by: str) -> str:
        name = self.random.choice(SHARED)
        lines = self.zones[name][by]
        at = self.random.randrange(len(lines) + 1)
        lines[at : at + self.random.randrange(3)] = self.random.choices(WORDS, k=2)
        self.repo.write(name, self.text(name))
        return by

    def whole(self, by: str) -> str:
        """A file of its own: made, written again, made a program, deleted."""
        name = self.random.choice(OWN[by])
        place = self.repo.root / name
        if self.random.random() < 0.3:
            place.unlink(missing_ok=True)
        else:
            self.repo.write(name, self.random.randbytes(20) + bytes(name.endswith("bin")))
            place.chmod(self.random.choice([0o644, 0o755]))
        return by

    def git(self, _: str) -> str:
        how = self.random.randrange(4)
        if how == 0:
            self.repo.git("stash", "-u")
            self.here.look()
            self.repo.run("git", "stash", "pop")
        elif how == 1:
            self.repo.git("checkout", "-q", "-B", self.random.choice(["main", "other"]))
        elif how == 2:
            self.repo.git("add", "-A")
        else:
            self.repo.git("add", "-A")
            self.repo.git("commit", "-q", "--allow-empty", "-m", "work")
        return ""


def wanted(work: Work, before: Held) -> Held:
    """What is there now without the first's files, and with its zones as they were at first."""
    found = {name: one for name, one in before.items() if name not in OWN[ONE]}
    return found | {name: (work.text(name, ONE), 0) for name in SHARED}


def check(tmp_path: Path, seed: int, steps: int) -> None:
    repo = Sandbox(tmp_path)
    with opened(Repo.discover(repo.root)) as here:
        work = Work(repo, here, seed)
        repo.commit("one", {name: work.text(name) for name in SHARED})
        here.look()
        for _ in range(steps):
            work.step()
        before = held(repo.root)
        plan = revert.plan(here, ONE)
        assert plan.left == {}, (seed, plan.left)
        done = revert.apply(here, plan)
        assert done.left == {}
        assert held(repo.root) == wanted(work, before), seed
        assert revert.plan(here, ONE).files == ()


def test_work_of_two_sessions_is_told_apart_whatever_git_does(tmp_path: Path) -> None:
    check(tmp_path, 7, 25)
