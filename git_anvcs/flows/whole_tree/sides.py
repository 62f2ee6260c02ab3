"""Where a merged file comes from: its three versions, also across renames."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from git_anvcs.git.called import CalledRepo
from git_anvcs.git.ort import Staged
from git_anvcs.git.synthetic import Pair


class Change(NamedTuple):
    """A file before and after on one side; `old` and `new` differ when it was renamed."""

    status: str
    old: str
    new: str
    before: Staged
    after: Staged


def changes(repo: CalledRepo, before: str, after: str, *how: str) -> list[Change]:
    """What differs between two trees, file by file."""
    asked = ("diff-tree", "-r", "-z", "--no-abbrev", "--raw", *(how or ("--find-renames",)))
    fields = iter(repo.git(*asked, before, after).decode(errors="surrogateescape").split("\0"))
    found = []
    for facts in fields:
        if not facts:
            break
        old_mode, mode, old_oid, oid, status = facts.removeprefix(":").split(" ")
        old = next(fields)
        new = next(fields) if status[0] in "RC" else old
        found.append(Change(status[0], old, new, Staged(old_mode, old_oid), Staged(mode, oid)))
    return found


class Sides:
    """What each side changed, renames followed; looked up when it is asked for."""

    def __init__(self, repo: CalledRepo, pair: Pair) -> None:
        self._repo = repo
        self._pair = pair

    @cached_property
    def origins(self) -> "Origins":
        base, trees = self._pair.base_trees[0], (self._pair.our_tree, self._pair.their_tree)
        return Origins(*(changes(self._repo, base, tree) for tree in trees))


class Origins:
    """For each merged path its base, ours and theirs, where both sides have changed the file."""

    def __init__(self, ours: Iterable[Change], theirs: Iterable[Change]) -> None:
        self.ours = list(ours)
        self.theirs = list(theirs)
        self._by_new = [_by_new(self.ours), _by_new(self.theirs)]
        self._by_old = [_by_old(self.ours), _by_old(self.theirs)]

    @property
    def renamed(self) -> set[str]:
        """The old and new names of all files that a side renamed."""
        found = (one for one in (*self.ours, *self.theirs) if one.status in "RC")
        return {path for one in found for path in (one.old, one.new)}

    def both_added(self, path: str) -> bool:
        """Whether each side made a file of this name, and none is an old one under a new name."""
        found = (by_new.get(path) for by_new in self._by_new)
        return all(one is not None and one.status == "A" for one in found)

    def in_ours(self, path: str) -> bool:
        """Whether ours changed a file that has this name there."""
        return path in self._by_new[0]

    def of(self, path: str) -> dict[int, Staged] | None:
        """The stages that the path would have; None when that cannot be told (a whole folder was
        renamed, or one side did not change the file)."""
        ours, theirs = (by_new.get(path) for by_new in self._by_new)
        known = ours or theirs
        if known is None:
            return None
        if ours and theirs and ours.status == theirs.status == "A":
            return {2: ours.after, 3: theirs.after}
        ours, theirs = (by_old.get(known.old) for by_old in self._by_old)
        if not ours or not theirs or "D" in (ours.status, theirs.status):
            return None
        return {1: known.before, 2: ours.after, 3: theirs.after}


def _by_new(changes: Iterable[Change]) -> Mapping[str, Change]:
    return {one.new: one for one in changes if one.status != "D"}


def _by_old(changes: Iterable[Change]) -> Mapping[str, Change]:
    return {one.old: one for one in changes if one.status not in "AC"}
