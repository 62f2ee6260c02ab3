"""Story: one session in full: what it changed where, what of that is there still, its commits."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from git_anvcs.flows import intake, session_records, trace
from git_anvcs.flows.journal import revert, sessions, timeline
from git_anvcs.flows.journal.followed import Followed
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.sessions import Lines, Session
from git_anvcs.flows.journal.timeline import Look
from git_anvcs.flows.trace import Trace
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import prompts
from git_anvcs.store.paths import Paths


class Changed(NamedTuple):
    """What it did to one file of one worktree.

    alive: lines with something of it that the file has now, or had when it was last seen
    """

    lane: str
    path: str
    saves: int
    lines: Lines
    alive: int


class Shown(NamedTuple):
    """looks: the newest first; trace: its commits, None when no record names it

    prompt: what it was last asked, redacted; empty when that is not on this machine
    """

    session: Session
    files: tuple[Changed, ...]
    looks: tuple[Look, ...]
    trace: Trace | None
    prompt: str = ""


def shown(here: Opened, session: Session, most: int) -> Shown:
    """most: so many looks, 0 for all"""
    found = []
    for lane in session.lanes:
        found += _files(here, lane, session.name)
    looks: tuple[Look, ...] = ()
    if session.operations:
        wanted = timeline.Wanted(most=most, by=session.name)
        looks = tuple(timeline.looks(here, wanted))
    return Shown(
        session, tuple(found), looks, _trace(here, session.name), _prompt(here, session.name)
    )


def _prompt(here: Opened, name: str) -> str:
    paths = Paths(here.repo.common_dir)
    mac = str(intake.session_of(paths, name).get("prompt_mac", ""))
    return prompts.read(paths, mac) or ""


def _files(here: Opened, lane: str, session: str) -> list[Changed]:
    entries = [entry for entry in here.journal.newest_by(session, lane) if entry.op.path]
    followed = Followed(here, lane)
    saves = Counter(entry.op.path for entry in entries)
    found = []
    for path, n in revert.first_changes(entries).items():
        lines = Lines()
        for by, counted in sessions.of_path(here, lane, path, n):
            if by == session:
                lines = sessions.sum_of(lines, counted)
        alive = revert.trail_of(followed, session, path, n).alive()
        found.append(Changed(lane, path, saves[path], lines, alive))
    return found


def _trace(here: Opened, name: str) -> Trace | None:
    """Without blame, which reads whole histories: `git anvcs trace` does that."""
    with suppress(AnvcsError):
        found = session_records.find(here.repo, name)
        at = here.repo.resolve("HEAD")
        return trace.follow(here.repo, found, trace.Wanted(at, survival=False), _each)
    return None


def _each(paths: Sequence[str]) -> Sequence[str]:
    return paths
