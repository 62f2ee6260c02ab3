"""Story: take back what one session did in this worktree, and nothing that others did.

Each path that the session changed is followed from its first change to what the disk holds, and
gets what it would hold without the session. What others built on stays as it is, and is told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows.journal import brought, files_back, renames
from git_anvcs.flows.journal.files_back import File, on_disk
from git_anvcs.flows.journal.followed import Followed, step
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.renames import Rename
from git_anvcs.flows.journal.undo import Done
from git_anvcs.journal.bursts import Span
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.inverse import Hunk
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.reverts import Revert, pack
from git_anvcs.journal.trail import NOT_KEPT, REVERT, Trail, Without
from git_anvcs.journal.versions import State
from git_anvcs.kernel import clock
from git_anvcs.kernel.terminal import safe


class Plan(NamedTuple):
    """What a revert would do.

    files: what changes; conflicts: path -> the whole file in hunks, where some of it stays
    left: path -> why all or some of it stays; elsewhere: other lanes the session worked in
    """

    session: str
    files: tuple[File, ...]
    conflicts: Mapping[str, tuple[Hunk, ...]]
    left: Mapping[str, str]
    elsewhere: tuple[str, ...] = ()


def plan(here: Opened, session: str, paths: Collection[str] = (), *, marked: bool = False) -> Plan:
    """What taking back the session's work would change.

    paths: only these files, or what is below these folders
    marked: what stays gets conflict markers
    """
    done = [e for e in here.journal.newest_by(session, here.lane) if e.op.path]
    elsewhere = {e.op.lane for e in here.journal.newest_by(session) if e.op.path} - {here.lane}
    made = _Made(session, marked=marked)
    made.take_own(here, done, paths)
    known = {entry.op.path for entry in done}
    for lane in sorted(elsewhere):
        for path, found in brought.brought(here, lane, session):
            if path not in known and _is_meant(path, paths):
                made.take(path, found)
    # Removals make room.
    files = tuple(sorted(made.files, key=lambda file: (file.then is not None, file.path)))
    return Plan(session, files, made.conflicts, made.left, tuple(sorted(elsewhere)))


class _Made:
    """A plan on its way."""

    def __init__(self, session: str, *, marked: bool) -> None:
        self._session, self._marked = session, marked
        self.files: list[File] = []
        self.left: dict[str, str] = {}
        self.conflicts: dict[str, tuple[Hunk, ...]] = {}

    def take_own(self, here: Opened, done: Sequence[Entry], paths: Collection[str]) -> None:
        """What it did in this worktree: `done`."""
        followed, session = Followed(here), self._session
        firsts = {path: n for path, n in first_changes(done).items() if _is_meant(path, paths)}
        for rename in renames.found(followed, [e for e in done if e.op.path in firsts]):
            trail = _renamed(followed, session, rename, firsts[rename.old])
            for path in self._move_back(here, rename, trail.without()):
                del firsts[path]
        for path, n in firsts.items():
            self.take(path, trail_of(followed, session, path, n).without())

    def take(self, path: str, found: Without, at: str = "") -> None:
        """What a path, or what is `at` another now, becomes."""
        marked = self._marked and found.now.mode
        then = _with_markers(found, self._session) if marked else found.then
        if at:
            self.files.append(File(at, found.now.content, None))
            self.files.append(File(path, None, then.content))
        elif then != found.now:
            self.files.append(File(path, found.now.content, then.content))
        if found.why:
            self.left[path] = found.why
        if any(hunk.conflict for hunk in found.hunks):
            self.conflicts[path] = found.hunks

    def _move_back(self, here: Opened, rename: Rename, found: Without) -> tuple[str, ...]:
        """What was renamed gets its old name back, unless that is taken; the paths it is about."""
        if not (found.now.mode and found.then.mode) or found.why == NOT_KEPT:
            return ()
        if on_disk(here.repo, rename.old) is not None:
            self.left[rename.new] = f"it was {rename.old}, and another file is there now"
            return (rename.new,)
        self.take(rename.old, found, rename.new)
        return (rename.new, rename.old)


def _renamed(followed: Followed, session: str, rename: Rename, n: int) -> Trail:
    """Under the old name up to the rename, then under the new one."""
    old = followed.of(rename.old, n)
    trail = Trail(next(old).state, lambda by: by == session)
    for entry, state in old:
        if entry and entry.n >= rename.gone:
            break
        step(trail, entry, state)
    new = followed.of(rename.new, rename.at)
    next(new)
    for entry, state in new:
        step(trail, entry, state)
    return trail


def trail_of(followed: Followed, session: str, path: str, n: int) -> Trail:
    """What the path went through from operation `n` on, the session's first there."""
    versions = followed.of(path, n)
    trail = Trail(next(versions).state, lambda by: by == session)
    for entry, state in versions:
        step(trail, entry, state)
    return trail


def first_changes(newest_first: Iterable[Entry]) -> dict[str, int]:
    """Each path with the number of the first of its operations, in the order of paths."""
    found = {entry.op.path: entry.n for entry in newest_first}
    return dict(sorted(found.items()))


def _is_meant(path: str, paths: Collection[str]) -> bool:
    return not paths or any(_is_in(path, one) for one in paths)


def _is_in(path: str, folder: str) -> bool:
    return folder in ("", ".") or path == folder or path.startswith(f"{folder}/")


def _with_markers(found: Without, session: str) -> State:
    """The text with standard conflict markers around what cannot be told apart."""
    if found.now.text is None or not any(hunk.conflict for hunk in found.hunks):
        return found.then
    parts = [_between_markers(h, session) if h.conflict else h.without for h in found.hunks]
    then = found.then if found.then.mode else found.now
    return then._replace(text=b"".join(parts).decode())


def _between_markers(hunk: Hunk, session: str) -> bytes:
    sides = [side + b"\n" if side and not side.endswith(b"\n") else side for side in hunk[:2]]
    ends = f">>>>>>> before {safe(session)}\n".encode()
    return b"".join([b"<<<<<<< now\n", sides[0], b"=======\n", sides[1], ends])


def apply(here: Opened, plan: Plan) -> Done:
    """Do what the plan says; what cannot be done is left, and told.

    The journal tells of it before the first file is written: `undo --to before:revert` takes back
    also one that was killed.
    """
    journal = here.journal
    files, stay = files_back.hold(here, plan.files)
    before = journal.last()
    _mark(here, Revert(plan.session))
    stay |= files_back.write(here.repo, files)
    _sign(here, before, files, f"{REVERT}{plan.session}")
    _mark(here, Revert(plan.session, Span(before, journal.last())))
    return Done(before, {**plan.left, **stay})


def _sign(here: Opened, before: int, files: Sequence[File], by: str) -> None:
    """What was written is ours, also where a daemon saw it first."""
    journal = here.journal
    files_back.look(here, files, by)
    paths = {file.path for file in files}
    seen = journal.between(here.lane, before, journal.last())
    numbers = [e.n for e in seen if e.op.path in paths and not e.by]
    if numbers:
        with journal.writing():
            journal.claim(here.lane, by, numbers, clock.now())


def _mark(here: Opened, revert: Revert) -> None:
    mark = Op(Kind.MARK, here.lane, 0, payload=pack(revert))
    with here.journal.writing():
        here.journal.append([mark], clock.now())
