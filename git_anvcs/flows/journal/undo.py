"""Story: take back what destroyed work, exactly, and leave alone what was done since.

A span of operations is taken back path by path: what a path held before the span comes back, if it
still holds what the span left there. Refs that the span moved go back the same way, by
compare-and-swap. What it does is written down as any change is, so that it can be taken back too.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice
import os
from typing import NamedTuple

from git_anvcs.flows.journal import in_use, put_back
from git_anvcs.flows.journal.observe import keep
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.put_back import InTheWay
from git_anvcs.flows.journal.then import HEAD, OWN, Then, own_at
from git_anvcs.git import refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.git.tips_seen import BRANCH, STASH
from git_anvcs.journal import bursts, disk
from git_anvcs.journal.bursts import Span, Undone
from git_anvcs.journal.history import Content
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.journal.reading import Entry
from git_anvcs.journal.texts import SEED
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError

REASON = "anvcs: undo"
_MOST_BURSTS = 50


class NothingToUndo(AnvcsError):
    """The journal tells of no destruction here."""


class File(NamedTuple):
    """One path that goes back. now, then: what it holds and what it will; None: nothing"""

    path: str
    now: Content | None
    then: Content | None


class Plan(NamedTuple):
    """What an undo would do.

    span: what is taken back; seconds: when it began; said: what Git said of it
    refs: name -> what it is and what it becomes, empty for nothing
    left: path or ref -> why it stays as it is
    """

    span: Span
    seconds: float
    said: tuple[str, ...]
    files: tuple[File, ...]
    refs: Mapping[str, tuple[str, str]]
    left: Mapping[str, str]


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
    raise NothingToUndo(
        "the journal tells of nothing that was destroyed in this worktree",
        hint="`git anvcs timeline` shows what happened, `git anvcs undo --to WHEN` goes back",
    )


def plan(here: Opened, span: Span, *, all_since: bool = False) -> Plan:
    """What taking back the span would change. Raises NothingToUndo when it is empty.

    all_since: whatever happened to a path after the span goes, too
    """
    repo, journal, lane = here.repo, here.journal, here.lane
    entries = journal.between(lane, *span)
    if not entries:
        raise NothingToUndo("nothing happened there", hint="`git anvcs timeline` shows what did")
    moves = [unpack(journal.payload(e.n)) for e in entries if e.op.kind is Kind.GIT]
    back, left = _refs_back(here, entries, span.after, all_since=all_since)
    since = [] if all_since else journal.between(lane, span.upto, journal.last())
    later = {entry.op.path for entry in since}
    rewritten = set() if all_since else _rewritten(entries)
    then = Then(here, span.after)
    files = []
    told = entries if all_since else [e for e in entries if e.op.flags & (Flag.LOST | Flag.BY_GIT)]
    for path, was in then.contents(_paths(repo, told, back)):
        try:
            now = on_disk(repo, path)
        except OSError as error:
            left[path] = error.strerror or str(error)
            continue
        if was == now:
            continue
        if path in later or path in rewritten:
            left[path] = "it was changed again since"
        elif isinstance(was, str):
            left[path] = was
        else:
            files.append(File(path, now, was))
    files += _in_the_way(repo, files, {e.op.path for e in entries} - later)
    said = tuple(text for move in moves for text in move.said)
    files.sort(key=lambda file: (file.then is not None, file.path))  # removals make room
    return Plan(span, entries[0].op.seconds, said, tuple(files), back, left)


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
    repo, journal = here.repo, here.journal
    before = journal.last()
    left = dict(plan.left)
    _move_refs(repo, plan.refs, attached=bool(journal.refs(here.lane).get(BRANCH)))
    for file in plan.files:
        try:
            if on_disk(repo, file.path) != file.now:
                left[file.path] = "it was changed just now"
            elif file.then is None:
                put_back.remove(repo.root, file.path)
            else:
                put_back.write(repo.root, file.path, file.then)
        except (InTheWay, OSError) as error:
            left[file.path] = str(error)
    here.look(by="undo")
    own = Span(before, journal.last())
    mark = Op(Kind.MARK, here.lane, 0, payload=bursts.pack(Undone(plan.span, own)))
    with journal.writing():
        journal.append([mark], clock.now())
    return Done(before, left)


def _paths(repo: Repo, entries: Iterable[Entry], back: Mapping[str, tuple[str, str]]) -> list[str]:
    """Every path that the span, or moving HEAD back, may have to do with."""
    found = {entry.op.path for entry in entries if entry.op.path}
    if "HEAD" in back and all(back["HEAD"]):
        listed = repo.git("diff-tree", "-r", "-z", "--name-only", *back["HEAD"])
        found |= {os.fsdecode(path) for path in listed.split(b"\0")[:-1]}
    return sorted(found)


def _refs_back(
    here: Opened, entries: Iterable[Entry], n: int, *, all_since: bool
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """The refs that go back, from what they are to what they were; and those that stay, and why."""
    now = {**here.journal.refs(SEED), **here.journal.refs(here.lane)}
    wanted = _own_wanted(here, n) if all_since else {}
    for entry in entries:
        if entry.op.kind is Kind.GIT and _has_before(here, entry.n):
            moves = unpack(here.journal.payload(entry.n))
            # A switch that took work away is taken back; any other movement is nobody's loss.
            switched = OWN if BRANCH in moves.refs and not all_since else ()
            for name in {*moves.lost, *(one for one in switched if one in moves.refs)}:
                then = wanted[name].then if name in wanted else moves.refs[name][0]
                wanted[name] = _Wanted(then, moves.refs[name][1])
    if HEAD in wanted and BRANCH not in wanted and (branch := now.get(BRANCH)):
        wanted.setdefault(branch, wanted[HEAD])
    moved = {name: (now.get(name, ""), want) for name, want in wanted.items()}
    moved = {name: (is_at, want) for name, (is_at, want) in moved.items() if is_at != want.then}
    stay = dict.fromkeys(
        (name for name, (is_at, want) in moved.items() if not all_since and is_at != want.after),
        "it was moved again since",
    )
    used = in_use.refs(here.repo, now.get(BRANCH, "")) if moved else {}
    stay |= {name: used[name] for name in moved if name in used}
    back = {name: (is_at, want.then) for name, (is_at, want) in moved.items() if name not in stay}
    return back, stay


def _has_before(here: Opened, n: int) -> bool:
    """Whether the lane was known before: its first look finds HEAD somewhere, and moves nothing."""
    return next(here.journal.newest(here.lane, before=n), None) is not None


class _Wanted(NamedTuple):
    """then: what a ref goes back to; after: what the span left it at"""

    then: str
    after: str = ""


def _own_wanted(here: Opened, n: int) -> dict[str, _Wanted]:
    """HEAD, and the branch it was on, as they were after an operation."""
    head, branch = own_at(here, n)
    found = {HEAD: _Wanted(head), BRANCH: _Wanted(branch)}
    return found | ({branch: _Wanted(head)} if branch else {})


def _move_refs(repo: Repo, back: Mapping[str, tuple[str, str]], *, attached: bool) -> None:
    """Refs first: each from what it is to what it was; then the index follows HEAD.

    attached: HEAD is on a branch, and goes where that goes
    """
    head = back.get(HEAD)
    for now, _ in back.values():
        keep(repo, now)
    moved = {name: pair for name, pair in back.items() if name.startswith("refs/")}
    if moved:
        updates = [Update(name, now or None, then or None) for name, (now, then) in moved.items()]
        refs.update(repo, updates, REASON)
    if BRANCH in back and back[BRANCH][1]:
        repo.git("symbolic-ref", "-m", REASON, HEAD, back[BRANCH][1])
    elif head and head[1] and (BRANCH in back or not attached):
        repo.git("update-ref", "--no-deref", "-m", REASON, HEAD, head[1])
    for name, (now, then) in back.items():
        if name.startswith(STASH) and then and not now:
            message = repo.line("log", "-1", "--format=%s", then, "--")
            repo.git("stash", "store", "-m", message, then)
    if head and all(head):
        _index_follows(repo, *head)


def _index_follows(repo: Repo, now: str, then: str) -> None:
    """The index goes from one commit to the other and keeps what else was staged, if it can."""
    try:
        repo.git("read-tree", "-i", "-m", now, then)
    except GitFailed:
        staged = _staged(repo, now)
        repo.git("read-tree", then)
        repo.git("update-index", "-z", "--index-info", stdin=staged)


def _staged(repo: Repo, head: str) -> bytes:
    """Where the index differs from a commit, as `update-index --index-info` takes it."""
    listed = repo.git("diff-index", "--cached", "--no-renames", "--name-only", "-z", head)
    names = set(listed.split(b"\0")[:-1])
    entries = repo.git("ls-files", "--stage", "-z").split(b"\0")[:-1]
    kept = [entry for entry in entries if entry.partition(b"\t")[2] in names]
    gone = [b"0 %s\t%s" % (repo.zero_oid.encode(), name) for name in sorted(names)]
    return b"".join(line + b"\0" for line in [*gone, *kept])


def on_disk(repo: Repo, path: str) -> Content | None:
    """What the path holds now; None for nothing, or for what is no content."""
    held = disk.read(repo.root, path)
    if held is None or not held.mode:
        return None
    data = (repo.root / path).read_bytes() if held.data is None else held.data
    return Content(held.mode, data)
