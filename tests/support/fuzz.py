"""The attribution fuzzer: a random history by three agents and a human, then every line checked.

Lines are single characters that are used once, so that it is known without looking at any record
who typed a line first (the method of git-ai's fuzzer). A history is a seed and a list of steps;
each step draws from a generator of its own, so that leaving some out changes the others little:
that is what `shrunk` needs.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
from random import Random
import shutil
import tempfile
from typing import NamedTuple

from tests.support import fuzz_edits, fuzz_git, fuzz_judge, fuzz_operations, fuzz_rewrites
from tests.support.fuzz_judge import UNATTRIBUTED, WRONG, WRONG_BY_COMMIT, Tally
from tests.support.fuzz_world import HUMAN, Manner, World
from tests.support.sandbox import Sandbox

_FEWEST, _MOST = 20, 50

# The first steps are the same everywhere: a rebase of one commit onto itself finds nothing.
_OPENING = (
    *("edit", "commit_all", "branch", "edit", "commit_all", "switch"),
    *("edit", "commit_all", "edit", "commit_part"),
)

# Every step with its weight. Edits come most often: without them there is nothing to attribute.
STEPS: dict[str, tuple[Callable[[World], None], int]] = {
    "edit": (fuzz_edits.edit, 60),
    "rename": (fuzz_edits.rename, 4),
    "remove": (fuzz_edits.remove, 2),
    "reindent": (fuzz_edits.reindent, 5),
    "repeat": (fuzz_edits.repeat, 3),
    "turn": (fuzz_edits.turn, 4),
    "commit_all": (fuzz_git.commit_all, 22),
    "commit_part": (fuzz_git.commit_part, 12),
    "commit_paths": (fuzz_git.commit_paths, 5),
    "stage_all": (fuzz_git.stage_all, 4),
    "commit_staged": (fuzz_git.commit_staged, 4),
    "amend": (fuzz_git.amend, 7),
    "stash": (fuzz_git.stash, 6),
    "unstash": (fuzz_git.unstash, 7),
    "switch": (fuzz_git.switch, 9),
    "branch": (fuzz_git.branch, 8),
    "restore": (fuzz_git.restore, 5),
    "reset": (fuzz_git.reset, 6),
    "worktree": (fuzz_git.worktree, 3),
    "collect": (fuzz_git.collect, 1),
    "hooks": (fuzz_git.hooks, 2),
    "formatter": (fuzz_git.formatter, 2),
    "clean": (fuzz_git.clean, 1),
    "rebase": (fuzz_rewrites.rebase, 7),
    "rebase_todo": (fuzz_rewrites.rebase_todo, 6),
    "autosquash": (fuzz_rewrites.autosquash, 4),
    "cherry_pick": (fuzz_rewrites.cherry_pick, 7),
    "revert": (fuzz_rewrites.revert, 5),
    "merge": (fuzz_rewrites.merge, 8),
    "squash": (fuzz_rewrites.squash, 4),
    "am": (fuzz_rewrites.am, 3),
    "drain": (World.drain, 8),
    "check": (lambda world: None, 4),  # replaced in `play`, which keeps the tally
}


class History(NamedTuple):
    """A seed and the numbers of the steps to take; all of them, or what shrinking left."""

    seed: int
    steps: tuple[int, ...]

    def __str__(self) -> str:
        return f"--seed {self.seed} --steps {','.join(map(str, self.steps))}"


class Outcome(NamedTuple):
    """What a history gave; it is fine when nothing is wrong and there is no problem."""

    history: History
    well: bool
    commands: Counter[tuple[str, bool]]
    tally: Tally
    problems: tuple[str, ...]
    trace: tuple[str, ...]

    @property
    def wrong(self) -> list[str]:
        """The lines given to somebody who did not write them."""
        return [str(f) for f in self.tally.findings if f.verdict.startswith(WRONG)]

    @property
    def wrong_by_commit(self) -> list[str]:
        """The same, where only the commit as a whole was said to be somebody's."""
        return [str(f) for f in self.tally.findings if f.verdict == WRONG_BY_COMMIT]

    @property
    def missed(self) -> list[str]:
        """Lines of agents that were told as they should be, and stay unattributed."""
        found = (f for f in self.tally.findings if f.verdict == UNATTRIBUTED)
        return [str(f) for f in found if f.how in fuzz_edits.GOOD]


def history(seed: int) -> History:
    """The whole history of a seed."""
    return History(seed, tuple(range(Random(seed).randint(_FEWEST, _MOST))))


def manner(seed: int) -> Manner:
    """Every third is well-behaved; a few run through the executables alone."""
    rng = Random(f"{seed} manner")
    executables = rng.random() < 0.02
    background = executables or rng.random() < 0.06
    watched = 0.0 if executables else rng.choice([0.0, 0.0, 0.3, 1.0])
    return Manner(seed % 3 == 0, executables, background, watched)


def play(told: History, template: Path | None = None, *, how: Manner | None = None) -> Outcome:
    """Let a history happen in a folder of its own, and judge it.

    template: a repository where `git anvcs init` ran already, to be copied; None: run it
    """
    with tempfile.TemporaryDirectory(prefix="fuzz", ignore_cleanup_errors=True) as folder:
        box = _sandbox(Path(folder), template)
        with _environment(box.env):
            world = World(box, how or manner(told.seed))
            if not world.manner.background:
                world.keep_drains_away()
            tally = Tally()
            try:
                _begin(world, told.seed)
                for number in told.steps:
                    _take(world, tally, told.seed, number)
                _end(world, told.seed)
                _check(world, tally, everything=True)
                fuzz_operations.judge(world, tally)
            finally:
                world.close()
            world.problems += fuzz_judge.complaints(box.root)
        return Outcome(
            told,
            world.manner.well,
            world.commands,
            tally,
            tuple(world.problems),
            tuple(world.trace),
        )


def make_template(folder: Path) -> Path:
    """A repository with `git anvcs init` done; returns its root."""
    box = Sandbox(folder)
    box.anvcs("init", "--agents", "none", "--drivers", "none", "--yes")
    return box.root


def shrunk(told: History, is_bad: Callable[[History], bool]) -> History:
    """A shorter history that is bad still: ever smaller pieces are left out (delta debugging)."""
    size = max(1, len(told.steps) // 2)
    while True:
        shorter = _without_one_piece(told, size, is_bad)
        if shorter is not None:
            told = shorter
            size = min(size, max(1, len(told.steps) // 2))
        elif size == 1:
            return told
        else:
            size = max(1, size // 2)


def _without_one_piece(
    told: History, size: int, is_bad: Callable[[History], bool]
) -> History | None:
    for start in range(len(told.steps) - size, -size, -size):
        at = max(start, 0)
        fewer = told._replace(steps=told.steps[:at] + told.steps[at + size :])
        if fewer.steps and is_bad(fewer):
            return fewer
    return None


def _begin(world: World, seed: int) -> None:
    """The human's first commit; the agents start."""
    _mark(world, "beginning", seed, -1)
    for name in world.rng.sample(fuzz_edits.NAMES, world.rng.randint(1, 3)):
        chars = world.fresh(HUMAN, "unseen", world.rng.randint(2, 6))
        world.apply(world.box.root, {name: "".join(f"{char}\n" for char in chars)})
    styles = ["merge", "diff3", "merge"]
    world.git(world.box.root, "config", "merge.conflictStyle", world.rng.choice(styles))
    world.git(world.box.root, "config", "rerere.enabled", world.rng.choice(["true", "false"]))
    world.git(world.box.root, "add", "-A")
    world.git(world.box.root, "commit", "-q", "-m", "base")
    for agent in world.agents:
        for message in agent.begin(world.box.root):
            world.send(message)


def _take(world: World, tally: Tally, seed: int, number: int) -> None:
    name = _name(seed, number)
    _mark(world, name, seed, number)
    if name == "check":
        _check(world, tally, everything=False)
    else:
        STEPS[name][0](world)


def _name(seed: int, number: int) -> str:
    if number < len(_OPENING):
        return _OPENING[number]
    weights = [weight for _, weight in STEPS.values()]
    return Random(f"{seed} {number}").choices(list(STEPS), weights)[0]


def _end(world: World, seed: int) -> None:
    """What is left in the worktrees is committed, so that it is judged, too."""
    _mark(world, "end", seed, len(world.started))
    for tree in world.trees:
        if world.rng.random() < 0.8:
            fuzz_git.commit_everything(world, tree, None)
    world.drain()


def _mark(world: World, name: str, seed: int, number: int) -> None:
    world.rng = Random(f"{seed} {number} {name}")
    world.started.append(world.now())
    world.names.append(f"{name} #{number}")
    world.trace.append(f"#{number} {name}")


def _check(world: World, tally: Tally, *, everything: bool) -> None:
    """All lines of all tips at the end; in between, one file of one."""
    found = fuzz_judge.tips(world)
    if everything:
        for tip, files in found.items():
            by_program = world.manner.executables or world.rng.random() < 0.01
            fuzz_judge.judge(world, tally, files, tip, program=by_program)
    elif found:
        tip = world.rng.choice(list(found))
        world.drain()
        names = found[tip]
        fuzz_judge.judge(world, tally, names[:1], tip, program=False)


def _sandbox(folder: Path, template: Path | None) -> Sandbox:
    if template is None:
        make_template(folder)
    else:
        shutil.copytree(template, folder / "repo", symlinks=True)
    return Sandbox(folder, init=False)


@contextmanager
def _environment(env: dict[str, str]) -> Iterator[None]:
    """This process takes a sandbox's environment, since what it calls starts git, too."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
