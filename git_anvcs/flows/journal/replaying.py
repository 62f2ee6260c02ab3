"""Story: the journal as frames, of a path, a session or all of a worktree; a session's, exported.

An export leaves the machine: operations of private files are left out, and of a file in which any
version holds what looks like a secret, nothing of its content is in it.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows.journal.followed import Followed
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.sessions import Session
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.frames import Frame, changes, forth
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.session_replay import (
    FRAMES,
    LARGEST,
    MANIFEST,
    About,
    Damaged,
    Packed,
    pack,
    unpack,
)
from git_anvcs.journal.versions import State
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.provenance.claim import session_key
from git_anvcs.provenance.redact import redact
from git_anvcs.store import atomic

GIT = "git"


class Wanted(NamedTuple):
    """after, upto: numbers of operations; path: this file or below this folder; empty: all

    session: only files it changed, from its first change of each to its last
    """

    after: int
    upto: int
    path: str = ""
    session: str = ""


class Exported(NamedTuple):
    """withheld: path -> why its content is not in it; private: operations left out"""

    folder: Path
    frames: int
    files: int
    bytes: int
    withheld: Mapping[str, str]
    private: int


def frames(here: Opened, wanted: Wanted) -> Iterator[Frame]:
    """What happened in the worktree, in order."""
    return _frames(here, here.lane, _spans(_told(here, here.lane, wanted), wanted))


def export(here: Opened, session: Session, folder: Path | None = None) -> Exported:
    """Write a session's replay, of all worktrees it worked in. Raises AnvcsError, CannotWrite."""
    found: list[Frame] = []
    private = 0
    for lane in session.lanes:
        wanted = Wanted(0, here.journal.last(), session=session.name)
        told = list(_told(here, lane, wanted))
        hidden = {p for p in {e.op.path for e in told} if _is_private(here, lane, p)}
        private += sum(entry.op.path in hidden for entry in told)
        kept = (entry for entry in told if entry.op.path not in hidden)
        # The same path in two worktrees is two files.
        named = "" if len(session.lanes) == 1 else f"{lane}/"
        spans = _spans(kept, wanted)
        found += (f._replace(path=named + f.path) for f in _frames(here, lane, spans))
    if not found:
        raise AnvcsError(
            f"the journal knows no change by {session.name}", hint="`git anvcs sessions list`"
        )
    found.sort(key=lambda frame: frame.n)
    shown, withheld = _without_secrets(found)
    agent = session.name.partition(":")[0]
    packed = pack(About(session.name, agent, session.model, withheld, private), shown)
    place = folder or here.repo.root / ".ai" / "sessions" / session_key(session.name)
    # The manifest last: where it is, all of it is.
    atomic.write(place / FRAMES, packed.frames)
    atomic.write(place / MANIFEST, packed.manifest)
    files = len({frame.path for frame in shown})
    size = len(packed.frames) + len(packed.manifest)
    return Exported(place, len(shown), files, size, withheld, private)


def manifest_at(place: Path) -> Path | None:
    """The manifest of an exported replay: the file itself, or in the folder; None for neither."""
    if place.is_dir() and (place / MANIFEST).is_file() and (place / FRAMES).is_file():
        return place / MANIFEST
    return place if place.name == MANIFEST and place.with_name(FRAMES).is_file() else None


def read(manifest: Path) -> list[Frame]:
    """The frames of an exported replay. Raises UsageError when it is none, or damaged."""
    try:
        with manifest.open("rb") as told, manifest.with_name(FRAMES).open("rb") as packed:
            found = Packed(told.read(LARGEST), packed.read(LARGEST))
        return unpack(found)[1]
    except OSError as error:
        raise UsageError(f"cannot read {manifest}: {error.strerror}") from error
    except Damaged as error:
        raise UsageError(f"{manifest} is no session replay, or damaged: {error}") from error


def _is_private(here: Opened, lane: str, path: str) -> bool:
    return any(entry.op.flags & Flag.PRIVATE for entry in here.journal.of_path(lane, path))


def _told(here: Opened, lane: str, wanted: Wanted) -> Iterator[Entry]:
    """The operations that the wanted ones begin and end with, of files alone."""
    if wanted.session:
        told: Iterable[Entry] = here.journal.newest_by(wanted.session, lane)
    elif wanted.path:
        told = here.journal.newest_below(wanted.path, lane, before=wanted.upto + 1)
    else:
        told = here.journal.newest(lane, before=wanted.upto + 1)
    for entry in told:
        if entry.n <= wanted.after and not wanted.session:
            break
        path = entry.op.path
        if path and (not wanted.path or path == wanted.path or path.startswith(f"{wanted.path}/")):
            yield entry


def _spans(newest_first: Iterable[Entry], wanted: Wanted) -> dict[str, tuple[int, int]]:
    """Of each path the first and the last operation."""
    found: dict[str, tuple[int, int]] = {}
    for entry in newest_first:
        if wanted.after < entry.n <= wanted.upto:
            _, last = found.get(entry.op.path, (0, entry.n))
            found[entry.op.path] = (entry.n, last)
    return found


def _frames(here: Opened, lane: str, spans: Mapping[str, tuple[int, int]]) -> Iterator[Frame]:
    followed = Followed(here, lane)
    each = (_of_path(followed, path, first, last) for path, (first, last) in spans.items())
    yield from merge(*each, key=lambda frame: frame.n)


def _of_path(followed: Followed, path: str, first: int, last: int) -> Iterator[Frame]:
    versions = followed.of(path, first)
    before = next(versions).state
    unseen: list[State | None] = []  # what Git made of it, which no operation tells
    seed: str | None = _text(before)
    for entry, state in versions:
        if entry is None:
            unseen.append(state)
            continue
        if entry.n > last:
            break
        by_git = [(GIT, state) for state in unseen]
        git = entry.op.flags & Flag.BY_GIT or entry.op.kind is Kind.CLEAN
        own = entry.by or (GIT if git else "")
        for by, now in [*by_git, (own, state)]:
            if now is None or now != before:
                yield _frame(entry, by, before, now)._replace(seed=seed)
                seed = None
            before = now
        unseen = []


def _frame(entry: Entry, by: str, before: State | None, now: State | None) -> Frame:
    made = changes(_text(before), _text(now))
    if now is None:
        what, mode, size = "unknown", 0, entry.op.size
    else:
        data = now.content.data if now.content else b""
        what, mode, size = _what(before, now), now.mode, len(data)
    return Frame(entry.n, entry.op.seconds, entry.op.path, by, what, made, None, mode, size)


def _what(before: State | None, now: State) -> str:
    if not now.mode:
        return "deleted"
    if now.text is None:
        return "data"
    return "edited" if before and before.mode else "made"


def _text(state: State | None) -> str:
    return (state.text if state else None) or ""


def _without_secrets(found: list[Frame]) -> tuple[list[Frame], dict[str, str]]:
    """The same without the contents of files that may hold one, and the names of homes."""
    by_path: dict[str, list[Frame]] = {}
    for frame in found:
        by_path.setdefault(frame.path, []).append(frame)
    clean: list[Frame] = []
    withheld: dict[str, str] = {}
    for path, own in by_path.items():
        shown, kinds = _redacted(own)
        if kinds:
            withheld[path] = f"it holds what looks like a secret ({', '.join(sorted(kinds))})"
            shown = [f._replace(what="withheld", changes=(), seed=None) for f in own]
        clean += shown
    return sorted(clean, key=lambda frame: frame.n), withheld


def _redacted(own: list[Frame]) -> tuple[list[Frame], set[str]]:
    """Frames of one file with its texts redacted, and the kinds of secrets that were in them."""
    kinds: set[str] = set()
    text = shown = ""
    made = []
    for frame in own:
        if frame.seed is not None:
            text = frame.seed
            told = redact(text)
            shown, kinds = told.text, kinds | told.kinds.keys()
            frame = frame._replace(seed=shown)  # noqa: PLW2901 - the same one, redacted
        text = forth(text, frame.changes)
        told = redact(text)
        kinds |= told.kinds.keys()
        made.append(frame._replace(changes=changes(shown, told.text)))
        shown = told.text
    return made, kinds
