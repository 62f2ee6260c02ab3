"""What a session did in another worktree and committed there, and what was merged from it to here.

Here no operation tells of it. So each file is merged: from how the other worktree had it when it
was committed, to what is here, and to the same without the session.
"""

from collections.abc import Iterator, Sequence

from git_anvcs.flows.journal.files_back import on_disk
from git_anvcs.flows.journal.followed import Followed, step
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import own_at
from git_anvcs.git.repo import Repo
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.inverse import Hunk
from git_anvcs.journal.op import Kind
from git_anvcs.journal.trail import Trail, Without
from git_anvcs.journal.versions import ABSENT, State, state_of
from git_anvcs.merge import lines

CHANGED = "it was merged to here, and others changed it since"


def brought(here: Opened, lane: str, session: str) -> Iterator[tuple[str, Without]]:
    """The files of another lane that were merged to here with the session's work."""
    followed = Followed(here, lane)
    entries = [entry for entry in here.journal.newest_by(session, lane) if entry.op.path]
    firsts = {entry.op.path: entry.n for entry in entries}
    heads: dict[str, bool] = {}  # commit -> whether it was merged
    for path, n in sorted(firsts.items()):
        upto = _committed(here, lane, path, n, heads)
        if upto:
            found = _trail(followed, session, path, (n, upto)).without()
            if found.then != found.now and not found.why:
                yield path, _merged(found, state_of(on_disk(here.repo, path)))


def _committed(here: Opened, lane: str, path: str, n: int, heads: dict[str, bool]) -> int:
    """The last operation by which the path was as a commit had it that is merged; 0 for none."""
    clean = [entry.n for entry in here.journal.of_path(lane, path, n) if _is_clean(entry)]
    for number in reversed(clean):
        head = own_at(here._replace(lane=lane), number)[0]
        if head not in heads:
            heads[head] = _is_merged(here.repo, head)
        if heads[head]:
            return number
    return 0


def _is_clean(entry: Entry) -> bool:
    return entry.op.kind in (Kind.CLEAN, Kind.DELETE) and not entry.op.differs


def _is_merged(repo: Repo, commit: str) -> bool:
    return (
        bool(commit) and repo.try_git("merge-base", "--is-ancestor", commit, "HEAD").returncode == 0
    )


def _trail(followed: Followed, session: str, path: str, span: tuple[int, int]) -> Trail:
    first, last = span
    versions = followed.of(path, first)
    trail = Trail(next(versions).state, lambda by: by == session)
    for entry, state in versions:
        if entry and entry.n > last:
            break
        step(trail, entry, state)
    return trail


def _merged(there: Without, now: State) -> Without:
    """What is here without what was brought. there: as it was committed, and without"""
    if now in (there.now, there.then):
        return Without(now, there.then)
    texts = [state.text for state in (there.now, now, there.then) if state.mode]
    known = [text for text in texts if text is not None]
    if len(known) < 3:
        # What the session took away altogether is nobody's to change since.
        return Without(now, now, (), CHANGED if now != ABSENT else "")
    hunks = tuple(_hunks(*(lines.split(text.encode()) for text in known)))
    text = b"".join(hunk.text for hunk in hunks).decode()
    why = CHANGED if any(hunk.conflict for hunk in hunks) else ""
    return Without(now, now._replace(text=text), hunks, why)


def _hunks(base: Sequence[bytes], ours: Sequence[bytes], theirs: Sequence[bytes]) -> Iterator[Hunk]:
    for chunk in lines.merge3(base, ours, theirs):
        now = b"".join(ours[chunk.ours0 : chunk.ours1])
        then = b"".join(theirs[chunk.theirs0 : chunk.theirs1])
        if chunk.kind in ("theirs", "conflict"):
            yield Hunk(now, then, chunk.kind == "conflict")
        elif now:
            yield Hunk(now, now)
