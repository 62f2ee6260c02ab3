"""Story: a migration was killed when its refs had moved; the next one finishes it first."""

from collections.abc import Callable, Iterable, Sequence

from git_anvcs.flows.blobs.migrate import carrying, halfway, kept, places
from git_anvcs.flows.blobs.migrate.kept import Migration
from git_anvcs.flows.blobs.migrate.places import Worktree
from git_anvcs.git import refs
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError

Each = Callable[[Sequence[str], str], Iterable[str]]


class Stuck(AnvcsError):
    """A worktree stands between two commits, and Git cannot take it to either."""


def finish(repo: Repo, each: Each) -> Migration | None:
    """Worktrees come to their HEADs, notes and records to the new commits; the migration, if any.

    What somebody has changed since stays, and is a change of that HEAD. Raises Stuck.
    """
    try:
        last = kept.last(repo)
    except kept.Unreadable:  # `undo` says so
        return None
    if last is None or not last.unfinished:
        return None
    shown = places.worktrees(repo)
    for one, pair in between(last, shown):
        settle(one, pair, one.oid)
    now = refs.read(repo, *last.refs) if last.refs else {}
    if any(now.get(ref) == pair[1] for ref, pair in last.refs.items()):
        _lead(last, shown)
        commits = kept.commits(repo, last.number)
        carrying.notes(repo, last.number, commits, again=True)
        carrying.records(repo, commits, each)
    kept.finish(repo, last.number)
    return last


def between(last: Migration, worktrees: Iterable[Worktree]) -> list[tuple[Worktree, "Pair"]]:
    """The worktrees that it left on their way, with the commits they stand between."""
    found = []
    for one in worktrees if last.unfinished else ():
        pair = last.pair(one.branch, str(one.repo.root))
        if pair and one.oid in pair and halfway.stands(one):
            found.append((one, pair))
    return found


def _lead(last: Migration, shown: Iterable[Worktree]) -> None:
    """HEADs on no branch move one by one, behind the refs; where there is work they stay."""
    for one in shown:
        pair = None if one.branch else last.pair("", str(one.repo.root))
        if pair and pair[0] == one.oid and not halfway.look(one, pair, pair[1]).theirs:
            places.move_head(one.repo, *pair, f"migrate: {last.kind}")
            settle(one, pair, pair[1])


def settle(one: Worktree, pair: "Pair", goal: str) -> None:
    """Bring it to one of both commits. Raises Stuck."""
    why = halfway.settle(one, halfway.look(one, pair, goal))
    if why:  # git-lfs ends where a content is missing, of which we need not know
        found = halfway.look(one, pair, goal)
        why = halfway.settle(one, found, {"GIT_LFS_SKIP_SMUDGE": "1"})
    if why:
        raise Stuck(
            f"{one.repo.root} was left halfway by a migration, and cannot go on: {why}",
            hint="mend that, and give the command again; nothing of yours was touched",
        )


Pair = tuple[str, str]
