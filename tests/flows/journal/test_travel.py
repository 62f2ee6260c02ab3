"""Any moment can be had back: what a worktree held then, to the byte, whatever happened between."""

import json
import os
from pathlib import Path
import random

import pytest

from git_anvcs.flows.journal import restore, undo, whole
from git_anvcs.flows.journal.observe import observe
from git_anvcs.flows.journal.opened import Opened, opened
from git_anvcs.git.repo import Repo
from git_anvcs.journal.bursts import Span
from git_anvcs.kernel import clock
from tests.flows.journal.test_undo import Held, held
from tests.support.sandbox import Sandbox

NAMES = ["a.py", "b.txt", "dir/c.md", "dir/d.bin", "dir/sub/é.txt", "link", "run.sh", "line\nbreak"]
WORDS = ["one", "two é", "three 😀", "", "four\r", "x = 5", "\t"]


class Worker:
    """Somebody who saves, deletes, commits, switches and resets at random."""

    def __init__(self, repo: Sandbox, seed: int) -> None:
        self.repo = repo
        self.random = random.Random(seed)

    def step(self) -> None:
        self.random.choices(
            [self.save, self.delete, self.commit, self.switch, self.reset, self.stash],
            [12, 2, 2, 1, 1, 1],
        )[0]()

    def save(self) -> None:
        path = self.repo.root / self.random.choice(NAMES)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "link":
            path.unlink(missing_ok=True)
            path.symlink_to(self.random.choice(WORDS) or "nowhere")
        elif path.name == "d.bin":
            path.write_bytes(self.random.randbytes(self.random.randrange(3000)))
        else:
            lines = path.read_bytes().decode().split("\n") if path.exists() else []
            for _ in range(self.random.randrange(1, 4)):
                at = self.random.randrange(len(lines) + 1)
                lines[at : at + self.random.randrange(3)] = self.random.choices(WORDS, k=2)
            end = self.random.choice(["\n", "\n", "\n", "\r\n"])
            path.write_bytes(end.join(line.strip("\r") for line in lines).encode())
            path.chmod(0o755 if path.name == "run.sh" and self.random.random() < 0.7 else 0o644)

    def delete(self) -> None:
        (self.repo.root / self.random.choice(NAMES)).unlink(missing_ok=True)

    def commit(self) -> None:
        self.repo.run("git", "add", self.random.choice(["-A", "-u"]))
        self.repo.run("git", "commit", "-qm", "work")

    def switch(self) -> None:
        self.repo.run("git", "checkout", "-q", self.random.choice(["main", "other"]))

    def reset(self) -> None:
        how = self.random.choice([["--hard"], ["--hard", "HEAD~1"], ["--soft", "HEAD~1"], ["-q"]])
        self.repo.run("git", "reset", "-q", *how)

    def stash(self) -> None:
        self.repo.run("git", "stash", self.random.choice(["push", "-u", "pop"]))


def worked(repo: Sandbox, here: Opened, seed: int, steps: int) -> dict[int, Held]:
    """What the worktree held after each look, by the number of the last operation then."""
    worker = Worker(repo, seed)
    states = {}
    for _ in range(steps):
        worker.step()
        observe(here.repo, here.journal, here.texts)
        states[here.journal.last()] = held(repo.root)
    assert len(states) > steps / 2
    return states


def begun(repo: Sandbox) -> Repo:
    repo.commit("one", {"a.py": "one\n" * 30, "dir/c.md": "# C\n\ntext\n", "run.sh": "#!/bin/sh\n"})
    repo.commit("two", {"b.txt": "b\nc\n"})
    repo.git("branch", "other")
    return Repo.discover(repo.root)


def test_every_moment_of_random_work_is_given_back_to_the_byte(
    repo: Sandbox, tmp_path: Path
) -> None:
    with opened(begun(repo)) as here:
        states = worked(repo, here, seed=1, steps=60)
        chosen = random.Random(2).sample(sorted(states), 15)
        for n in chosen:
            folder = tmp_path / f"at{n}"
            assert whole.write(here, n, folder).left == {}
            assert held(folder) == states[n], n


def test_going_back_and_forth_ends_where_it_should(repo: Sandbox) -> None:
    with opened(begun(repo)) as here:
        states = worked(repo, here, seed=3, steps=40)
        for n in random.Random(4).sample(sorted(states), 8):
            plan = undo.plan(here, Span(n, here.journal.last()), all_since=True)
            assert undo.apply(here, plan).left == {}
            assert held(repo.root) == states[n], n


def test_a_second_reader_finds_what_the_first_has_written(repo: Sandbox, tmp_path: Path) -> None:
    """Documents that were edited in memory are the ones that the file gives."""
    found = begun(repo)
    with opened(found) as here:
        states = worked(repo, here, seed=5, steps=25)
    with opened(found) as here:
        states |= worked(repo, here, seed=6, steps=25)
    with opened(found) as here:
        for n in random.Random(7).sample(sorted(states), 6):
            whole.write(here, n, tmp_path / f"at{n}")
            assert held(tmp_path / f"at{n}") == states[n]


def test_a_folder_is_put_back_and_the_rest_stays(repo: Sandbox) -> None:
    begun(repo)
    repo.ok("git-anvcs", "journal", "look")
    (repo.root / "dir/new.md").write_text("new\n")
    (repo.root / "a.py").write_text("changed\n")
    (repo.root / "dir/c.md").unlink()
    repo.ok("git-anvcs", "journal", "look")
    (repo.root / "dir/new.md").unlink()
    found = Repo.discover(repo.root)
    with opened(found) as here:
        done = restore.plan(here, [restore.asked(here, repo.root, "dir@#1")])
        assert [file.path for file in done.files] == ["dir/c.md"]
    repo.ok("git-anvcs", "restore", "dir/c.md@#1", "--yes")
    assert (repo.root / "dir/c.md").read_text() == "# C\n\ntext\n"
    assert (repo.root / "a.py").read_text() == "changed\n"
    repo.ok("git-anvcs", "restore", "dir/new.md", "--yes")
    assert (repo.root / "dir/new.md").read_text() == "new\n"
    assert "0 files given back, 1 removed" in repo.ok("git-anvcs", "restore", "dir@#1", "--yes")


def test_a_file_of_a_moment_is_printed_byte_for_byte(repo: Sandbox) -> None:
    begun(repo)
    repo.ok("git-anvcs", "journal", "look")
    data = b"caf\xe9\r\n\0"
    (repo.root / "dir/d.bin").write_bytes(data)
    repo.ok("git-anvcs", "journal", "look")
    (repo.root / "dir/d.bin").write_bytes(b"other")
    told = json.loads(repo.ok("git-anvcs", "timeline", "dir", "--json"))["looks"]
    assert [file["path"] for look in told for file in look["files"]] == ["dir/d.bin"] * 2
    n = told[1]["operation"]
    said = repo.ok("git-anvcs", "at", f"#{n}", "--print", "d.bin", cwd=repo.root / "dir")
    assert said.encode("utf-8", "surrogateescape") == data
    assert "dir/d.bin" in repo.ok("git-anvcs", "at", f"#{n}")


def test_a_moment_so_long_ago_is_a_value_and_no_option(repo: Sandbox) -> None:
    begun(repo)
    repo.ok("git-anvcs", "journal", "look")

    for command in (["at", "-0s"], ["at", "-0s", "--print", "b.txt"], ["undo", "--to", "-0s"]):
        done = repo.run("git-anvcs", *command)
        assert "argument" not in done.stderr, command
    assert repo.ok("git-anvcs", "at", "-0s", "--print", "b.txt") == "b\nc\n"
    assert "begins later" in repo.run("git-anvcs", "at", "-10m").stderr


def test_a_moment_that_is_none_is_told(repo: Sandbox) -> None:
    begun(repo)
    for when in ("#99", "yesterday", "before:reset", "-5y", "1990-01-01", "2999-01-01"):
        done = repo.run("git-anvcs", "at", when)
        assert done.returncode == 2, when
        assert "hint:" in done.stderr, when


def test_files_that_git_ignores_are_kept_where_the_setting_names_them(repo: Sandbox) -> None:
    begun(repo)
    repo.commit("ignore", {".gitignore": ".env\n*.log\nbuilt/\n"})
    repo.git("config", "--add", "anvcs.journal.ignored", ".env")
    repo.git("config", "--add", "anvcs.journal.ignored", "built/*.cfg")
    (repo.root / "built").mkdir()
    for name in (".env", "dir/.env", "a.log", "built/x.cfg", "built/x.o"):
        (repo.root / name).write_text(f"{name}\n")
    repo.ok("git-anvcs", "journal", "look")
    told = json.loads(repo.ok("git-anvcs", "timeline", "-n", "1", "--json"))["looks"][0]
    assert [file["path"] for file in told["files"]] == [".env", "built/x.cfg", "dir/.env"]
    repo.git("config", "--unset-all", "anvcs.journal.ignored")
    repo.ok("git-anvcs", "journal", "look")
    again = json.loads(repo.ok("git-anvcs", "timeline", "-n", "1", "--json"))["looks"][0]
    assert again["operation"] == told["operation"]  # it is still there: nothing was lost
    repo.git("clean", "-fdxq")
    repo.ok("git-anvcs", "undo", "--yes")
    assert (repo.root / "built/x.cfg").read_text() == "built/x.cfg\n"
    assert (repo.root / ".env").exists()
    assert not (repo.root / "a.log").exists()


def test_a_clock_that_jumps_a_year_loses_nothing(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = 365 * 86400.0
    with opened(begun(repo)) as here:
        states = {}
        for step, jump in enumerate((0.0, year, year, -year, 0.0)):
            now = 1_790_000_000.0 + jump + step
            monkeypatch.setattr(clock, "now", lambda now=now: now)
            (repo.root / "a.py").write_text(f"step {step}\n" * 30)
            os.utime(repo.root / "a.py", (now, now))
            (repo.root / f"new-{step}").write_text("new\n")
            observe(here.repo, here.journal, here.texts)
            states[here.journal.last()] = held(repo.root)
        monkeypatch.setattr(clock, "now", lambda: 1_790_000_060.0)
        repo.git("checkout", "-q", "--", ".")
        repo.git("clean", "-fdq")
        observe(here.repo, here.journal, here.texts)
        undo.apply(here, undo.last_burst(here))
        assert held(repo.root) == states[max(states)]
        for n, state in states.items():
            span = Span(n, here.journal.last())
            undo.apply(here, undo.plan(here, span, all_since=True))
            assert held(repo.root) == state
        times = [entry.op.time for entry in here.journal.newest()]
        assert times == sorted(times, reverse=True)
