"""Is a merged tree good, and if not, is it the merge's doing?

The table (M is what was merged, P its parents):

| P    | M    | verdict                                                        |
|------|------|----------------------------------------------------------------|
| pass | pass | good                                                           |
| pass | fail | a semantic conflict: each side is right, and together they are wrong |
| fail | fail | in the same way: not the merge's doing, allowed and said       |
| fail | fail | in another way too, or nobody can tell: the merge's            |

In the same way: it ends with the same exit code, no other test fails, and nothing else complains.
Where tests have no names, all that is printed must have been printed for the parent.

A check that cannot start, or never ends, on a parent as well says nothing of the merge: that is
an error, not a verdict.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows.guard.bench import FAILED, HUNG, MISSING, Bench, Ran, Shown
from git_anvcs.flows.guard.checks import Check
from git_anvcs.kernel.errors import PolicyDenied
from git_anvcs.provenance import failed_tests


class NoVerdict(PolicyDenied):
    """A check could not say anything."""


class Judged(NamedTuple):
    """One check on one tree.

    before: it failed in a parent already, and in the same way
    new: the failing tests that fail in no parent
    differs: where a parent fails, too: why that is not the same
    """

    check: Check
    ran: Ran
    before: bool = False
    new: tuple[str, ...] = ()
    differs: str = ""

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
        judged.append(_judged(bench, check, bench.run(check, merged), parents))
        if not judged[-1].good:
            break
    return Verdict(tuple(judged))


def _judged(bench: Bench, check: Check, ran: Ran, parents: Sequence[Shown]) -> Judged:
    if ran.passed:
        return Judged(check, ran)
    old: set[str] = set()
    why = ""
    for parent in parents:
        there = bench.run(check, parent, anew=ran.state in (HUNG, MISSING))
        if there.state in (HUNG, MISSING) and there.state == ran.state:
            raise _no_verdict(check, ran, parent)
        if there.passed:
            continue
        why = differs(ran, there)
        if not why:
            return Judged(check, ran, before=True)
        why = f"it fails on {parent.name} too, but {why}"
        old.update(there.failing)
    return Judged(
        check, ran, new=tuple(name for name in ran.failing if name not in old), differs=why
    )


def differs(ran: Ran, there: Ran) -> str:
    """Why a failure is not the one that is there, too; empty where it is."""
    more = [name for name in ran.failing if name not in there.failing]
    if {ran.state, there.state} != {FAILED}:
        return "does not end in the same way"
    if more and there.failing:
        return f"not in {more[0]}" + (f" and {len(more) - 1} others" if more[1:] else "")
    if bool(ran.failing) != bool(there.failing):
        return "only one of them says which tests fail"
    fewer = set(ran.failing) < set(there.failing) and ran.code < there.code
    if ran.code != there.code and not fewer:
        return f"with exit code {there.code}, not {ran.code}"
    if ran.cut or there.cut:
        return "it prints too much to tell what fails"
    if failed_tests.stopped(ran.output) or failed_tests.stopped(there.output):
        return "it stops before all tests have run"
    read = failed_tests.complaints if ran.failing else failed_tests.lines
    others = sorted(read(ran.output) - read(there.output))
    return f"without saying: {others[0]}" if others else ""


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
