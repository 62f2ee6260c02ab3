"""Which of the branches conflict with each other, so that most of them land and each knows why."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from git_anvcs.flows import collisions, scratch
from git_anvcs.flows.collisions import Work
from git_anvcs.flows.land.tips import Tip
from git_anvcs.git.repo import Repo

MOST = 40  # branches; with more, every pair would take too long


class Collisions:
    """Which of the branches conflict with which, every pair merged in memory."""

    def __init__(self, repo: Repo, tips: Sequence[Tip], env: Mapping[str, str]) -> None:
        self._order = {tip: number for number, tip in enumerate(tips)}
        self._others: dict[Tip, set[Tip]] = {tip: set() for tip in tips}
        pairs = list(combinations(tips, 2)) if len(tips) <= MOST else []
        with scratch.variables(repo, env) as own:
            commits = [(one.commit, other.commit) for one, other in pairs]
            found = collisions.conflicts(repo, commits, [Work(None, None)] * len(pairs), own)
        for (one, other), paths in zip(pairs, found, strict=True):
            if paths:
                self._others[one].add(other)
                self._others[other].add(one)

    def arranged(self) -> list[Tip]:
        """Those first that conflict with the fewest others, else as they were given."""
        return sorted(self._order, key=lambda tip: (len(self._others[tip]), self._order[tip]))

    def against(self, tip: Tip, landed: Sequence[Tip]) -> tuple[str, ...]:
        """The landed branches that a branch conflicts with; none: it is the target."""
        return tuple(one.name for one in landed if one in self._others[tip])
