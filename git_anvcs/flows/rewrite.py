"""Story: a commit replaces or copies others; find which, by proof, or say that nobody knows.

The ladder, first hit wins: declared pair, change id, equal tree, patch id, same author and
moment and message (range-diff). Every rung below the first demands that the older commit is no
ancestor of the new one, and that only one record answers: a wrong record is worse than none.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
import re
from typing import NamedTuple

from git_anvcs.flows import pieces
from git_anvcs.flows.made import Made, joins
from git_anvcs.git import commits, reflog
from git_anvcs.git.commits import Commit
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.reflog import Move
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import subject
from git_anvcs.provenance.reanchor import Origin
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.subject import Facts

# How far back the rungs that need to search look: recent places of HEAD in every worktree.
_RECENT_MOVES = 300
_RECENT_COMMITS = 500
_LONGEST_SQUASH = 200

PICKED = re.compile(r"^\(cherry picked from commit ([0-9a-f]{40,64})\)$", re.MULTILINE)
_REVERTED = re.compile(r"^This reverts commit ([0-9a-f]{40,64})", re.MULTILINE)
_SQUASHED = re.compile(r"^\s*commit ([0-9a-f]{40,64})$", re.MULTILINE)
_SQUASH_TITLE = "Squashed commit of the following:"


class Search(NamedTuple):
    """Where to look for origins.

    candidates: recent commits, oldest first; records: the record of a commit, if it has one
    seen: the places (worktree, commit) where HEAD was
    moves: worktree -> how HEAD came there, oldest first
    """

    repo: Repo
    candidates: Mapping[str, Commit]
    records: Callable[[Iterable[str]], Mapping[str, Record]]
    seen: frozenset[tuple[str, str]]
    moves: Mapping[str, Sequence[Move]]


def origin(made: Made, facts: Facts, search: Callable[[], Search]) -> Origin | None:
    """What `made` was made from; None for a commit of its own.

    search: called only when nothing is declared
    """
    found = declared(made, facts.commit)
    if found or (made.action.startswith("commit (initial)")):
        return found
    picked = _said_to_be_picked(facts, search)
    if picked:
        return Origin("rebase" if made.in_rebase else "cherry-pick", (picked,), "declared")
    for squashed in (_declared_squash, _listed_squash):
        found = squashed(made, facts, search)
        if found:
            return found
    where = search()
    for rung in (_by_change_id, _by_tree, _by_pieces, _by_patch_id, _by_moment):
        found = rung(where, made, facts)
        if found:
            return _with_joined(where, made, found)
    return None


def declared(made: Made, commit: Commit) -> Origin | None:
    """What Git itself said: post-rewrite, the reflog, CHERRY_PICK_HEAD, a revert's message."""
    if made.replaced:
        return Origin(_rewrite_op(made), made.replaced, "declared")
    if made.action.startswith("commit (amend)") and made.old:
        return Origin("amend", (made.old,), "declared")
    if made.picked:
        return Origin("rebase" if made.in_rebase else "cherry-pick", (made.picked,), "declared")
    reverted = made.reverted or _only(_reverted(made, commit))
    if reverted:
        return Origin("revert", (reverted,), "declared")
    return None


def search(
    repo: Repo, mades: Sequence[Made], known: Callable[[Iterable[str]], Mapping[str, Record]]
) -> Search:
    """Where new commits may have come from: where HEAD was of late, in any worktree."""
    seen: dict[tuple[str, str], None] = {}
    moves = {}
    for name, git_dir in reflog.worktrees(repo.common_dir).items():
        moves[name] = reflog.recent(repo, git_dir)[-_RECENT_MOVES:]
        seen.update(dict.fromkeys((name, move.new) for move in moves[name]))
    found = dict.fromkeys(oid for _, oid in seen)
    if any(made.action.startswith("am") for made in mades):
        listed = repo.try_git("rev-list", f"-n{_RECENT_COMMITS}", "--branches", "--remotes")
        found = {**dict.fromkeys(listed.stdout.decode().split()[::-1]), **found}
    return Search(repo, commits.load(repo, found), known, frozenset(seen), moves)


def _rewrite_op(made: Made) -> str:
    if not made.in_rebase:
        return "amend"
    if len(made.replaced) == 1:
        return "rebase"
    return "fixup" if "(fixup)" in made.action else "squash"


def _reverted(made: Made, commit: Commit) -> tuple[str, ...]:
    if made.action.startswith("revert") or commit.subject.startswith('Revert "'):
        return commit.mentioned(_REVERTED)[:1]
    return ()


def _said_to_be_picked(facts: Facts, search: Callable[[], Search]) -> str:
    """The commit of the last line that `cherry-pick -x` writes, or a person who likes to.

    Git keeps author and moment of what it picks; where the commit is gone, its patch must do.
    """
    picked = _only(facts.commit.mentioned(PICKED)[-1:])
    if not picked:
        return ""
    old = commits.load(search().repo, [picked]).get(picked)
    if old is not None:
        return picked if old.author == facts.commit.author else ""
    record = search().records([picked]).get(picked)
    return picked if record and record.patch_id and record.patch_id == facts.patch_id else ""


def _declared_squash(made: Made, facts: Facts, search: Callable[[], Search]) -> Origin | None:
    """`git merge --squash` said what it put together; the tree proves that it was committed."""
    if not made.squashed or not facts.commit.parents:
        return None
    merge = ("merge-tree", "--write-tree", facts.commit.parents[0], made.squashed[-1])
    done = search().repo.try_git(*merge, env=AS_STORED)
    same = done.returncode == 0 and done.stdout.decode().strip() == facts.commit.tree
    return Origin("squash", made.squashed, "tree") if same else None


def _listed_squash(made: Made, facts: Facts, search: Callable[[], Search]) -> Origin | None:
    """The list in the message of `merge --squash`, when all that those commits changed is in it.

    A person may have added to it, or resolved conflicts: the tree need not be the merge's.
    """
    commit = facts.commit
    listed = commit.mentioned(_SQUASHED)[::-1] if _SQUASH_TITLE in commit.message else ()
    if not listed or not commit.parents:
        return None
    diff = ("diff", "--name-only", "-z", "--no-renames", f"{commit.parents[0]}...{listed[-1]}")
    changed = search().repo.try_git(*diff, env=AS_STORED).stdout.decode(errors="surrogateescape")
    paths = changed.split("\0")[:-1]
    whole = bool(paths) and set(paths) <= facts.changed.keys()
    return Origin("squash", listed, "declared") if whole else None


def _by_change_id(search: Search, made: Made, facts: Facts) -> Origin | None:
    """Gerrit's ids; a squash keeps those of all its parts in its message."""
    found: dict[str, str] = {}
    for change_id in facts.commit.change_ids:
        for oid, commit in list(search.candidates.items())[::-1]:
            if change_id in commit.change_ids and _may_be_origin(search, oid, made.oid):
                found[oid] = change_id
                break
    known = [oid for oid in found if search.records([oid])]
    if not known:
        return None
    op = "squash" if len(known) > 1 else _op(made, facts, search.candidates[known[0]])
    return Origin(op, tuple(known), "change-id")


def _by_tree(search: Search, made: Made, facts: Facts) -> Origin | None:
    """The same content on the same base: one commit remade, or a row of them made one."""
    new = facts.commit
    if not facts.changed or len(new.parents) != 1:
        return None
    for oid, old in list(search.candidates.items())[::-1]:
        if old.tree != new.tree or not _may_be_origin(search, oid, made.oid):
            continue
        alike = old.parents == new.parents
        if alike and (made.worktree, oid) not in search.seen:
            continue  # two agents may well make the same change on the same base
        row = (oid,) if alike else _row(search.repo, new.parents[0], oid)
        if row and search.records(row):
            return Origin("squash" if len(row) > 1 else _op(made, facts, old), row, "tree")
    return None


def _by_pieces(search: Search, made: Made, facts: Facts) -> Origin | None:
    """Files that a reset in this worktree had left behind, committed again in other portions."""
    if made.in_rebase:
        return None
    left = pieces.left_behind(made, search.moves.get(made.worktree, ()))
    return pieces.origin(search.repo, facts, left, search.records) if left else None


def _with_joined(search: Search, made: Made, found: Origin) -> Origin:
    """A rebase's fixup keeps the author of the first commit; the others are in it as well."""
    if len(found.commits) != 1 or not joins(made.action):
        return found
    moves = search.moves.get(made.worktree, ())
    more = pieces.joined(search.repo, made, moves, search.records)
    op = "fixup" if "(fixup)" in made.action else "squash"
    return found._replace(op=op, commits=(*found.commits, *more)) if more else found


def _by_patch_id(search: Search, made: Made, facts: Facts) -> Origin | None:
    """The same patch by the same author at the same moment, on another base."""
    if facts.patch_id is None or _is_plain(made, facts):
        return None
    like = _of_author(search, made, facts)
    same = {oid: r for oid, r in like.items() if r.patch_id == facts.patch_id}
    return _single(search, made, facts, same, "patch-id")


def _by_moment(search: Search, made: Made, facts: Facts) -> Origin | None:
    """The same author, moment, message and files, the patch changed by a conflict's resolution."""
    if _is_plain(made, facts) or not facts.changed:
        return None
    like = {
        oid: record
        for oid, record in _of_author(search, made, facts).items()
        if search.candidates[oid].message == facts.commit.message
    }
    loaded = subject.load(search.repo, like)
    same = {oid: like[oid] for oid, old in loaded.items() if set(old.changed) == set(facts.changed)}
    return _single(search, made, facts, same, "range-diff")


def _is_plain(made: Made, facts: Facts) -> bool:
    """Whether `git commit` made it: one author may commit twice a second in two worktrees.

    Git commits with another's author and moment at the end of a conflict, or when told to.
    """
    plain = made.action.startswith(("commit:", "commit (initial)", "commit (merge)"))
    return plain and not facts.commit.moved


def _of_author(search: Search, made: Made, facts: Facts) -> dict[str, Record]:
    """Candidates with a record whose author line, moment included, is the new commit's."""
    oids = [
        oid
        for oid, old in search.candidates.items()
        if old.author == facts.commit.author and oid != made.oid
    ]
    known = search.records(oids)
    return {oid: known[oid] for oid in oids if oid in known}


def _single(
    search: Search, made: Made, facts: Facts, same: Mapping[str, Record], match: str
) -> Origin | None:
    """The newest of `same`, when all of them are revisions of one record."""
    alive = {oid: r for oid, r in same.items() if _may_be_origin(search, oid, made.oid)}
    if not alive or len({record.change_id for record in alive.values()}) != 1:
        return None
    newest = list(alive)[-1]
    return Origin(_op(made, facts, search.candidates[newest]), (newest,), match)


def _may_be_origin(search: Search, old: str, new: str) -> bool:
    if old == new:
        return False
    done = search.repo.try_git("merge-base", "--is-ancestor", old, new)
    return done.returncode == 1


def _row(repo: Repo, base: str, tip: str) -> tuple[str, ...]:
    """The commits from `base` (left out) to `tip`, oldest first; none when it is not one row."""
    how = ("rev-list", "--reverse", "--parents", f"-n{_LONGEST_SQUASH + 1}", f"{base}..{tip}")
    lines = [line.split() for line in repo.try_git(*how).stdout.decode().splitlines()]
    before = base
    for oid, *parents in lines:
        if parents != [before]:
            return ()
        before = oid
    return tuple(line[0] for line in lines) if len(lines) <= _LONGEST_SQUASH else ()


def _op(made: Made, facts: Facts, old: Commit) -> str:
    verb = made.action.split(":", 1)[0]
    if verb in ("am", "cherry-pick") or verb.startswith("commit (cherry-pick"):
        return "cherry-pick"
    return "amend" if old.parents == facts.commit.parents and not made.in_rebase else "rebase"


def _only(found: Sequence[str]) -> str:
    return found[0] if found else ""
