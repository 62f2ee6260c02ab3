"""Story: take back what destroyed work, exactly, and leave alone what was done since.

A span of operations is taken back path by path: what a path held before the span comes back, if it
still holds what the span left there. Refs that the span moved go back the same way, by
compare-and-swap. What it does is written down as any change is, so that it can be taken back too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import groupby, islice
import os
from typing import NamedTuple

from git_anvcs.flows.journal import files_back, refs_back
from git_anvcs.flows.journal.files_back import File, on_disk
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.refs_back import Back, Left
from git_anvcs.flows.journal.then import Then
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.git.tips_seen import BRANCH, HEAD, STASH
from git_anvcs.journal import bursts
from git_anvcs.journal.bursts import Span, Undone
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError, UsageError

CHANGED_AGAIN = "it was changed again since"
IGNORED_THEN = "it was there then, and ignored by Git"
_MOST_BURSTS = 50
_CLOCK_SLACK = 1.0  # seconds that the clocks of a file system and of the journal may be apart
# Where a stash has what was tracked, and what was not.
_PARTS = ("", "^3")


class NothingToUndo(AnvcsError):
    """The journal tells of no destruction here."""


class Plan(NamedTuple):
    """What an undo would do.

    span: what is taken back; seconds: when it began; said: what Git said of it
    refs: name -> what it is and what it becomes, empty for nothing
    left: path or ref -> why it stays as it is
    before: the last operation before it was begun; None: it has not been
    """

    span: Span
    seconds: float
    said: tuple[str, ...]
    files: tuple[File, ...]
    refs: Mapping[str, tuple[str, str]]
    left: Mapping[str, str]
    before: int | None = None


class Done(NamedTuple):
    """before: the operation to go back to, should the undo be a mistake; left: as in a Plan"""

    before: int
    left: Mapping[str, str]


def last_burst(here: Opened) -> Plan:
    """Takes back the newest burst of destruction that can be. Raises NothingToUndo."""
    journal, lane = here.journal, here.lane
    marks = journal.newest(lane, kinds=(Kind.MARK,))
    undone = [mark for e in marks if (mark := bursts.unpack(e.n, journal.payload(e.n)))]
    told = journal.around_losses(lane, bursts.APART_SECONDS)
    for span in islice(bursts.found_in(told, undone), _MOST_BURSTS):
        found = plan(here, span)
        if found.files or found.refs:
            return found
    raise _nothing(here)


def _nothing(here: Opened) -> NothingToUndo:
    """Says whether the journal could know, and where else work may be."""
    moments = groupby(here.journal.newest(here.lane), key=lambda entry: entry.op.time >> 16)
    if len(list(islice(moments, 2))) < 2:
        return NothingToUndo(
            "the journal of this worktree begins only now: it has not seen what was before",
            hint="what was committed, staged or stashed once: `git reflog`, `git stash list`,"
            " `git fsck --lost-found`",
        )
    return NothingToUndo(
        "the journal tells of nothing that was destroyed in this worktree",
        hint="`git anvcs timeline` shows what happened, `git anvcs undo --to WHEN` goes back",
    )


def plan(here: Opened, span: Span, *, all_since: bool = False) -> Plan:
    """What taking back the span would change. Raises NothingToUndo when it is empty.

    all_since: whatever happened to a path after the span goes, too
    """
    entries = here.journal.between(here.lane, *span)
    if not entries:
        raise NothingToUndo("nothing happened there", hint="`git anvcs timeline` shows what did")
    if all_since:
        refs = refs_back.of_moment(here, span.after, entries)
        return _planned(here, _Part(span, entries, entries), refs)
    part = _Part(span, entries, _taken_away(entries), _since(here, span))
    return _planned(here, part, refs_back.of_burst(here, entries))


def operation(here: Opened, n: int) -> Plan:
    """Takes back one line of the timeline, the one with operation `n`: what Git moved then only as

    a whole, and each file that nobody changed since. Raises UsageError.
    """
    entries = here.journal.beside(here.lane, n)
    if not entries:
        raise UsageError(
            f"there is no operation #{n} of this worktree", hint="`git anvcs timeline` numbers them"
        )
    span = Span(entries[0].n - 1, entries[-1].n)
    back, left = refs_back.of_operation(here, entries)
    if left:
        return Plan(span, entries[0].op.seconds, _said(here, entries), (), {}, left)
    popped = _popped(here, entries)
    by_git = [e for e in entries if _is_git_s(e.op) or e.op.path in popped]
    part = _Part(span, entries, by_git or entries, _since(here, span))
    found = _planned(here, part, (back, left))
    if not (found.files or found.refs or found.left):
        raise NothingToUndo(f"everything is as it was before operation #{n} already")
    return found


class _Part(NamedTuple):
    """Operations to take back. told: those of them whose files go back

    later: the paths that were changed since; None: whatever happened since goes, too
    """

    span: Span
    entries: Sequence[Entry]
    told: Sequence[Entry]
    later: Set[str] | None = None


def _planned(here: Opened, part: _Part, refs: tuple[Back, Left]) -> Plan:
    span, entries, told, later = part
    back, left = refs[0], dict(refs[1])
    by_hand = set() if told is entries else _rewritten(entries) - {e.op.path for e in told}
    files = []
    paths = _paths(here.repo, told, back)
    hidden = _may_have_been_ignored(here, span, paths)
    for path, was in Then(here, span.after).contents(paths):
        try:
            now = on_disk(here.repo, path)
        except OSError as error:
            left[path] = error.strerror or str(error)
            continue
        if was == now:
            continue
        if path in (later or ()) or path in by_hand:
            left[path] = CHANGED_AGAIN
        elif isinstance(was, str):
            left[path] = was
        elif was is None and hidden(path):
            left[path] = IGNORED_THEN
        else:
            files.append(File(path, now, was))
    files += _in_the_way(here.repo, files, {e.op.path for e in entries} - (later or set()))
    files.sort(key=lambda file: (file.then is not None, file.path))  # removals make room
    return Plan(span, entries[0].op.seconds, _said(here, entries), tuple(files), back, left)


def _may_have_been_ignored(here: Opened, span: Span, paths: Sequence[str]) -> Callable[[str], bool]:
    """Tells of a path whether what is there was there before the span, and the journal saw it only

    when Git ignored it no more.
    """
    first = next(here.journal.newest(here.lane, before=span.after + 1), None)
    if first is None or not any(path.rpartition("/")[2] == ".gitignore" for path in paths):
        return lambda _: False
    began = first.op.seconds - _CLOCK_SLACK

    def is_older(path: str) -> bool:
        known = here.journal.last_of(here.lane, path, span.after)
        return known is None and (here.repo.root / path).lstat().st_ctime < began

    return is_older


def _since(here: Opened, span: Span) -> set[str]:
    """The paths that were changed after the span."""
    last = here.journal.last()
    return {entry.op.path for entry in here.journal.between(here.lane, span.upto, last)}


def _taken_away(entries: Sequence[Entry]) -> list[Entry]:
    """What was lost, and what Git wrote when it took something away.

    Where it took nothing, a file that is as the index has it was written, and staged, by somebody.
    """
    both = Flag.LOST | Flag.BY_GIT
    by_git = {entry.op.time >> 16 for entry in entries if entry.op.flags & both == both}
    return [
        entry
        for entry in entries
        if _is_git_s(entry.op)
        and (
            entry.op.kind not in (Kind.EDIT, Kind.BLOB)
            or entry.op.flags & Flag.LOST
            or entry.op.time >> 16 in by_git
        )
    ]


def _is_git_s(op: Op) -> bool:
    """Whether it is nobody's writing: Git's, a loss, or a deletion, which `stash -u` makes too."""
    return bool(op.flags & (Flag.LOST | Flag.BY_GIT)) or op.kind is Kind.DELETE


def _popped(here: Opened, entries: Sequence[Entry]) -> set[str]:
    """The paths that hold what a stash held which is gone since: `stash pop` wrote them."""
    payloads = [here.journal.payload(e.n) for e in entries if e.op.kind is Kind.GIT]
    moved = [pair for payload in payloads for pair in unpack(payload).refs.items()]
    stashes = [n.removeprefix(STASH) for n, (_, new) in moved if n.startswith(STASH) and not new]
    if not stashes:
        return set()
    paths = [e.op.path for e in entries if e.op.path and not _is_git_s(e.op)]
    asked = [(path, f"{oid}{part}:{path}") for path in paths for oid in stashes for part in _PARTS]
    held = {path: on_disk(here.repo, path) for path, _ in asked}
    oids = {p: objects.make(here.repo, "blob", one.data).oid for p, one in held.items() if one}
    found = objects.ids(here.repo, [name for _, name in asked])
    return {path for (path, _), oid in zip(asked, found, strict=True) if oid == oids.get(path, "")}


def _said(here: Opened, entries: Iterable[Entry]) -> tuple[str, ...]:
    found = (here.journal.payload(e.n) for e in entries if e.op.kind is Kind.GIT)
    return tuple(text for payload in found for text in unpack(payload).said)


def _rewritten(entries: Iterable[Entry]) -> set[str]:
    """The paths whose last operation is somebody's writing, which took nothing away."""
    last = {entry.op.path: entry.op for entry in entries}
    by_hand = {path for path, op in last.items() if op.kind in (Kind.EDIT, Kind.BLOB)}
    return {path for path in by_hand if not last[path].flags & (Flag.LOST | Flag.BY_GIT)}


def _in_the_way(repo: Repo, files: Sequence[File], changed: Set[str]) -> list[File]:
    """Files that the span put where a folder of these must be: they go."""
    wanted = {file.path for file in files}
    above = {
        "/".join(steps[:count])
        for file in files
        for steps in (file.path.split("/"),)
        for count in range(1, len(steps))
    }
    found = [(path, on_disk(repo, path)) for path in sorted(above & changed - wanted)]
    return [File(path, now, None) for path, now in found if now]


def apply(here: Opened, plan: Plan) -> Done:
    """Do what the plan says; what cannot be done is left, and told. Raises RefMoved, GitFailed."""
    files, stay = files_back.hold(here, plan.files)
    before = here.journal.last() if plan.before is None else plan.before
    attached = bool(here.journal.refs(here.lane).get(BRANCH))
    refs_back.move(here.repo, plan.refs, attached=attached)
    stay |= files_back.write(here.repo, files)
    files_back.look(here, files, "undo")
    if plan.refs or len(stay) < len(plan.files):  # else it was not taken back, and can be yet
        end(here, plan.span, before)
    return Done(before, {**plan.left, **stay})


def end(here: Opened, span: Span, before: int) -> None:
    """Write down that the span was taken back, by all that came after operation `before`."""
    own = Span(before, here.journal.last())
    mark = Op(Kind.MARK, here.lane, 0, payload=bursts.pack(Undone(span, own)))
    with here.journal.writing():
        here.journal.append([mark], clock.now())


def _paths(repo: Repo, entries: Iterable[Entry], back: Mapping[str, tuple[str, str]]) -> list[str]:
    """Every path that the span, or moving HEAD back, may have to do with."""
    found = {entry.op.path for entry in entries if entry.op.path}
    if all(back.get(HEAD, ("", ""))):
        listed = repo.git("diff-tree", "-r", "-z", "--name-only", *back[HEAD])
        found |= {os.fsdecode(path) for path in listed.split(b"\0")[:-1]}
    return sorted(found)
