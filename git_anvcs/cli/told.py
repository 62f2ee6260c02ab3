"""One look of the timeline as a line, and as JSON."""

from datetime import datetime

from git_anvcs.flows.journal.timeline import Look
from git_anvcs.git.tips_seen import STASH
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.reading import Entry
from git_anvcs.kernel import clock
from git_anvcs.kernel.terminal import safe, styled

_MOST_PATHS = 4
_WORDS = {Kind.EDIT: "edited", Kind.BLOB: "wrote", Kind.DELETE: "deleted", Kind.CLEAN: "as HEAD"}


def line(look: Look, *, lanes: bool, colour: bool) -> str:
    """`#120  2026-11-22 14:02:11  edited src/app.py, wrote logo.png  (claude:7f3a)`, local time."""
    when = datetime.fromtimestamp(look.seconds).strftime("%Y-%m-%d %H:%M:%S")  # noqa: DTZ006 - local time is what a person reads
    said = "; ".join(_parts(look))
    who = sorted({entry.by for entry in look.entries if entry.by})
    told = [f"#{look.n}", when, *([safe(look.lane)] if lanes else []), said]
    if who:
        told.append(f"({', '.join(map(safe, who))})")
    return styled("  ".join(told), "red", colour=colour and look.lost)


def as_json(look: Look) -> dict[str, object]:
    return {
        "operation": look.n,
        "at": clock.rfc3339(look.seconds),
        "worktree": look.lane,
        "lost": look.lost,
        "git": list(look.moved.said) if look.moved else [],
        "refs": {k: list(v) for k, v in look.moved.refs.items()} if look.moved else {},
        "undid": list(look.undo) if look.undo else None,
        "files": [_file(entry) for entry in look.entries if entry.op.path],
    }


def _parts(look: Look) -> list[str]:
    parts = []
    if look.undo:
        parts.append(f"undo of #{look.undo.after + 1}-#{look.undo.upto}")
    if look.moved:
        parts.append("git: " + (", ".join(map(safe, look.moved.said)) or _refs(look)))
    for kind, word in _WORDS.items():
        paths = [entry.op.path for entry in look.entries if entry.op.kind is kind]
        if paths:
            more = f" and {len(paths) - _MOST_PATHS:,} more" if len(paths) > _MOST_PATHS else ""
            parts.append(f"{word} {', '.join(map(safe, paths[:_MOST_PATHS]))}{more}")
    if look.lost:
        parts.append("something was lost")
    return parts


def _refs(look: Look) -> str:
    """The refs that moved, where Git says nothing of it."""
    names = look.moved.refs if look.moved else ()
    return ", ".join("a stash" if name.startswith(STASH) else safe(name) for name in names)


def _file(entry: Entry) -> dict[str, object]:
    op = entry.op
    return {
        "path": op.path,
        "what": op.kind.name.lower(),
        "bytes": op.size,
        "lost": bool(op.flags & Flag.LOST),
        "by_git": bool(op.flags & Flag.BY_GIT),
        "by": entry.by or None,
        "form": bool(op.flags & Flag.COSMETIC),
    }
