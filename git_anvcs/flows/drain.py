"""Story: what hooks and agents wrote down becomes records.

Every reading command calls `drain` first, `pre-push` too, and a hook starts one in the
background. One drain runs at a time. The order inside is what makes a crash harmless: records
are written, then the state that says so; what is repeated finds its record in place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
import time
from typing import NamedTuple

from git_anvcs.flows import drain_state, intake, made, mirror, rebased, record_commit
from git_anvcs.flows.contents import Asked, Contents
from git_anvcs.flows.drain_state import State
from git_anvcs.flows.intake import Pending
from git_anvcs.flows.made import Made
from git_anvcs.flows.record_commit import Recorded
from git_anvcs.git import reflog
from git_anvcs.git.reflog import Move
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import subject
from git_anvcs.store import lock, snapshots, spool
from git_anvcs.store.paths import Paths
from git_anvcs.store.spool import Line

# Lines taken up before records are written: a crash repeats at most this much.
_ROUNDS = 1000

_HOOK_SECONDS = 0.02


class Drained(NamedTuple):
    """What a drain did.

    recorded: commits that have a new record; set_aside: lines that could not be used
    problem: why it could not be done, or the empty string; nothing is lost then, it waits
    """

    recorded: tuple[str, ...] = ()
    set_aside: int = 0
    problem: AnvcsError | None = None


def drain(repo: Repo, *, timeout: float = 30.0, for_hooks: float = 0.0) -> Drained:
    """Do all there is to do. A problem is returned, not raised: readers go on with what is there.

    timeout: seconds to wait for a drain that is running already
    for_hooks: seconds to wait for the line of a commit that only the reflog tells of: its hook may
        still be running, and it knows more. Who reads after a commit need not wait.
    """
    paths = Paths(repo.common_dir)
    recorded: dict[str, None] = {}
    set_aside = 0
    try:
        if not _set_up(paths):
            return Drained()
        if not something_to_do(repo, paths):
            _lower_flag(paths)
            return Drained()
        with lock.held(paths.locks / "drain", timeout=timeout):
            if not _set_up(paths):  # uninstalled while we waited
                return Drained()
            for _ in range(_ROUNDS):
                done, again = _drain_once(repo, paths, for_hooks)
                recorded.update(dict.fromkeys(done.recorded))
                set_aside += done.set_aside
                if not again:
                    _lower_flag(paths)
                    break
    except AnvcsError as error:
        return Drained(tuple(recorded), set_aside, error)
    return Drained(tuple(recorded), set_aside)


@contextmanager
def kept_out(repo: Repo) -> Iterator[None]:
    """Wait for a drain that is running, and let none begin in the block."""
    if not Paths(repo.common_dir).home.is_dir():  # nobody drains here
        yield
        return
    with lock.held(Paths(repo.common_dir).locks / "drain"):
        yield


def _lower_flag(paths: Paths) -> None:
    state = drain_state.load(paths)
    if state is not None:
        spool.lower_flag(paths, state.mark)


def _set_up(paths: Paths) -> bool:
    """Whether this repository is one of ours; in another one nothing is made."""
    return paths.home.is_dir() and not paths.off.exists()


def something_to_do(repo: Repo, paths: Paths) -> bool:
    """Whether a drain would find anything; a few stat calls, no process (files backend)."""
    if not _set_up(paths):
        return False
    state = drain_state.load(paths)
    if state is None or spool.pending(paths, state.mark):
        return True
    if any(not _in_rebase(repo, found.worktree) for found in state.held):
        return True
    return any(moves for moves, _ in _read_reflogs(repo, state).values())


class _Round(NamedTuple):
    """One pass over what is new, before anything is written."""

    lines: Sequence[Line]
    mark: spool.Mark
    moves: Mapping[str, Sequence[Move]]
    reflogs: Mapping[str, reflog.Mark]
    rebasing: frozenset[str]

    @property
    def lacks_lines(self) -> bool:
        """Whether a commit was made whose hook may be about to write its line."""
        told = {(line.worktree, (line.value or {}).get("commit")) for line in self.lines}
        return any(
            made.has_hook(move.message) and (name, move.new) not in told
            for name, moves in self.moves.items()
            for move in moves
        )


def _drain_once(repo: Repo, paths: Paths, for_hooks: float) -> tuple[Drained, bool]:
    """One round; the second value says whether to look once more."""
    saved = drain_state.load(paths)
    state = saved or State()
    found = _look(repo, paths, state, first=saved is None)
    ends = time.monotonic() + for_hooks
    while time.monotonic() < ends and found.lacks_lines:
        time.sleep(_HOOK_SECONDS)
        lines, mark = spool.read(paths, state.mark)
        found = found._replace(lines=lines, mark=mark)
    with Contents(repo, _journal(repo, paths)) as contents:
        taken = _Taken(repo, state, found, contents)
        done = taken.record()
    mirror.update(repo, done.texts)  # before the state: killed in between, it is all done again
    for line in taken.unusable:
        spool.put_aside(paths, line)
    pending = intake.without_gone(repo, taken.pending)
    after = State(found.mark, found.reflogs, pending, taken.held, taken.squashes)
    if after != state:
        drain_state.save(paths, after)
        moved = spool.rotate(paths, after.mark)
        if moved != after.mark:
            drain_state.save(paths, after._replace(mark=moved))
    if snapshots.is_due(paths):
        snapshots.sweep(paths, intake.snapshots_needed(pending), snapshots.KEPT_SECONDS)
    return Drained(done.changed, len(taken.unusable)), bool(found.lines)


def _journal(repo: Repo, paths: Paths) -> Callable[[Asked], Mapping[int, str]] | None:
    """The journal, where there is one, is asked for what snapshots do not tell."""
    if not (paths.journal / "journal.db").is_file():
        return None

    def owners(asked: Asked) -> Mapping[int, str]:
        from git_anvcs.flows import journalled  # loads a database, and rarely needed

        return journalled.owners(repo, asked)

    return owners


def _look(repo: Repo, paths: Paths, state: State, *, first: bool) -> _Round:
    # The reflogs before the spool: a commit's hook writes after Git does, so a commit seen in
    # the reflog has its line in the spool already, unless its hook is still running.
    # And before both, who is rebasing: the last word of a rebase comes before its folder goes.
    known = {*reflog.worktrees(repo.common_dir), *(found.worktree for found in state.held)}
    rebasing = frozenset(name for name in known if _in_rebase(repo, name))
    read = _read_reflogs(repo, state)
    lines, mark = spool.read(paths, state.mark)
    moves = {name: [] if first else moves for name, (moves, _) in read.items()}
    marks = {name: mark for name, (_, mark) in read.items()}
    return _Round(lines, mark, moves, marks, rebasing)


def _read_reflogs(repo: Repo, state: State) -> dict[str, tuple[list[Move], reflog.Mark]]:
    return {
        name: reflog.read(repo, git_dir, state.reflogs.get(name, reflog.Mark()))
        for name, git_dir in reflog.worktrees(repo.common_dir).items()
    }


class _Taken:
    """Lines and moves taken up: the commits among them, and what stays for later."""

    def __init__(self, repo: Repo, state: State, found: _Round, contents: Contents) -> None:
        self.repo = repo
        self.contents = contents
        self.pending: Pending = state.pending
        self.squashes: dict[str, tuple[str, ...]] = dict(state.squashes)
        self.held: tuple[Made, ...] = ()
        self.unusable: list[Line] = []
        self._queue: list[Made] = list(state.held)
        self._rewrites: dict[str, Made] = {}
        self._released: set[str] = set()
        self._news: set[str] = set()
        self._rebasing = found.rebasing
        self._past = rebased.Past(repo)
        self._moves = {
            (name, move.new): move
            for name, moves in found.moves.items()
            for move in moves
            if made.makes_commit(move.message)
        }
        self._facts = subject.load(repo, self._mentioned(found.lines))
        contents.expect(facts.commit for facts in self._facts.values())
        for line in found.lines:
            self._take(line)
        self._witness()
        self.pending = intake.at_end(repo, self.pending, contents)

    def record(self) -> Recorded:
        """Write the records of every commit that need not wait for the end of a rebase."""
        queued = [self._declared(m) for m in self._queue]
        self.held = tuple(m for m in queued if self._waits(m))
        known = {m.oid for m in queued}
        more = [m for oid, m in self._rewrites.items() if oid not in known]
        ready = [m for m in [*queued, *more] if not self._waits(m)]
        steps = [m.oid for m in ready if self._may_be_superseded(m)]
        gone = set(steps) - rebased.kept(self.repo, steps, self._news)
        ready = [m for m in ready if m.oid not in gone]
        both = [*ready, *self.held] if ready else []
        self._facts.update(subject.load(self.repo, {m.oid for m in both} - set(self._facts)))
        ready = [m for m in ready if m.oid in self._facts]
        waiting = [m for m in self.held if m.oid in self._facts]
        return record_commit.record_commits(
            self.contents, ready, self._facts, clock.now(), waiting=waiting
        )

    def _declared(self, found: Made) -> Made:
        """The commit with what post-rewrite declared it to replace."""
        rewrite = self._rewrites.get(found.oid)
        return found._replace(replaced=rewrite.replaced) if rewrite else found

    def _waits(self, found: Made) -> bool:
        """Whether a rebase that is going on may still replace it."""
        return found.worktree not in self._released and found.worktree in self._rebasing

    def _may_be_superseded(self, found: Made) -> bool:
        """Whether it may be a step of a rebase that ended in another commit."""
        return found.worktree in self._released and found.in_rebase and not found.replaced

    def _take(self, line: Line) -> None:
        match line.kind:
            case "commit" | "merge":
                self._take_commit(line)
            case "rewrite":
                self._take_rewrite(line)
            case "agent" | "context":
                self._take_event(line)
            case _:
                reason = line.reason or f"no line is of kind {line.kind!r}"
                self.unusable.append(line._replace(reason=reason))

    def _take_commit(self, line: Line) -> None:
        value = line.value or {}
        found = made.from_line(value, line.worktree, None)
        squashed = made.oids(value.get("squash"))
        if line.kind == "merge" and squashed:  # newest first, as SQUASH_MSG has them
            self.squashes[line.worktree] = (found.oid, *reversed(squashed))
            return
        move = self._moves.pop((line.worktree, found.oid), None)
        if line.kind == "merge" and move is None:
            return  # a fast-forward: somebody else's commit
        # The reflog may have been read while the hook was still about to write its line.
        move = move or self._past.maker(line.worktree, found.oid)
        if found.oid not in self._facts:
            self.unusable.append(line._replace(reason="its commit does not exist here"))
            return
        self._enqueue(made.from_line(value, line.worktree, move), value)

    def _take_rewrite(self, line: Line) -> None:
        value = line.value or {}
        by = "rebase" if value.get("by") == "rebase" else "amend"
        listed = value.get("pairs")
        both = [made.oids(pair) for pair in listed] if isinstance(listed, list) else []
        pairs = [(pair[0], pair[1]) for pair in both if len(set(pair)) == 2]
        if by == "rebase":
            self._news.update(new for _, new in pairs)
            pairs = rebased.proven(self.repo, pairs, self._past.moves(line.worktree))
        for old, new in pairs:
            self._rewritten(Made(new, line.worktree, by), old)
        if by == "rebase":
            self._released.add(line.worktree)

    def _rewritten(self, new: Made, old: str) -> None:
        """One declared pair. A rebase's list is the whole truth, its own amends were steps."""
        kept = self._rewrites.get(new.oid, new)
        if kept.action != new.action:
            kept = new
        olds = dict.fromkeys([*kept.replaced, old])
        self._rewrites[new.oid] = kept._replace(replaced=tuple(olds))

    def _take_event(self, line: Line) -> None:
        value = line.value or {}
        try:
            self.pending = intake.fold(self.repo, self.pending, line.worktree, value, self.contents)
        except ValueError as error:
            self.unusable.append(line._replace(reason=str(error)))

    def _witness(self) -> None:
        """Commits that only the reflog tells of: hooks were off, or it was another tool."""
        for (name, oid), move in self._moves.items():
            facts = self._facts.get(oid)
            if facts is None:
                continue
            if made.surely_makes_commit(move.message) or move.old in facts.commit.parents:
                self._enqueue(made.from_move(move, name), {})

    def _enqueue(self, found: Made, line: Mapping[str, object]) -> None:
        facts = self._facts[found.oid]
        base, *squashed = self.squashes.pop(found.worktree, ("",))
        if facts.commit.parents == (base,):
            found = found._replace(squashed=tuple(squashed))
        claim, self.pending = intake.claim_for(
            self.repo, self.pending, found, facts, line, self.contents
        )
        self._queue.append(found._replace(claim=claim))

    def _mentioned(self, lines: Iterable[Line]) -> list[str]:
        named = [str((line.value or {}).get("commit")) for line in lines]
        oids = made.oids([*named, *(oid for _, oid in self._moves)])
        return list(dict.fromkeys(oids))


def _in_rebase(repo: Repo, worktree: str) -> bool:
    git_dir = repo.common_dir / worktree
    try:
        return (git_dir / "rebase-merge").is_dir() or (git_dir / "rebase-apply").is_dir()
    except PermissionError:  # the worktree of another user, who drains it
        return False
