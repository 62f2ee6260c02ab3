"""Refs, HEAD and the index back to where a span of operations found them, by compare-and-swap."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from git_anvcs.flows.journal import in_use
from git_anvcs.flows.journal.kept import keep
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import own_at
from git_anvcs.git import index_tree, objects, refs, stash, tips_seen
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.git.tips_seen import BRANCH, HEAD, INDEX, STASH
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.moves import Moves, unpack
from git_anvcs.journal.op import Kind
from git_anvcs.journal.texts import SEED

REASON = "anvcs: undo"

AGAIN = "it was moved again since"
GONE = "Git does not have it any more"
_OWN = (HEAD, BRANCH)
BY_HAND = ("reset:", "checkout:")

# name -> what it is and what it becomes, empty for nothing
Back = dict[str, tuple[str, str]]
# name -> why it stays
Left = dict[str, str]


class Wanted(NamedTuple):
    """then: what a ref goes back to; after: what the span left it at, None for whatever it is"""

    then: str
    after: str | None = None


def of_burst(here: Opened, entries: Iterable[Entry]) -> tuple[Back, Left]:
    """What a burst took away goes back; and the refs that stay, each with why."""
    wanted: dict[str, Wanted] = {}
    for _, moves in _moves(here, entries):
        # A switch or a reset that took work away is taken back; any other is nobody's loss.
        by_hand = any(text.startswith(BY_HAND) for text in moves.said)
        switched = _OWN if BRANCH in moves.refs or by_hand else ()
        names = {*moves.lost, *(one for one in switched if one in moves.refs)}
        staged, unstaged = moves.refs.get(INDEX, ("", ""))
        _note(wanted, names | ({INDEX} if staged and not unstaged else set()), moves)
    return _possible(here, wanted)


def of_moment(here: Opened, n: int, entries: Iterable[Entry]) -> tuple[Back, Left]:
    """HEAD, its branch and the index as they were after an operation, and what was lost since."""
    own = own_at(here, n)
    wanted = {HEAD: Wanted(own.head), BRANCH: Wanted(own.branch), INDEX: Wanted(own.staged)}
    if own.branch:
        wanted[own.branch] = Wanted(own.head)
    for _, moves in _moves(here, entries):
        for name in sorted(set(moves.lost) - wanted.keys()):
            wanted[name] = Wanted(moves.refs[name][0])
    return _possible(here, wanted)


def of_operation(here: Opened, entries: Sequence[Entry]) -> tuple[Back, Left]:
    """Everything that Git moved then, or nothing of it, with what depends on it since."""
    wanted: dict[str, Wanted] = {}
    for _, moves in _moves(here, entries):
        _note(wanted, {name for name, (old, new) in moves.refs.items() if old != new}, moves)
    back, left = _possible(here, wanted)
    if left.get(INDEX) == AGAIN:
        del left[INDEX]  # what was staged since stays so
    for name in left:
        if left[name] == AGAIN:
            left[name] = f"{AGAIN}, by {_by_whom(here, name, entries[-1].n)}"
    return ({}, left) if left else (back, {})


def _moves(here: Opened, entries: Iterable[Entry]) -> list[tuple[int, Moves]]:
    """What moved; the first look of a lane finds HEAD somewhere, and moves nothing."""
    journal, lane = here.journal, here.lane
    return [
        (entry.n, unpack(journal.payload(entry.n)))
        for entry in entries
        if entry.op.kind is Kind.GIT
        and next(journal.newest(lane, before=entry.n), None) is not None
    ]


def _note(wanted: dict[str, Wanted], names: Iterable[str], moves: Moves) -> None:
    """Back to before the first of several movements, if it is still where the last one left it."""
    for name in names:
        then = wanted[name].then if name in wanted else moves.refs[name][0]
        wanted[name] = Wanted(then, moves.refs[name][1])


def _possible(here: Opened, wanted: dict[str, Wanted]) -> tuple[Back, Left]:
    now = {**here.journal.refs(SEED), **here.journal.refs(here.lane)}
    if HEAD in wanted and BRANCH not in wanted and (branch := now.get(BRANCH)):
        wanted.setdefault(branch, wanted[HEAD])
    # In order, for whoever reads what is done; HEAD comes first.
    moved = {name: (now.get(name, ""), want) for name, want in sorted(wanted.items())}
    moved = {name: (is_at, want) for name, (is_at, want) in moved.items() if is_at != want.then}
    left = {
        name: AGAIN
        for name, (is_at, want) in moved.items()
        if want.after is not None and is_at != want.after
    }
    left |= dict.fromkeys(_not_there(here.repo, {n: w.then for n, (_, w) in moved.items()}), GONE)
    used = in_use.refs(here.repo, now.get(BRANCH, "")) if moved else {}
    left |= {name: used[name] for name in moved if name in used}
    if BRANCH in moved and BRANCH in used and HEAD in moved:
        left[HEAD] = used[BRANCH]
    if INDEX in moved and (HEAD in left or _is_conflicted(here.repo)):
        left[INDEX] = left.get(HEAD, "files are in conflict")
    back = {name: (is_at, want.then) for name, (is_at, want) in moved.items() if name not in left}
    return back, left


def _not_there(repo: Repo, wanted: Mapping[str, str]) -> list[str]:
    """Those whose commit or tree Git does not have any more."""
    asked = {name: oid for name, oid in wanted.items() if oid and name != BRANCH}
    found = objects.ids(repo, [f"{oid}^{{}}" for oid in asked.values()])
    return [name for name, oid in zip(asked, found, strict=True) if oid is None]


def _is_conflicted(repo: Repo) -> bool:
    return bool(repo.git("ls-files", "--unmerged", "-z"))


def _by_whom(here: Opened, name: str, n: int) -> str:
    """The first operation after `n` that moved a ref, as the timeline tells it."""
    later = here.journal.newest(kinds=(Kind.GIT,))
    since = [entry.n for entry in takewhile(lambda entry: entry.n > n, later)]
    for number in reversed(since):
        moves = unpack(here.journal.payload(number))
        if name in moves.refs:
            return f"#{number} ({', '.join(moves.said) or 'Git says nothing'})"
    return "an operation that the journal has not"


def move(repo: Repo, back: Mapping[str, tuple[str, str]], *, attached: bool) -> None:
    """Refs first: each from what it is to what it was; then the index follows HEAD.

    attached: HEAD is on a branch, and goes where that goes
    Raises RefMoved, GitFailed.
    """
    for name, (now, _) in back.items():
        if name not in (BRANCH, INDEX):
            keep(repo, now)
    moved = {name: pair for name, pair in back.items() if name.startswith("refs/")}
    if moved:
        updates = [Update(name, now or None, then or None) for name, (now, then) in moved.items()]
        refs.update(repo, updates, REASON)
    _move_head(repo, back, attached=attached)
    _move_stashes(repo, {name: pair for name, pair in back.items() if name.startswith(STASH)})
    if INDEX in back:
        _index_is(repo, back[INDEX][1])
    elif all(head := back.get(HEAD, ("", ""))):
        _index_follows(repo, *head)


def _move_head(repo: Repo, back: Mapping[str, tuple[str, str]], *, attached: bool) -> None:
    head, branch = (back.get(name, ("", ""))[1] for name in (HEAD, BRANCH))
    if branch:
        repo.git("symbolic-ref", "-m", REASON, HEAD, branch)
    elif head and (BRANCH in back or not attached):
        repo.git("update-ref", "--no-deref", "-m", REASON, HEAD, head)


def _move_stashes(repo: Repo, back: Mapping[str, tuple[str, str]]) -> None:
    listed = stash.listed(repo, most=tips_seen.MOST_STASHES)[::-1]
    for now, then in back.values():
        if now in listed and not then:
            repo.git("stash", "drop", "-q", f"stash@{{{listed.index(now)}}}")
            listed.remove(now)
    come = [then for now, then in back.values() if then and not now]
    left = repo.resolve("refs/stash")
    if left in come and not listed:  # `reflog expire --all` leaves a ref without its list
        repo.git("update-ref", "-d", "refs/stash", left)
    if come:
        oldest_first = repo.git("rev-list", "--no-walk", "--reverse", *come, "--").decode().split()
        for oid in oldest_first:
            message = repo.line("log", "-1", "--format=%s", oid, "--")
            repo.git("stash", "store", "-m", message, oid)


def _index_is(repo: Repo, tree: str) -> None:
    """The index holds a tree, or what HEAD has; what is the same there keeps its other marks."""
    head = repo.resolve("HEAD")
    wanted = tree or (f"{head}^{{tree}}" if head else repo.line("mktree"))
    staged = index_tree.written(repo)
    if staged:
        repo.git("read-tree", "-i", "-m", staged, wanted)
    else:
        repo.git("read-tree", wanted)


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
