"""Story: what would a commit made now say? Looks at the state and the spool, changes nothing."""

from collections.abc import Mapping
from typing import Any

from git_anvcs.flows import drain_state, intake
from git_anvcs.git.repo import Repo
from git_anvcs.provenance.claim import Known
from git_anvcs.provenance.events import NotAnEvent, from_line
from git_anvcs.provenance.pending import Pending, with_event
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths


def peek(repo: Repo, declared: str = "") -> Known:
    """What is known of this worktree now, the lines no drain has read yet included.

    declared: ANVCS_SESSION, whose session may have left no trace here
    """
    paths = Paths(repo.common_dir)
    worktree = spool.worktree_of(repo.git_dir, repo.common_dir)
    saved = drain_state.load(paths) or drain_state.State()
    stored = saved.pending.get(worktree)
    here = Pending(stored if isinstance(stored, dict) else {})
    lines, _ = spool.read(paths, saved.mark)
    fresh: dict[str, dict[str, Any]] = {}
    for line in lines:
        if line.value is not None:
            _fold(here, fresh, line.value, here_too=line.worktree == worktree)
    found = intake.known(paths, here, declared)
    return Known(here, {**found.sessions, **_joined(found.sessions, fresh)})


def _fold(
    here: Pending,
    fresh: dict[str, dict[str, Any]],
    value: Mapping[str, Any],
    *,
    here_too: bool,
) -> None:
    if value.get("kind") == "context" and here_too:
        here.tell(value)
    if value.get("kind") != "agent":
        return
    try:
        event = from_line(value)
    except NotAnEvent:  # the drain will set it aside and say so
        return
    if event.who:
        fresh[event.who] = with_event(fresh.get(event.who, {}), event)
    if here_too:
        here.fold(event)


def _joined(
    stored: Mapping[str, Mapping[str, Any]], fresh: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    return {who: {**stored.get(who, {}), **session} for who, session in fresh.items()}
