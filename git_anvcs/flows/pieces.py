"""Commits taken apart and put together by hand, as HEAD's reflog tells it.

A commit made after a `reset` may hold some files of what the reset left behind; a rebase's fixup
holds a commit whose patch is the difference it made.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from git_anvcs.flows import made as making
from git_anvcs.flows.made import Made
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.reflog import Move
from git_anvcs.git.repo import Repo
from git_anvcs.provenance import subject
from git_anvcs.provenance.reanchor import Origin
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.subject import Facts

Records = Callable[[Iterable[str]], Mapping[str, Record]]
Blobs = tuple[str, str]

_MOST_MOVES = 60
_MOST_LEFT = 4
_LONGEST_ROW = 50


def left_behind(made: Made, moves: Sequence[Move]) -> list[str]:
    """What the worktree's last resets before this commit went away from, the newest first."""
    at = next((i for i in range(len(moves) - 1, -1, -1) if moves[i].new == made.oid), -1)
    before = moves[max(0, at - _MOST_MOVES) : at] if at > 0 else []
    found = (m.old for m in reversed(before) if m.message.startswith("reset: "))
    return list(dict.fromkeys(found))[:_MOST_LEFT]


def origin(repo: Repo, new: Facts, left: Iterable[str], records: Records) -> Origin | None:
    """The commits that a reset left behind and that made all of what this one changes.

    A file counts when both its content before and its content after are the same. Of a commit
    that is here in part, one session alone may have made it, or we cannot tell whose part it is.
    """
    if not new.changed or len(new.commit.parents) != 1:
        return None
    for tip in left:
        row = _row(repo, tip, new.commit.oid)
        if not row or not _made_by(row, new.changed):
            continue
        parts = [oid for oid, changed in row.items() if changed.keys() & new.changed.keys()]
        known = records(parts)
        split = [oid for oid in parts if not row[oid].keys() <= new.changed.keys()]
        if not known or any(oid in known and _several(known[oid]) for oid in split):
            return None
        op = "split" if split else "squash" if len(parts) > 1 else "amend"
        return Origin(op, tuple(parts), "tree")
    return None


def joined(repo: Repo, new: Made, moves: Sequence[Move], records: Records) -> tuple[str, ...]:
    """The commits that a rebase put into `new` on top of its first one, oldest first.

    Each step's difference has the patch id of a commit that HEAD was at in this worktree.
    """
    steps: list[tuple[str, str]] = []
    at, last = new.oid, len(moves)
    while len(steps) < _MOST_MOVES:
        last = next((i for i in range(last - 1, -1, -1) if moves[i].new == at), -1)
        if last < 0 or not making.joins(moves[last].message):
            break
        steps.append((moves[last].old, at))
        at = moves[last].old
    if not steps:
        return ()
    differences = subject.patch_ids_between(repo, steps)
    by_patch: dict[str, str] = {}
    for oid, record in records(dict.fromkeys(move.new for move in moves)).items():
        by_patch[record.patch_id] = oid
    found = (by_patch.get(differences.get(step, "")) for step in reversed(steps))
    return tuple(oid for oid in found if oid and oid != new.oid)


def _row(repo: Repo, tip: str, new: str) -> dict[str, Mapping[str, Blobs]]:
    """What each commit up to `tip` that `new` does not stand on changed, oldest first."""
    how = ("rev-list", "--reverse", "--topo-order", f"-n{_LONGEST_ROW + 1}", tip, f"^{new}", "--")
    listed = repo.try_git(*how, env=AS_STORED).stdout.decode().split()
    if not listed or len(listed) > _LONGEST_ROW:
        return {}
    found = subject.load(repo, listed, patch_ids=False)
    if any(len(facts.commit.parents) != 1 for facts in found.values()):
        return {}
    return {oid: found[oid].changed for oid in listed if oid in found}


def _made_by(row: Mapping[str, Mapping[str, Blobs]], changed: Mapping[str, Blobs]) -> bool:
    """Whether the whole row changed each of these files in just this way."""
    net: dict[str, Blobs] = {}
    for files in row.values():
        for path, (before, after) in files.items():
            net[path] = (net.get(path, (before, after))[0], after)
    return all(net.get(path) == both for path, both in changed.items())


def _several(record: Record) -> bool:
    return len(record.mapping("sessions")) > 1 or bool(record.mapping("humans"))
