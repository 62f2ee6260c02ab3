"""Whose the journal says its operations are, held against the truth.

A character counts where it was seen first, by the journal or in a commit: whoever is said to have
made that operation must have typed it. What a later operation brings back or moves may be
anybody's doing.
"""

import math

from git_anvcs.journal import history
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Kind
from git_anvcs.journal.texts import Texts
from tests.support.fuzz_judge import RIGHT, UNATTRIBUTED, WRONG, Finding, Tally
from tests.support.fuzz_world import HUMAN, World


def judge(world: World, tally: Tally) -> None:
    """Every operation of every worktree, in order."""
    if not world.manner.watched:
        return
    texts = Texts(world.journal)
    seen: set[str] = set()
    committed = _committed(world)
    for entry in reversed(list(world.journal.newest())):
        if not entry.op.path:
            continue
        found = history.content(world.journal, texts, entry)
        text = found.data.decode() if found else ""
        fresh = {char for char in set(text) - seen if char in world.truth}
        seen |= fresh
        fresh = {char for char in fresh if committed.get(char, math.inf) > entry.op.seconds}
        if entry.op.kind in (Kind.EDIT, Kind.BLOB):
            for char in sorted(fresh):
                _count(world, tally, entry, char)


def _count(world: World, tally: Tally, entry: Entry, char: str) -> None:
    typed = world.truth[char]
    if not entry.by:
        verdict = RIGHT if typed.who == HUMAN else UNATTRIBUTED
    else:
        verdict = RIGHT if entry.by == typed.who else WRONG
    tally.operations[verdict] += 1
    if verdict == WRONG:
        where = f"#{entry.n}:{entry.op.path}"
        step = "the journal"
        tally.findings.append(Finding(where, char, typed.who, typed.how, entry.by, verdict, step))


def _committed(world: World) -> dict[str, float]:
    """When each character was first committed, in seconds since the epoch."""
    said = world.ask(
        world.box.root,
        "log",
        "--all",
        "--reflog",
        "-m",
        "-p",
        "--format=format:%ct",
        "--no-renames",
    )
    found: dict[str, float] = {}
    moment = math.inf
    for line in said:
        if line.isdecimal():
            moment = float(line)
        elif line.startswith("+"):
            for char in line:
                found[char] = min(moment, found.get(char, math.inf))
    return found
