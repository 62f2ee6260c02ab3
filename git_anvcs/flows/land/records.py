"""What is written down of a landing: a record for each merge commit, the verdict in the last one.

Only the last tree was tested; the others are said to be parts of it.
"""

from collections.abc import Mapping, Sequence
import os
from typing import Any

from git_anvcs.flows import mirror, record_commit
from git_anvcs.flows.contents import Contents
from git_anvcs.flows.guard.judge import Judged
from git_anvcs.flows.land.fold import Step
from git_anvcs.flows.land.tips import Target
from git_anvcs.flows.made import Made
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.provenance import subject
from git_anvcs.provenance.claim import Known, Seen, claim_for
from git_anvcs.provenance.environment import session_in, signals_in
from git_anvcs.provenance.pending import Pending
from git_anvcs.provenance.record import LINES_COMPLETE, LINES_EXT

# Under `ext` of a record: what a landing did (docs/formats/record.md).
EXT = "anvcs.land"
_MOST_FAILING = 20


def write(
    repo: Repo,
    env: Mapping[str, str],
    onto: Target,
    steps: Sequence[Step],
    judged: Sequence[Judged],
) -> None:
    """Give every merge commit of a landing its record. Raises GitFailed, Locked, CannotWrite."""
    now = clock.now()
    who = _who(env)
    mades = [
        Made(step.commit, action="land", ref=onto.ref, claim=_claim(who, onto, steps, step, judged))
        for step in steps
        if step.made
    ]
    with Contents(repo) as contents:
        facts = subject.load(repo, [made.oid for made in mades])
        done = record_commit.record_commits(contents, mades, facts, now)
    mirror.update(repo, done.texts)


def check_facts(judged: Judged) -> dict[str, object]:
    """One check of a verdict, for records and for JSON."""
    ran = judged.ran
    return {
        "name": judged.check.name,
        "command": judged.check.command,
        "state": ran.state,
        "failing": list(ran.failing[:_MOST_FAILING]),
        "failed_before": judged.before,
        "differs": judged.differs or None,
        "flaky": ran.flaky,
        "known": ran.known,
        "ms": round(ran.seconds * 1000),
    }


def _claim(
    who: Mapping[str, Any],
    onto: Target,
    steps: Sequence[Step],
    step: Step,
    judged: Sequence[Judged],
) -> dict[str, Any]:
    last = step.commit == steps[-1].commit
    landed = {
        "branch": step.tip.name,
        "tip": step.tip.commit,
        "onto": onto.ref,
        "base": onto.commit,
        "with": [one.tip.name for one in steps],
        "result": steps[-1].tree,
        "resolutions": sum(len(one.merged.resolutions) for one in step.decided),
    }
    if last:
        landed["checks"] = [check_facts(one) for one in judged]
    claim: dict[str, Any] = {**who}
    claim["ext"] = {**who.get("ext", {}), EXT: landed, LINES_EXT: LINES_COMPLETE}
    if last and judged:
        claim["tests_passed"] = all(one.ran.passed for one in judged)
        claim["tests"] = {
            "ran_on_tree": step.tree,
            "command": "; ".join(one.check.command for one in judged),
            "duration_ms": round(sum(one.ran.seconds for one in judged) * 1000),
            "runner": "git anvcs land",
        }
    return claim


def _who(env: Mapping[str, str]) -> dict[str, Any]:
    """Who lands, by the environment alone: the merge is nobody's edit."""
    seen = Seen(session=session_in(env), signals=signals_in(env, os.path.isdir))
    return claim_for(Known(Pending({}), {}), seen)
