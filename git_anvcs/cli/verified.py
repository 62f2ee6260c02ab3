"""The answer of `verify` as text and as JSON."""

from collections.abc import Iterator
from itertools import groupby

from git_anvcs.cli.output import styled
from git_anvcs.flows.findings import Finding, sentence
from git_anvcs.flows.verify import Verdict
from git_anvcs.kernel.terminal import cut, safe, shown

_SHOWN = 5  # lines of a finding, without -v
_WIDE = 100


def as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "commits": verdict.commits,
        "landed": verdict.landed,
        "findings": [finding_json(one) for one in verdict.findings],
        "decided": [finding_json(one) for one in verdict.decided],
        "unjudged": [one._asdict() for one in verdict.unjudged],
    }


def finding_json(finding: Finding) -> dict[str, object]:
    """One finding; `says` is the sentence for people."""
    return {
        "commit": finding.commit,
        "path": shown(finding.path),
        "kind": finding.kind,
        "lines": [{"line": number or None, "text": shown(text)} for number, text in finding.lines],
        "side": finding.side,
        "lost": finding.lost or None,
        "says": sentence(finding),
    }


def text(verdict: Verdict, verbosity: int, *, colour: bool) -> str:
    lines = list(findings_text(verdict.findings, verbosity, colour=colour))
    if verbosity > 0 and verdict.decided:
        lines += ["", "chosen, because both sides changed the same lines:"]
        lines += findings_text(verdict.decided, verbosity, colour=colour)
    lines += [f"not judged: {one.commit[:10]}: {one.why}" for one in verdict.unjudged]
    return "\n".join([*lines, _summary(verdict)])


def findings_text(findings: tuple[Finding, ...], verbosity: int, *, colour: bool) -> Iterator[str]:
    """Commit by commit, each finding with its first lines (all of them with -v)."""
    for commit, found in groupby(findings, key=lambda one: one.commit):
        yield styled(commit[:10], "yellow", colour=colour)
        for one in found:
            head = f"{one.kind}  {safe(one.path)}"
            yield f"  {styled(head, 'bold', colour=colour)}: {sentence(one)}"
            told = one.lines if verbosity > 0 else one.lines[:_SHOWN]
            for number, line in told:
                yield cut(f"    {number or '':>5}  {safe(line.expandtabs(4))}", _WIDE)
            if len(told) < len(one.lines):
                yield f"           ... {len(one.lines) - len(told)} more"


def _summary(verdict: Verdict) -> str:
    commits = "1 commit" if verdict.commits == 1 else f"{verdict.commits} commits"
    landed = f"{verdict.landed} of them put work together" if verdict.landed else "no merge"
    number = len(verdict.findings)
    found = f"{number} finding{'s' * (number != 1)}" if number else "nothing was lost"
    if verdict.unjudged and not verdict.landed:
        return f"{commits}: {len(verdict.unjudged)} could not be judged"
    return f"{commits}, {landed}: {found}"
