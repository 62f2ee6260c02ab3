"""Which ordinary commits bring back, among their own work, what a file was before another commit.

A commit that does nothing but undo, or says that it does, is a revert and meant.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from git_anvcs.git import commits, patches
from git_anvcs.git.ancestry import Ancestry
from git_anvcs.git.commits import Commit
from git_anvcs.git.patches import Patch
from git_anvcs.git.repo import Repo
from git_anvcs.merge import conserve, undone
from git_anvcs.merge.conserve import Line
from git_anvcs.merge.undone import Change
from git_anvcs.provenance import records
from git_anvcs.provenance.record import Record

_MOST_PATHS = 1000
BEHIND = 500  # commits before those that are judged


class Stale(NamedTuple):
    """A path of `commit` that is as it was before `undone`; lines: what of that is gone."""

    commit: str
    path: str
    undone: str
    lines: tuple[Line, ...]
    removes_only: bool = False


def find(
    repo: Repo, ancestry: Ancestry, wanted: Sequence[str], known: Mapping[str, Record]
) -> list[Stale]:
    """The stale contents of ordinary commits (full ids), in that order.

    known: the records of `wanted`, where there are any
    """
    if not wanted:
        return []
    history = list(patches.read(repo, wanted, len(wanted) + BEHIND, _paths(repo, wanted)))
    places = {commit.oid: place for place, commit in enumerate(history)}
    touched: dict[str, list[tuple[int, Patch]]] = defaultdict(list)
    for place, commit in enumerate(history):
        for file in commit.files:
            touched[file.path].append((place, file))
    found: dict[str, list[Stale]] = {}
    for oid in wanted:
        files = history[places[oid]].files if oid in places else ()
        before_it = _Before(ancestry, history, oid)
        stale = [
            Stale(
                oid,
                file.path,
                history[place].oid,
                _lines(file, before),
                undone.only_removes(_change(file), _change(before)),
            )
            for file in files
            if (latest := _latest(touched[file.path], places[oid], before_it))
            for place, before in [latest]
            if undone.undoes(_change(file), _change(before))
            and not conserve.derived(file.path, b"".join(file.added[:5]))
        ]
        if len(stale) < len(files):  # else it does nothing but undo
            found[oid] = stale
    return _unknowing(repo, ancestry, found, known)


def _paths(repo: Repo, wanted: Sequence[str]) -> list[str]:
    """What the commits touch, or nothing where that is too much to ask for by name."""
    touched = {file.path for one in patches.exactly(repo, wanted) for file in one.files}
    return sorted(touched) if len(touched) <= _MOST_PATHS else []


class _Before:
    """Which places of the history led to a commit, as opposed to work done beside it."""

    def __init__(self, ancestry: Ancestry, history: Sequence[patches.Commit], oid: str) -> None:
        self._ancestry = ancestry
        self._history = history
        self._oid = oid
        self._known: dict[int, bool] = {}

    def holds(self, place: int) -> bool:
        if place not in self._known:
            other = self._history[place].oid
            self._known[place] = self._ancestry.is_ancestor(other, self._oid)
        return self._known[place]


def _latest(
    touched: Sequence[tuple[int, Patch]], place: int, before: _Before
) -> tuple[int, Patch] | None:
    """The last change before; work from an old copy knows nothing of that one at least."""
    return next((one for one in touched if one[0] > place and before.holds(one[0])), None)


def _unknowing(
    repo: Repo, ancestry: Ancestry, found: Mapping[str, list[Stale]], known: Mapping[str, Record]
) -> list[Stale]:
    """Those of which nothing tells that they were meant."""
    everybody = dict.fromkeys(
        oid for stale in found.values() for one in stale for oid in (one.commit, one.undone)
    )
    facts = commits.load(repo, everybody)
    known = {**known, **records.read(repo, [oid for oid in everybody if oid not in known])}
    return [
        one
        for stale in found.values()
        for one in stale
        if not undone.declared(facts[one.commit].message)
        and not undone.declared(facts[one.undone].message)
        and not (undone.removes(facts[one.commit].message) and one.removes_only)
        and not _same_hand(facts[one.commit], facts[one.undone], known)
        and ancestry.is_ancestor(one.undone, one.commit)
    ]


def _same_hand(one: Commit, other: Commit, known: Mapping[str, Record]) -> bool:
    """Whether both are by one person, or by one session of an agent: it knows what it undoes."""
    agents = [known[c.oid].agent_id if c.oid in known else "" for c in (one, other)]
    if any(agents):
        return agents[0] == agents[1]
    return _mail(one) == _mail(other)


def _mail(commit: Commit) -> str:
    return commit.author.partition("<")[2].partition(">")[0].lower()


def _lines(file: Patch, before: Patch) -> tuple[Line, ...]:
    """The lines of the change before that are taken back."""
    return tuple(Line(0, line) for line in undone.taken_back(_change(file), _change(before)))


def _change(file: Patch) -> Change:
    return Change(file.before, file.after, file.removed, file.added)
