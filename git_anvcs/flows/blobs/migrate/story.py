"""Story: a whole history is moved to other pointers, or to none, and can be moved back.

Everything is written first, and looked for; then the refs move, all or none; then the worktrees
follow. Records and notes go from the old commits to the new ones.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
import shlex
from typing import NamedTuple

from git_anvcs.flows.blobs.migrate import (
    carrying,
    contents,
    finishing,
    halfway,
    history,
    kept,
    places,
)
from git_anvcs.flows.blobs.migrate.conversion import Conversion
from git_anvcs.flows.blobs.migrate.history import Rewritten
from git_anvcs.flows.blobs.migrate.kept import Migration
from git_anvcs.flows.blobs.migrate.places import Place
from git_anvcs.flows.blobs.migrate.trees import Trees
from git_anvcs.git import refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import PolicyDenied, UsageError

Each = Callable[[Sequence[str], str], Iterable[str]]


class Plan(NamedTuple):
    """A migration to be made.

    check: called when all is written and nothing has moved, to fetch what the new history needs;
        raises to leave everything as it was
    env: for the git that fills the worktrees
    origins: commit -> the tree it was made from, by the migration that this one takes back
    """

    kind: str
    conversion: Conversion
    check: Callable[[], None] = lambda: None
    env: Callable[[], Mapping[str, str]] = dict
    origins: Mapping[str, str] | None = None


class Outcome(NamedTuple):
    """number: of the migration, to undo it by; 0 where nothing changed or it was a dry run

    moved: ref -> (old, new); records, notes: how many went to new commits
    left: worktrees whose files are still the old ones, since somebody was at work there
    """

    number: int
    seen: int
    commits: int
    unsigned: int
    moved: Mapping[str, tuple[str, str]]
    records: int = 0
    notes: int = 0
    left: tuple["Left", ...] = ()


class Left(NamedTuple):
    """A worktree that did not follow: why, and what brings it along.

    halfway: Git stopped on its way; there is no command, and the next migration goes on with it
    """

    folder: str
    why: str
    command: str
    halfway: bool = False


def migrate(repo: Repo, place: Place, plan: Plan, each: Each, *, dry_run: bool = False) -> Outcome:
    """Do it. Raises PolicyDenied for a worktree with changes, when it begins and again before
    anything moves: a rewrite takes long, and people go on working. Then nothing was done.
    """
    if not dry_run:
        places.refuse_unclean(place.worktrees)
    with contents.opened(repo, dry=dry_run) as opened:
        trees = Trees(opened, plan.conversion)
        done = history.rewrite(repo, opened, trees, place.tips, each, plan.origins)
    moved = {ref: (old, done.now(old)) for ref, old in place.refs.items() if done.now(old) != old}
    outcome = Outcome(0, done.seen, len(done.commits), done.unsigned, moved)
    if dry_run or not done.commits:
        return outcome
    plan.check()
    shown = place._replace(worktrees=places.refuse_moved(repo, place, done.now))
    number = _move(repo, shown, plan.kind, done, moved)
    left = _follow(shown, done, plan.env())
    notes = carrying.notes(repo, number, done.commits)
    records = carrying.records(repo, done.commits, each)
    if not any(one.halfway for one in left):
        kept.finish(repo, number)
    return outcome._replace(number=number, records=records, notes=notes, left=left)


def undo(repo: Repo, env: Mapping[str, str] | None = None) -> tuple[Migration, tuple[Left, ...]]:
    """Take the last migration back: refs, HEADs, notes, worktrees. Raises UsageError, PolicyDenied.

    Refused where a ref has moved on since: what came after would be lost.
    """
    last = kept.last(repo)
    if last is None:
        raise UsageError("no migration of this clone is left to undo", hint="git reflog")
    now = refs.read(repo, *last.refs)
    on = [ref for ref, pair in last.refs.items() if now.get(ref) not in pair]
    if on:
        raise PolicyDenied(
            f"{on[0]} has moved since the migration: to undo it would lose what came after",
            hint=f"{last.backup(on[0])} is what it was before; rebase onto it, or reset to it",
        )
    shown = [
        one
        for one in places.worktrees(repo)
        if one.branch in last.refs
        or (not one.branch and one.oid in (_pair(last, one) or ())[0 if last.unfinished else 1 :])
    ]
    half = {one.repo.root: pair for one, pair in _untouched(last, shown)}
    before = {str(one.repo.root): (_pair(last, one) or ("",))[0] for one in shown}
    places.refuse_unclean([one for one in shown if one.repo.root not in half], before)
    kept.begin(repo, last.number)
    back = [Update(ref, now.get(ref), old) for ref, (old, _) in last.refs.items()]
    gone = refs.read(repo, f"{kept.BACKUPS}{last.number}/")
    drop = [Update(ref, oid, None) for ref, oid in gone.items()]
    reason = f"migrate: undo {last.kind}"
    refs.update(repo, [one for one in back if one.old != one.new], reason)
    left = []
    for one in shown:
        old, new = _pair(last, one) or ("", "")
        if not one.branch:
            places.move_head(one.repo, one.oid, old, reason)
        if one.repo.root in half:
            finishing.settle(one, (old, new), old)
        else:
            left += followed(one, new, old, env)
    refs.update(repo, drop, reason)
    kept.save(repo, last._replace(undone=True))
    kept.finish(repo, last.number)
    return last, tuple(left)


def _untouched(
    last: Migration, shown: Sequence[places.Worktree]
) -> list[tuple[places.Worktree, tuple[str, str]]]:
    """Those that it left halfway, and nobody has changed since.

    The others come to their HEADs, so that what was changed is seen as what it is.
    """
    found = finishing.between(last, shown)
    touched = [one for one in found if halfway.look(*one, one[0].oid).theirs]
    for one, pair in touched:
        finishing.settle(one, pair, one.oid)
    return [one for one in found if one not in touched]


def _pair(last: Migration, one: places.Worktree) -> tuple[str, str] | None:
    return last.pair(one.branch, str(one.repo.root))


def _move(
    repo: Repo, place: Place, kind: str, done: Rewritten, moved: Mapping[str, tuple[str, str]]
) -> int:
    """Move the refs and keep what they were; the number that undoes it."""
    heads = {
        str(one.repo.root): (one.oid, done.now(one.oid))
        for one in place.worktrees
        if not one.branch and done.now(one.oid) != one.oid
    }
    made = Migration(kept.next_number(repo), kind, moved, heads)
    kept.begin(repo, made.number)
    kept.save(repo, made, done.commits)
    updates = [Update(ref, old, new) for ref, (old, new) in moved.items()]
    updates += [Update(made.backup(ref), None, old) for ref, (old, _) in moved.items()]
    updates += [
        Update(made.backup(f"heads-of-worktrees/{n}"), None, old)
        for n, (old, _) in enumerate(heads.values())
        if old
    ]
    refs.update(repo, updates, f"migrate: {kind}")
    return made.number


def _follow(place: Place, done: Rewritten, env: Mapping[str, str]) -> tuple[Left, ...]:
    """Worktrees show the new history; Git touches only the files whose blobs differ."""
    left = []
    for one in place.worktrees:
        if done.now(one.oid) == one.oid:
            continue
        if not one.branch:
            places.move_head(one.repo, one.oid, done.now(one.oid), "migrate")
        left += followed(one, one.oid, done.now(one.oid), env)
    return tuple(left)


def followed(
    one: places.Worktree, old: str, new: str, env: Mapping[str, str] | None = None
) -> list[Left]:
    """A worktree follows its HEAD; or it is left, with all that is in it.

    Where nobody has changed anything it was Git, or the filter, that was stopped: once more then.
    """
    root = str(one.repo.root)
    why = places.follow(one, old, new, env=env)
    if why and not (found := halfway.look(one, (old, new), new)).theirs:
        try:
            why = halfway.settle(one, found, env)
        except GitFailed as error:
            why = error.message
        return [Left(root, why, "", halfway=True)] if why else []
    command = shlex.join(("git", "-C", root, *places.follow_words(old, new)))
    return [Left(root, why, command)] if why else []
