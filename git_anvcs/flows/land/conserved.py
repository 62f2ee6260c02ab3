"""Which of the merged branches would undo work: found before anything moves.

Looked at are the merge commits of a fold, and every commit that a branch brings along.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows import verify
from git_anvcs.flows.findings import Finding
from git_anvcs.flows.land.fold import Step
from git_anvcs.flows.landings import Unjudged
from git_anvcs.git.repo import Repo


class Looked(NamedTuple):
    """Findings by the step that brings them (its number); what could not be judged."""

    findings: dict[int, tuple[Finding, ...]]
    unjudged: tuple[Unjudged, ...]


def look(repo: Repo, steps: Sequence[Step]) -> Looked:
    """Judge all steps at once."""
    brought: dict[str, int] = {}
    for number, step in enumerate(steps):
        listed = repo.git("rev-list", step.commit, f"^{step.before}").decode().split()
        brought.update(dict.fromkeys(listed, number))
    verdict = verify.verify(repo, list(brought))
    found: dict[int, list[Finding]] = {}
    for one in verdict.findings:
        found.setdefault(brought[one.commit], []).append(one)
    return Looked({number: tuple(some) for number, some in found.items()}, verdict.unjudged)
