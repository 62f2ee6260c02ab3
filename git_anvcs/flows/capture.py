"""Story: an agent did something; the spool of the repository it happened in gets a line.

Runs on every tool call of an agent, so it starts no process and loads nothing heavy.
"""

import os
from pathlib import Path

from git_anvcs.git.locate import Place, locate
from git_anvcs.provenance.events import Event, to_line
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths


def capture(event: Event, here: Path, now: float) -> list[Place]:
    """Write the event down in every worktree it touched; returns those.

    here: the directory the agent started us in, when the payload names none
    Where git-anvcs was never set up (no folder of ours) nothing is written: nobody would read it.
    """
    where = Path(event.cwd) if event.cwd and Path(event.cwd).is_absolute() else here
    touched = _touched(event, where)
    for place, paths in touched.items():
        _append(place, event._replace(paths=paths, ts=event.ts or now))
    return list(touched)


def ours(place: Place | None) -> bool:
    """Whether git-anvcs was set up in this repository, by us: not in a stranger's folder."""
    if place is None:
        return False
    try:
        return Paths(place.common_dir).home.stat().st_uid == os.geteuid()
    except OSError:
        return False


def _touched(event: Event, where: Path) -> dict[Place, tuple[str, ...]]:
    """The worktrees of the event's paths with the paths relative to each; without paths, where."""
    found: dict[Place, list[str]] = {}
    for path in event.paths:
        place, inside = _inside(where / path)
        if place is not None:
            found.setdefault(place, []).append(inside)
    if not event.paths:
        place = locate(where)
        if place is not None:
            found[place] = []
    return {place: tuple(paths) for place, paths in found.items() if ours(place)}


def _inside(path: Path) -> tuple[Place | None, str]:
    """The worktree a file lies in, and its path there; a file in a Git directory lies in none."""
    place = locate(path.parent)
    if place is None or place.root == place.git_dir:
        return None, ""
    # The last step may be a symbolic link that is itself in the worktree.
    real = path.parent.resolve() / path.name
    return place, real.relative_to(place.root).as_posix()


def _append(place: Place, event: Event) -> None:
    paths = Paths(place.common_dir)
    if event.prompt:
        from git_anvcs.provenance import prompts

        kept = prompts.keep(paths, event.prompt)
        event = event._replace(prompt_mac=kept.mac, redactions=kept.redactions)
    if event.command:
        from git_anvcs.provenance.shell import git_verbs

        event = event._replace(verbs=git_verbs(event.command))
    worktree = spool.worktree_of(place.git_dir, place.common_dir)
    spool.append(paths, "agent", worktree, {"ts": event.ts, **to_line(event)})
