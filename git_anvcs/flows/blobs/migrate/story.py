"""Story: a whole history is moved to other pointers, or to none, and can be moved back.

Everything is written first, and looked for; then the refs move, all or none; then the worktrees
follow. Records and notes go from the old commits to the new ones.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
import shlex
from typing import NamedTuple

from git_anvcs.flows import reconcile
from git_anvcs.flows.blobs.migrate import contents, history, kept, places
from git_anvcs.flows.blobs.migrate.conversion import Conversion
from git_anvcs.flows.blobs.migrate.history import Rewritten
from git_anvcs.flows.blobs.migrate.kept import Migration
from git_anvcs.flows.blobs.migrate.places import Place
from git_anvcs.flows.blobs.migrate.trees import Trees
from git_anvcs.git import refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied, UsageError
from git_anvcs.provenance.records import NOTES_REF

Each = Callable[[Sequence[str], str], Iterable[str]]


class Plan(NamedTuple):
    """A migration to be made.

    check: called when all is written and nothing has moved, to fetch what the new history needs;
        raises to leave everything as it was
    env: for the git that fills the worktrees
    """

    kind: str
    conversion: Conversion
    check: Callable[[], None] = lambda: None
    env: Callable[[], Mapping[str, str]] = dict


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
    """A worktree that did not follow: why, and what brings it along."""

    folder: str
    why: str
    command: str


def migrate(repo: Repo, place: Place, plan: Plan, each: Each, *, dry_run: bool = False) -> Outcome:
    """Do it. Raises PolicyDenied for a worktree with changes, when it begins and again before
    anything moves: a rewrite takes long, and people go on working. Then nothing was done.
    """
    if not dry_run:
        places.refuse_unclean(place.worktrees)
    with contents.opened(repo, dry=dry_run) as opened:
        trees = Trees(opened, plan.conversion)
        done = history.rewrite(repo, opened, trees, place.tips, each)
    moved = {ref: (old, done.now(old)) for ref, old in place.refs.items() if done.now(old) != old}
    outcome = Outcome(0, done.seen, len(done.commits), done.unsigned, moved)
    if dry_run or not done.commits:
        return outcome
    plan.check()
    shown = place._replace(worktrees=places.refuse_moved(repo, place, done.now))
    number = _move(repo, shown, plan.kind, done, moved)
    left = _follow(shown, done, plan.env())
    notes = _carry_notes(repo, number, done.commits)
    pairs = {new: old for old, new in done.commits.items()}
    records = reconcile.declared(repo, pairs, lambda oids: each(oids, "carrying records"))
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
        or (not one.branch and last.heads.get(str(one.repo.root), ("", ""))[1] == one.oid)
    ]
    places.refuse_unclean(shown, {str(one.repo.root): _before(last, one) for one in shown})
    back = [Update(ref, now.get(ref), old) for ref, (old, _) in last.refs.items()]
    gone = refs.read(repo, f"{kept.BACKUPS}{last.number}/")
    drop = [Update(ref, oid, None) for ref, oid in gone.items()]
    reason = f"migrate: undo {last.kind}"
    refs.update(repo, [one for one in back if one.old != one.new], reason)
    left = []
    for one in shown:
        old, new = last.refs.get(one.branch) or last.heads[str(one.repo.root)]
        if not one.branch:
            _detached(one.repo, one.oid, old or "", reason)
        left += followed(one, new or "", old or "", env)
    refs.update(repo, drop, reason)
    kept.save(repo, last._replace(undone=True))
    return last, tuple(left)


def _before(last: Migration, one: places.Worktree) -> str:
    """What a worktree was at: one that was killed between refs and worktrees stands there still."""
    pair = last.refs.get(one.branch) or last.heads.get(str(one.repo.root))
    return (pair[0] or "") if pair else ""


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
            _detached(one.repo, one.oid, done.now(one.oid), "migrate")
        left += followed(one, one.oid, done.now(one.oid), env)
    return tuple(left)


def followed(
    one: places.Worktree, old: str, new: str, env: Mapping[str, str] | None = None
) -> list[Left]:
    """A worktree follows its HEAD; or it is left, with all that is in it."""
    why = places.follow(one, old, new, env=env)
    root = str(one.repo.root)
    command = shlex.join(("git", "-C", root, *places.follow_words(old, new)))
    return [Left(root, why, command)] if why else []


def _detached(repo: Repo, old: str, new: str, reason: str) -> None:
    repo.git("update-ref", "--no-deref", "-m", reason, "HEAD", new, old)


def _carry_notes(repo: Repo, number: int, commits: Mapping[str, str]) -> int:
    """Notes of the old commits are the new ones' as well (git-notes(1), `copy`); how many.

    Records are notes, too, and have a way of their own.
    """
    count = 0
    before = {
        ref: oid
        for ref, oid in refs.read(repo, "refs/notes/").items()
        if not ref.startswith(NOTES_REF)
    }
    for ref in before:
        listed = repo.git("notes", f"--ref={ref}", "list").decode().splitlines()
        noted = [oid for line in listed if (oid := line.split(" ")[1]) in commits]
        if noted:
            pairs = "".join(f"{oid} {commits[oid]}\n" for oid in noted)
            repo.git("notes", f"--ref={ref}", "copy", "-f", "--stdin", stdin=pairs.encode())
            count += len(noted)
    after = refs.read(repo, "refs/notes/")
    moved = {ref: (oid, after[ref]) for ref, oid in before.items() if after[ref] != oid}
    made = kept.read(repo, number)
    if moved and made:
        kept.save(repo, made._replace(refs={**made.refs, **moved}))
        refs.update(
            repo,
            [Update(made.backup(ref), None, old) for ref, (old, _) in moved.items()],
            f"migrate: {made.kind}",
        )
    return count
