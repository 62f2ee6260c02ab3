"""Story: an agent did something; the spool of the repository it happened in gets a line.

Runs on every tool call of an agent, so it loads nothing heavy, and starts no process but the one
git that says, before and after a shell command, which files differ from HEAD.
"""

from collections.abc import Mapping
import os
from pathlib import Path

from git_anvcs.git.locate import Place, locate
from git_anvcs.provenance.events import EDITS, SHELLS, Event, to_line
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths


def capture(event: Event, here: Path, now: float) -> list[Place]:
    """Write the event down in every worktree it touched; returns those.

    here: the directory the agent started us in, when the payload names none
    Where git-anvcs was never set up (no folder of ours) nothing is written: nobody would read it.
    """
    where = Path(event.cwd) if event.cwd and Path(event.cwd).is_absolute() else here
    found = touched(event, where)
    for place, named in found.items():
        seen = _with_files(place, event._replace(paths=tuple(named), ts=event.ts or now), where)
        _append(place, seen._replace(told=_told(place, seen, named)))
    return list(found)


def ours(place: Place | None) -> bool:
    """Whether git-anvcs is on in this repository, by us: not in a stranger's folder."""
    if place is None:
        return False
    paths = Paths(place.common_dir)
    try:
        return paths.home.stat().st_uid == os.geteuid() and not paths.off.exists()
    except OSError:
        return False


def touched(event: Event, where: Path) -> dict[Place, dict[str, str]]:
    """The worktrees of the event's paths; without paths, the one around `where`.

    Of each, the paths relative to its top -> as the agent gave them.
    """
    found: dict[Place, dict[str, str]] = {}
    for path in event.paths:
        place, inside = _inside(where / path)
        if place is not None:
            found.setdefault(place, {}).setdefault(inside, path)
    if not event.paths:
        place = locate(where)
        if place is not None:
            found[place] = {}
    return {place: paths for place, paths in found.items() if ours(place)}


def _inside(path: Path) -> tuple[Place | None, str]:
    """The worktree a file lies in, and its path there; a file in a Git directory lies in none."""
    place = locate(path.parent)
    if place is None or place.root == place.git_dir:
        return None, ""
    # The last step may be a symbolic link that is itself in the worktree.
    real = path.parent.resolve() / path.name
    return place, real.relative_to(place.root).as_posix()


def _with_files(place: Place, event: Event, where: Path) -> Event:
    """The event with what files hold now; `cut` where nothing could be looked at."""
    if event.event not in EDITS | SHELLS:
        return event
    from git_anvcs.flows import snapshot

    if event.event in EDITS:
        return event._replace(**snapshot.of_files(place, event.paths)._asdict())
    if place.root == place.git_dir or place != locate(where):  # bare, or not where the shell runs
        return event._replace(cut=True)
    return event._replace(**snapshot.of_worktree(place)._asdict())


def _told(place: Place, event: Event, named: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Of the files the agent said it wrote into, the digests of the lines."""
    if not event.wrote:
        return {}
    from git_anvcs.provenance import told
    from git_anvcs.store import snapshots

    found = {}
    for inside, path in named.items():
        wrote = [item for item in event.wrote if item.path == path]
        if wrote:
            content = snapshots.get(Paths(place.common_dir), event.files.get(inside, ""))
            found[inside] = told.lines(wrote, content)
    return found


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
