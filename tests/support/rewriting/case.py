"""One cell of the matrix: a repository, agents' commits in it, and the judge of what is left.

Every line an agent writes begins with that agent's name, so the commits themselves say who wrote
them; the judge never reads the records it judges.
"""

from collections.abc import Callable
import os
from pathlib import Path
import re
import shutil
from tempfile import TemporaryDirectory
from typing import NamedTuple

from git_anvcs.flows import edit_record, mirror, moved, reading
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import records, refs
from git_anvcs.provenance.record import HUMAN, UNTRACKED, Record
from tests.support.sandbox import Sandbox
from tests.support.wired import wire, without_hooks

_WROTE = re.compile(r"^\+(\w+): ", re.MULTILINE)
_CHANGED_BY_ALL = re.compile(r"^\++(\w+): ", re.MULTILINE)


class Counts(NamedTuple):
    """Commits with an agent's lines in them, by what their records say.

    kept: exactly the agents that wrote them; partly: some of them, nobody else
    unattributed: nobody; wrong: somebody who wrote none of them
    """

    kept: int = 0
    partly: int = 0
    unattributed: int = 0
    wrong: int = 0

    def __str__(self) -> str:
        return "/".join(map(str, self))


class Begun(NamedTuple):
    """A repository with three commits of agents: the folder of its copy, and what its case knew."""

    folder: TemporaryDirectory[str]
    made: list[str]
    ticks: int
    shown: dict[str, str]


# Most operations begin with the same three commits: each kind of repository gets them once a
# process, sixty processes of Git. By the git, the hooks, and the configuration that `init` wrote.
_BEGUN: dict[tuple[Path, bool, bytes], Begun] = {}


class Skipped(Exception):
    """The Git under test does not have this operation."""


class Case:
    """A repository with records on or off hooks, in which an operation is tried."""

    def __init__(self, base: Path, *, hooks: bool, how: tuple[str, ...] = (), **env: str) -> None:
        self.box = Sandbox(base, init=False, GIT_EDITOR="true", **env)
        self.box.root.mkdir()
        self.box.git("init", "-q", "-b", "main", *how)
        self.hooks = hooks
        self.git = self.box.git
        self.write = self.box.write
        self._agents: dict[str, str] = {}
        self._shown: dict[str, str] = {}
        self._set_up()
        self.box.commit("base", {"base.txt": "base\n", "shared.txt": "shared\n" * 3})

    def _set_up(self) -> None:
        """`init`; then another tool takes our hooks out, when they are to be off."""
        wire(self.box)
        if not self.hooks:
            without_hooks(self.box)
        git_dir = self.box.root / ".git"
        # As if a drain were about to begin always: only readers drain, which `judge` is.
        mark = git_dir / "anvcs" / "spool" / "drainer"
        mark.write_text(f"{os.getpid()}\n", encoding="ascii")

    def repo(self) -> Repo:
        return Repo.discover(self.box.root)

    def ok(self, *argv: str, **env: str) -> str:
        """A git command, one minute later, that must succeed; variables for it by name."""
        self.box.ticks += 1
        return self.git(*argv, env=env)

    def fails(self, *argv: str, **env: str) -> None:
        """A git command that must stop, as a conflict makes it."""
        self.box.ticks += 1
        done = self.box.run("git", *argv, env=env)
        assert done.returncode != 0, f"{argv} was to stop: {done.stdout}"

    def sequence(self, script: str, *argv: str, stops: bool = False) -> None:
        """`git rebase -i` with its list edited by a sed script."""
        run = self.fails if stops else self.ok
        run("rebase", "-q", "-i", *argv, GIT_SEQUENCE_EDITOR=f"sed -i -e '{script}'")

    def by(self, agent: str, name: str, text: str = "", message: str = "") -> str:
        """A commit by an agent: a file of three lines, or `text`, each line with its name."""
        lines = text or "".join(f"{agent}: {name} {number}\n" for number in range(3))
        commit = self.box.commit(message or f"add {name}\n\nWhy {name}.", {f"{name}.txt": lines})
        self._agents[commit] = agent
        return commit

    def three(self) -> list[str]:
        """Three commits of three agents on the branch `topic` of a repository with only base."""
        assert self.box.ticks == 1, "something was done before"
        git = shutil.which("git", path=self.box.env["PATH"])
        assert git is not None
        config = (self.box.root / ".git/config").read_bytes()
        kind = (Path(git).resolve(), self.hooks, config)
        if begun := _BEGUN.get(kind):
            return self._as(begun)
        self.git("switch", "-q", "-c", "topic")
        made = [self.by(agent, name) for agent, name in (("a", "one"), ("b", "two"), ("c", "six"))]
        self.know()
        if os.fsencode(self.box.base) not in config:  # hooks by configuration name the repository
            folder = TemporaryDirectory(prefix="begun")
            shutil.copytree(self.box.root, Path(folder.name) / "repo", symlinks=True)
            _BEGUN[kind] = Begun(folder, made, self.box.ticks, dict(self._shown))
        return made

    def _as(self, begun: Begun) -> list[str]:
        """This becomes a copy of that one, which knows the files and the place that it has now."""
        shutil.rmtree(self.box.root)
        shutil.copytree(Path(begun.folder.name) / "repo", self.box.root, symlinks=True)
        self.git("update-index", "-q", "--refresh")
        moved.repair(self.repo())
        self.box.ticks = begun.ticks
        self._shown = dict(begun.shown)
        return begun.made

    def upstream(self, name: str = "up", text: str = "up\n") -> str:
        """A commit on main by somebody who tells nothing."""
        self.git("switch", "-q", "main")
        return self.box.commit(f"upstream {name}", {f"{name}.txt": text})

    def resolve(self, name: str, text: str) -> None:
        """Write what a conflict is to become."""
        self.write(name, text)
        self.git("add", "-A")

    def know(self) -> None:
        """Give the commits made by agents their records, with sessions and attestations."""
        repo = self.repo()
        reading.ready(repo, _must_not_speak)
        texts = {}
        for commit, agent in self._agents.items():
            made = edit_record.edited(repo, commit, self._claim(commit, agent))
            texts[commit] = made.line + b"\n"
        self._agents.clear()
        mirror.update(repo, refs.add(repo, texts, "known"))

    def says(self, commit: str, agent: str) -> None:
        """A record comes in for one commit."""
        self._agents = {commit: agent}
        self.know()

    def _claim(self, commit: str, agent: str) -> dict[str, object]:
        key = f"s_{agent.encode().hex():0>14}"
        trace = f"{key}::t_{'0' * 14}"
        attested = {}
        for name in self.git("diff-tree", "-r", "--root", "--name-only", commit).split()[1:]:
            lines = self._show(f"{commit}:{name}").splitlines()
            ours = [str(n) for n, line in enumerate(lines, 1) if line.startswith(f"{agent}: ")]
            attested[name] = {trace: ",".join(ours)}
        return {
            "agent_id": f"tool:{agent}",
            "model": "x/y",
            "tests_passed": True,
            "sessions": {key: {"agent_id": {"tool": "tool", "id": agent, "model": "x/y"}}},
            "attestations": attested,
        }

    def judge(self) -> Counts:
        """Read as any reader does, then look at every commit of a branch or of HEAD."""
        reading.ready(self.repo(), _must_not_speak)
        return self.counts()

    def counts(self, *revisions: str) -> Counts:
        """What the records of these commits say now, by default of all branches' and HEAD's."""
        repo = self.repo()
        where = revisions or ("--branches", "HEAD")
        commits = self.git("rev-list", *where).split()
        stored = records.read(repo, commits)
        verdicts = [self._verdict(commit, stored.get(commit)) for commit in commits]
        return Counts(*(verdicts.count(name) for name in Counts._fields))

    def _verdict(self, commit: str, record: Record | None) -> str:
        """One of the fields of Counts; "" for a commit nobody is known to have written."""
        shown = self._show("--format=", "--diff-merges=dense-combined", commit)
        writers = set((_CHANGED_BY_ALL if "diff --cc" in shown else _WROTE).findall(shown))
        named = _named(record)
        if not named <= writers or (record and not self._attests_truth(commit, record)):
            return "wrong"
        if not writers:
            return ""
        if named == writers:
            return "kept"
        return "partly" if named else "unattributed"

    def _show(self, *what: str) -> str:
        """`git show` of what never changes; judges look at the same commits again and again."""
        key = " ".join(what)
        if key not in self._shown:
            self._shown[key] = self.git("show", *what)
        return self._shown[key]

    def _attests_truth(self, commit: str, record: Record) -> bool:
        """Whether every line that the record attests begins with the name of its session."""
        if record.commit != commit:
            return False
        if record.tests_passed is not None and not record.tests_hold:
            return False
        tools = {key: _id(session) for key, session in record.mapping("sessions").items()}
        for path, who in record.mapping("attestations").items():
            lines = self._show(f"{commit}:{path}").splitlines()
            assert isinstance(who, dict)
            for trace, ranges in who.items():
                agent = tools[trace.partition("::")[0]]
                for line in _lines(ranges):
                    if not lines[line - 1].startswith(f"{agent}: "):
                        return False
        return True


Operation = Callable[[Case], None]


def _named(record: Record | None) -> set[str]:
    if record is None:
        return set()
    named = {_id(session) for session in record.mapping("sessions").values()}
    if record.agent_id not in (UNTRACKED, HUMAN, ""):
        named.add(record.agent_id.partition(":")[2])
    return named


def _id(session: object) -> str:
    assert isinstance(session, dict)
    return str(session["agent_id"]["id"])


def _lines(ranges: str) -> list[int]:
    found: list[int] = []
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def _must_not_speak(text: str) -> None:
    raise AssertionError(f"a reader had to say: {text}")
