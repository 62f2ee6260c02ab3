"""One look of the timeline as a line, and as JSON."""

from collections.abc import Iterator
from typing import NamedTuple

from git_anvcs.flows.journal.marks import Mark
from git_anvcs.flows.journal.timeline import Look
from git_anvcs.git.tips_seen import BRANCH, INDEX, STASH
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.moves import Moves
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.kernel import clock
from git_anvcs.kernel.terminal import safe, styled

_MOST_PATHS = 4
_NAMES = {BRANCH: "HEAD's branch", INDEX: "what is staged"}
# By the kind of an operation, and whether only form was changed.
_WORDS = {
    (Kind.EDIT, False): "edited",
    (Kind.EDIT, True): "formatted",
    (Kind.BLOB, False): "wrote",
    (Kind.DELETE, False): "deleted",
    (Kind.CLEAN, False): "as HEAD",
}


class How(NamedTuple):
    """lanes: with the worktree; refs: with a line for each ref that moved, and how"""

    lanes: bool = False
    refs: bool = False
    colour: bool = False


def lines(look: Look, how: How) -> Iterator[str]:
    """`#120  2026-11-22 14:02:11  edited src/app.py, wrote logo.png  (claude:7f3a)`, local time."""
    said = "; ".join(_parts(look))
    who = sorted({entry.by for entry in look.entries if entry.by})
    told = [
        f"#{look.n}",
        clock.local(look.seconds),
        *([safe(look.lane)] if how.lanes else []),
        said,
    ]
    if who:
        told.append(f"({', '.join(map(safe, who))})")
    yield styled("  ".join(told), "red", colour=how.colour and look.lost)
    if how.refs and look.moved:
        yield from _moves(look.moved)


def _moves(moved: Moves) -> Iterator[str]:
    """Each ref: what it was, and what it is."""
    for name, pair in moved.refs.items():
        old, new = (safe(value if value.startswith("refs/") else value[:10]) for value in pair)
        lost = "  left behind" if name in moved.lost else ""
        yield f"    {_name(name)}: {old or 'nothing'} -> {new or 'nothing'}{lost}"


def _name(ref: str) -> str:
    return _NAMES.get(ref) or ("a stash" if ref.startswith(STASH) else safe(ref))


def as_json(look: Look) -> dict[str, object]:
    return {
        "operation": look.n,
        "at": clock.rfc3339(look.seconds),
        "worktree": look.lane,
        "lost": look.lost,
        "git": list(look.moved.said) if look.moved else [],
        "refs": {k: list(v) for k, v in look.moved.refs.items()} if look.moved else {},
        "left_behind": list(look.moved.lost) if look.moved else [],
        "by": sorted({entry.by for entry in look.entries if entry.by}),
        "undid": list(look.mark.undo) if look.mark.undo else None,
        "reverted": look.mark.reverted or None,
        "unfinished": look.mark.unfinished,
        "files": [_file(entry, look.let_go) for entry in look.entries if entry.op.path],
    }


def _parts(look: Look) -> list[str]:
    parts = list(_mark(look.mark))
    if look.moved:
        parts.append("git: " + (", ".join(map(safe, look.moved.said)) or _refs(look)))
    for (kind, form), word in _WORDS.items():
        paths = [
            entry.op.path
            for entry in look.entries
            if entry.op.kind is kind and bool(entry.op.flags & Flag.COSMETIC) is form
        ]
        paths = list(dict.fromkeys(paths))  # of a batch a file may be told several times
        if paths:
            more = f" and {len(paths) - _MOST_PATHS:,} more" if len(paths) > _MOST_PATHS else ""
            parts.append(f"{word} {', '.join(map(safe, paths[:_MOST_PATHS]))}{more}")
    if look.let_go:
        parts.append("what it wrote was let go for journal.limit")
    if look.lost:
        parts.append("something was lost")
    return parts


def _mark(mark: Mark) -> Iterator[str]:
    unfinished = ", not finished" if mark.unfinished else ""
    if mark.undo:
        first, last = mark.undo.after + 1, mark.undo.upto
        yield f"undo of #{first}{f'-#{last}' if last > first else ''}{unfinished}"
    if mark.reverted:
        yield f"revert of {safe(mark.reverted)}{unfinished}"
    if mark.became:
        yield f"brought back as {safe(mark.became)}"
    if mark.purged:
        yield f"{mark.purged:,} {'operation' if mark.purged == 1 else 'operations'} purged"


def _refs(look: Look) -> str:
    """The refs that moved, where Git says nothing of it."""
    names = look.moved.refs if look.moved else ()
    return ", ".join(map(_name, names))


def _file(entry: Entry, let_go: frozenset[bytes]) -> dict[str, object]:
    op = entry.op
    return {
        "path": op.path,
        "what": op.kind.name.lower(),
        "bytes": op.size,
        "lost": bool(op.flags & Flag.LOST),
        "by_git": bool(op.flags & Flag.BY_GIT),
        "by": entry.by or None,
        "form": bool(op.flags & Flag.COSMETIC),
        "kept": not op.flags & Flag.NOT_KEPT and op.digest not in let_go,
    }
