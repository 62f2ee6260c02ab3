"""The branch that breaks the tests is looked for among those that were merged.

All of them together first: where that is good, one run was enough. Else by halves among the trees
that the fold has made already; the first tree that is bad names its branch. That one is set aside
and the others are merged and tested again, because what was found good was not found good alone.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from git_anvcs.flows.guard import checks as guard_checks
from git_anvcs.flows.guard.bench import HUNG, Bench, Shown
from git_anvcs.flows.guard.checks import Check
from git_anvcs.flows.guard.judge import Judged, NoVerdict, Verdict, differs, judge
from git_anvcs.flows.land import suspects
from git_anvcs.flows.land.fold import Folder, Step
from git_anvcs.flows.land.suspects import Suspect
from git_anvcs.git import tree_diff
from git_anvcs.git.repo import Repo


class Broken(NamedTuple):
    """The number of the step that breaks something, what it breaks, and whether it does so alone.

    alone: the branch itself fails in the same way, merged with nothing
    suspect: the decision of a rule without which it would pass
    """

    number: int
    judged: Judged
    alone: bool
    suspect: Suspect | None = None


class Gates:
    """The checks of one landing, with the target as the measure of what was broken before."""

    def __init__(
        self, repo: Repo, bench: Bench, checks: Sequence[Check], target: Shown, *, patient: bool
    ) -> None:
        self._repo = repo
        self._bench = bench
        self._checks = checks
        self._target = target
        self._patient = patient

    def judge(self, step: Step, name: str) -> Verdict:
        """All checks on the tree of a step, those first that its changes concern. Raises NoVerdict.

        A check that hangs is a failure only for the patient: each of its runs takes its time limit.
        """
        [changes] = tree_diff.changes(self._repo, [(self._target.tree, step.tree)])
        wanted = guard_checks.ordered(self._checks, list(changes))
        shown = Shown(step.commit, step.tree, name)
        verdict = judge(self._bench, wanted, shown, [self._target])
        refused = verdict.refused
        if refused and refused.ran.state == HUNG and not self._patient:
            raise NoVerdict(
                f"the check {refused.check.name} on {name} did not end within"
                f" {refused.check.timeout:g} seconds; nothing was changed",
                hint="--keep-going takes that for a failure and looks for the branch",
            )
        return verdict

    def broken_by(self, folder: Folder, steps: Sequence[Step], last: Judged) -> Broken:
        """The first step whose tree is refused; that of the last one is, as `last` says."""
        refusals: dict[int, Judged] = {len(steps) - 1: last}

        def good(number: int) -> bool:
            names = ", ".join(step.tip.name for step in steps[: number + 1])
            refused = self.judge(steps[number], names).refused
            if refused:
                refusals[number] = refused
            return refused is None

        number = first_bad(len(steps), good)
        judged = refusals[number]
        if self._fails_alone(steps[number], judged):
            return Broken(number, judged, alone=True)
        suspect = suspects.find(folder, steps[number], lambda one: self._mended(judged, one))
        return Broken(number, judged, alone=False, suspect=suspect)

    def _mended(self, judged: Judged, shown: Shown) -> bool:
        """Whether what failed does not fail there; something else may, for what is undone."""
        ran = self._bench.run(judged.check, shown)
        known = ran.failing and judged.new and not ran.cut
        return ran.passed or (bool(known) and not set(ran.failing) & set(judged.new))

    def _fails_alone(self, step: Step, judged: Judged) -> bool:
        tree = self._repo.line("rev-parse", f"{step.tip.commit}^{{tree}}")
        alone = self._bench.run(
            judged.check, Shown(step.tip.commit, tree, f"{step.tip.name} alone")
        )
        if alone.passed:
            return False
        if judged.new and alone.failing:
            return bool(set(judged.new) & set(alone.failing))
        unread = judged.ran.cut and alone.cut
        return unread or not judged.ran.failing or not differs(judged.ran, alone)


def first_bad(count: int, good: Callable[[int], bool]) -> int:
    """The first of `count` numbers that is not good, where the last one is known not to be."""
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if good(middle):
            low = middle + 1
        else:
            high = middle
    return high
