"""The world of one history of the fuzzer: worktrees, people, a clock, and who typed what first.

Git is real, and so are the hooks. The truth is kept here and nowhere else: nothing of it is ever
read from our records.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import json
import os
from pathlib import Path
from random import Random
import subprocess
import time
from typing import NamedTuple

from git_anvcs.drivers import agent_hook
from git_anvcs.flows.capture import capture
from git_anvcs.flows.drain import drain
from git_anvcs.flows.journal.observe import Look, observe
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.texts import Texts
from git_anvcs.provenance.agents import registry
from git_anvcs.store.paths import Paths
from tests.support.fuzz_agents import Agent, Change, Message, team
from tests.support.fuzz_text import FIRST, shown
from tests.support.sandbox import Sandbox

HUMAN = "human"

# What a shell command of an agent is called when it is no Git command.
SCRIPT = "python tools/generate.py"


class Typed(NamedTuple):
    """Who typed a character first, and how we were told of it: see `ways` in fuzz_edits."""

    who: str
    how: str


class Manner(NamedTuple):
    """What kind of history it is.

    well: agents always send what they should, and hooks stay in place
    executables: events go through the installed program, by the real clock; else in this process
    background: hooks start drains, as they do for users; else only the history itself drains
    watched: how often somebody looks, for the journal, after a file was written or a hook ran
    """

    well: bool
    executables: bool
    background: bool
    watched: float = 0.0


class World:
    """One repository with everything that happens in it."""

    def __init__(self, box: Sandbox, manner: Manner) -> None:
        self.box = box
        self.manner = manner
        self.rng = Random(0)
        self.agents = team()
        self.trees = [box.root]
        self.truth: dict[str, Typed] = {}
        self.started: list[float] = []  # when each step began
        self.names: list[str] = []  # what each step is, with its number
        self.clock = 0
        self._began = int(time.time())
        self.commands: Counter[tuple[str, bool]] = Counter()  # verb, whether it succeeded
        self.trace: list[str] = []
        self.problems: list[str] = []
        self.last_after: Message | None = None
        self._unended: set[str] = set()  # agents with an edit begun, not ended, and without an id
        self._repos: dict[Path, Repo] = {}
        self._env: Mapping[str, str] = {}
        self._looks = Random(0)  # of its own, so that histories stay what they are
        self._journal: Journal | None = None

    # Time

    def now(self) -> float:
        """Seconds since the epoch; a simulated clock moves on two seconds a reading.

        It begins an hour ago: what is old is forgotten by the real clock.
        """
        if self.manner.executables:
            return time.time()
        self.clock += 2
        return float(self._began - 3600 + self.clock)

    # Who and where

    def some_tree(self) -> Path:
        return self.rng.choice([*self.trees, self.box.root])

    def some_actor(self) -> Agent | None:
        """One of the agents, or None: the human."""
        return None if self.rng.random() < 0.35 else self.rng.choice(self.agents)

    def fresh(self, who: str, how: str, count: int) -> list[str]:
        """Characters nobody has typed, from now on `who`'s."""
        chars = [chr(FIRST + len(self.truth) + number) for number in range(count)]
        self.truth |= dict.fromkeys(chars, Typed(who, how))
        return chars

    def repo(self, tree: Path) -> Repo:
        if tree not in self._repos:
            self._repos[tree] = Repo.discover(tree)
        return self._repos[tree]

    def files(self, tree: Path) -> list[str]:
        """The files of a worktree that are not ours."""
        found = (path for path in tree.rglob("*") if path.is_file() and path.name != ".git")
        names = (path.relative_to(tree).as_posix() for path in found)
        return sorted(name for name in names if not name.startswith((".git/", ".ai/")))

    def text(self, tree: Path, name: str) -> str:
        return (tree / name).read_bytes().decode()

    # What happens

    def git(
        self, tree: Path, *args: str, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run git as whoever acts now; how it ends is the history's to judge."""
        date = f"{int(self.now())} +0000"
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        quiet = {"GIT_EDITOR": "true", "GIT_MERGE_AUTOEDIT": "no"}
        done = self.box.run(
            "git", *args, cwd=tree, stdin=stdin, env={**dates, **quiet, **self._env, **(env or {})}
        )
        self.commands[_verb(args), done.returncode == 0] += 1
        first = (done.stderr or done.stdout).strip().split("\n")[0] if done.returncode else ""
        self.say(f"{tree.name}$ git {' '.join(args)}  → {done.returncode} {first}")
        return done

    def ask(self, tree: Path, *args: str) -> list[str]:
        """What git prints, one entry a line; a question of ours, no part of the history."""
        return self.box.run("git", *args, cwd=tree).stdout.split("\n")[:-1]

    def apply(self, tree: Path, change: Change) -> None:
        """Write files as an editor would."""
        for name, text in change.items():
            path = tree / name
            before = self.text(tree, name) if path.is_file() else None
            self.say(f"{tree.name}: {name}: {shown(before)} → {shown(text)}")
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
        self.perhaps_look(tree)

    def send(self, message: Message) -> None:
        """Let an agent's hook run."""
        said = message.payload
        kind = said.get("hook_event_name") or said.get("event") or said.get("type")
        self.say(f"hook {message.name} {kind} {_paths(said)}")
        data = json.dumps(message.payload).encode()
        if self.manner.executables:
            self.box.ok("git-anvcs", "hook", message.name, stdin=data)
            return
        # The same as `agent_hook.run`, without starting a program and by our clock.
        module = registry.load(message.name)
        event = agent_hook._event(message.name, module, "", data, len(data))
        if event is not None:
            for place in capture(event, self.box.root, self.now()):
                self.perhaps_look(place.root)

    @contextmanager
    def shell(self, actor: Agent | None, tree: Path, command: str) -> Iterator[None]:
        """What is done in the block happens in a shell command of the actor."""
        if actor is None:
            yield
            return
        before, after = actor.shell(tree, command)
        self.send(before)
        self._env = self._shell_env(actor)
        try:
            yield
        finally:
            self._env = {}
        self.send(after)

    def _shell_env(self, actor: Agent) -> dict[str, str]:
        named = {"ANVCS_SESSION": actor.who} if self.rng.random() < 0.15 else {}
        return {**actor.env, **named}

    def fair(self, actor: Agent, after: Message, order: tuple[str, ...]) -> tuple[str, ...]:
        """The order of an edit and its messages, such that somebody could tell what happened.

        Begun without an id and never ended, then ended without having begun: these two look like
        one edit to everybody, and all that was typed in between like the agent's.
        """
        has_id = "tool_use_id" in after.payload
        begun_by = "" if after.name == "agent-v1" else actor.who  # its begin names nobody
        if not has_id and order[-1] != "after":
            self._unended.add(begun_by)
        if not has_id and "before" not in order and self._unended & {"", actor.who}:
            order = ("before", *order)
        if order == ("before", "do", "after"):
            self._unended.discard(begun_by)
        may_repeat = "after" in order and (has_id or not self._unended & {"", actor.who})
        self.last_after = after if may_repeat else None
        return order

    def drain(self) -> None:
        """Let records be written now."""
        self.say("drain")
        done = drain(self.repo(self.box.root))
        if done.problem:
            self.problems.append(f"drain: {done.problem.message}")

    def perhaps_look(self, tree: Path) -> None:
        """A daemon may be there, and see it at once."""
        if self._looks.random() < self.manner.watched:
            self.look(tree)

    def look(self, tree: Path) -> None:
        """Let the journal take down what a worktree holds."""
        self.say(f"look at {tree.name}")
        seconds = None if self.manner.executables else self.now()
        observe(self.repo(tree), self.journal, Texts(self.journal), Look(seconds=seconds))

    @property
    def journal(self) -> Journal:
        """The journal of the repository, open until `close`."""
        if self._journal is None:
            self._journal = Journal(Paths(self.box.root / ".git"))
        return self._journal

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()

    def say(self, text: str) -> None:
        self.trace.append(f"    {text}")

    def keep_drains_away(self) -> None:
        """Hooks that find this mark of a living process believe that it is about to drain."""
        spool = self.box.root / ".git/anvcs/spool"
        spool.mkdir(parents=True, exist_ok=True)
        (spool / "drainer").write_text(f"{os.getpid()}\n")


def _verb(args: tuple[str, ...]) -> str:
    """The command with what makes it another one: `commit --amend`, `merge --squash`."""
    kinds = ("--amend", "--squash", "--rebase", "--continue", "--skip", "--abort", "-i", "-n", "-p")
    first = f"{args[0]} {args[1]}" if args[0] in ("stash", "worktree", "reflog") else args[0]
    return " ".join([first, *(word for word in args[1:] if word in kinds)])


def _paths(payload: Mapping[str, object]) -> str:
    """What a trace shows of the files or the command in a payload."""
    given = payload.get("tool_input") or payload
    assert isinstance(given, dict)
    keys = ("paths", "file_path", "will_edit_filepaths", "edited_filepaths", "command", "cmd")
    return " ".join(str(given[key]) for key in keys if key in given)
