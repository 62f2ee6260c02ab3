"""Is a merged tree good, and if not, is it the merge's doing?

The table (M is what was merged, P its parents):

| P    | M    | verdict                                                        |
|------|------|----------------------------------------------------------------|
| pass | pass | good                                                           |
| pass | fail | a semantic conflict: each side is right, and together they are wrong |
| fail | fail | the same tests: not the merge's doing, allowed and said        |
| fail | fail | others too: those are                                          |

A check that cannot start, or never ends, on a parent as well says nothing of the merge: that is
an error, not a verdict.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows.guard.bench import HUNG, MISSING, Bench, Ran, Shown
from git_anvcs.flows.guard.checks import Check
from git_anvcs.kernel.errors import PolicyDenied


class NoVerdict(PolicyDenied):
    """A check could not say anything."""


class Judged(NamedTuple):
    """One check on one tree; before: its failures were those of a parent already."""

    check: Check
    ran: Ran
    before: bool = False

    @property
    def good(self) -> bool:
        return self.ran.passed or self.before


class Verdict(NamedTuple):
    """All that was run on a tree, up to the first check that refuses it."""

    judged: tuple[Judged, ...]

    @property
    def good(self) -> bool:
        return all(one.good for one in self.judged)

    @property
    def refused(self) -> Judged | None:
        return next((one for one in self.judged if not one.good), None)


def judge(
    bench: Bench, checks: Sequence[Check], merged: Shown, parents: Sequence[Shown]
) -> Verdict:
    """Run the checks in their order. Raises NoVerdict.

    parents: looked at only where the merged tree fails
    """
    judged = []
    for check in checks:
        ran = bench.run(check, merged)
        before = not ran.passed and any(_same(bench, check, ran, one) for one in parents)
        judged.append(Judged(check, ran, before))
        if not judged[-1].good:
            break
    return Verdict(tuple(judged))


def _same(bench: Bench, check: Check, ran: Ran, parent: Shown) -> bool:
    """Whether the parent fails in the same tests."""
    there = bench.run(check, parent, anew=ran.state in (HUNG, MISSING))
    if there.state in (HUNG, MISSING) and there.state == ran.state:
        raise _no_verdict(check, ran, parent)
    if there.passed:
        return False
    if not ran.failing or not there.failing:  # all that is known is that both fail
        return ran.state == there.state and not ran.failing and not there.failing
    return set(ran.failing) <= set(there.failing)


def _no_verdict(check: Check, ran: Ran, parent: Shown) -> NoVerdict:
    if ran.state == HUNG:
        return NoVerdict(
            f"the check {check.name} does not end within {check.timeout:g} seconds, not even on"
            f" {parent.name}",
            hint="raise its timeout, or mend it; nothing was changed",
        )
    said = ran.output.strip().splitlines()
    why = f": {said[-1]}" if said else ""
    return NoVerdict(
        f"the check {check.name} cannot be started{why}",
        hint="it runs in a fresh checkout, by sh; $ANVCS_CHECKOUT is your own worktree",
    )
