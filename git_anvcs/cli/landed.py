"""The answer of `land` as text and as JSON."""

from collections.abc import Iterator, Sequence
import shlex

from git_anvcs.cli import verified
from git_anvcs.cli.output import styled
from git_anvcs.flows.guard.checks import Check
from git_anvcs.flows.guard.judge import Judged
from git_anvcs.flows.land import land, records
from git_anvcs.flows.land.fold import Step
from git_anvcs.flows.land.land import Aside, Landed
from git_anvcs.flows.land.suspects import Suspect
from git_anvcs.kernel.terminal import cut, safe, shown

_TAIL = 8  # lines of what a check printed, without -v
_FEW = 5
_WIDE = 100


def as_json(done: Landed, checks: Sequence[Check]) -> dict[str, object]:
    moved = bool(done.steps) and not done.dry_run
    return {
        "target": {
            "ref": shown(done.target.ref),
            "before": done.target.commit,
            "after": done.commit,
        },
        "dry_run": done.dry_run,
        "moved": moved,
        "landed": [_step_json(step) for step in done.steps],
        "set_aside": [_aside_json(one) for one in done.aside],
        "already_in": [shown(tip.name) for tip in done.already],
        "tree": done.steps[-1].tree if done.steps else None,
        "tested": bool(checks or done.judged),
        "checks": [_check_json(one) for one in done.judged],
        "check_runs": done.runs,
        "check_seconds": round(done.seconds, 3),
        "attempts": done.attempts,
        "unjudged": [one._asdict() for one in done.unjudged],
        "unrecorded": done.unrecorded or None,
    }


def _step_json(step: Step) -> dict[str, object]:
    return {"branch": shown(step.tip.name), "tip": step.tip.commit, "commit": step.commit}


def _aside_json(one: Aside) -> dict[str, object]:
    return {
        "branch": shown(one.tip.name),
        "tip": one.tip.commit,
        "kind": one.kind,
        "says": why(one),
        "paths": [shown(path) for path in one.paths],
        "against": [shown(name) for name in one.against],
        "findings": [verified.finding_json(found) for found in one.findings],
        "check": _check_json(one.judged) if one.judged else None,
        "suspect": _suspect_json(one.suspect) if one.suspect else None,
        "output": shown(one.judged.ran.output) if one.judged else None,
    }


def _suspect_json(suspect: Suspect) -> dict[str, object]:
    return {**suspect._asdict(), "path": shown(suspect.path)}


def _check_json(judged: Judged) -> dict[str, object]:
    return {
        key: [shown(name) for name in item] if isinstance(item, list) else item
        for key, item in records.check_facts(judged).items()
    }


def text(done: Landed, checks: Sequence[Check], verbosity: int, *, colour: bool) -> str:
    """What a person wants to know, the worst last, where the eye is."""
    lines = list(_landed_text(done, colour=colour))
    lines += [f"  {'already in':<11}{safe(tip.name)}" for tip in done.already]
    for one in done.aside:
        lines += _aside_text(one, verbosity, colour=colour)
    lines += [f"not judged: {one.commit[:10]}: {safe(one.why)}" for one in done.unjudged]
    lines += [_tested(judged) for judged in done.judged]
    if done.steps and not checks and not done.judged:
        lines.append("nothing was tested: no check is configured (merge.guard.checks, --gate)")
    if done.unrecorded:
        lines.append(f"no record could be written: {safe(done.unrecorded)}")
    return "\n".join([*lines, _summary(done)])


def _landed_text(done: Landed, *, colour: bool) -> Iterator[str]:
    word = "would land" if done.dry_run else "landed"
    for step in done.steps:
        made = sum(len(found.merged.resolutions) for found in step.decided)
        more = f"   {made} conflict{'s' * (made != 1)} resolved by rules" if made else ""
        said = styled(f"{word:<11}", "green", colour=colour)
        yield f"  {said}{safe(step.tip.name)}  {step.commit[:10]}{more}"


def _aside_text(one: Aside, verbosity: int, *, colour: bool) -> Iterator[str]:
    said = styled(f"{'set aside':<11}", "red", colour=colour)
    yield f"  {said}{safe(one.tip.name)}: {safe(why(one))}"
    more = one.says if verbosity > 0 else one.says[:_FEW]
    yield from (cut(f"      {safe(line)}", _WIDE) for line in more)
    for line in verified.findings_text(one.findings, verbosity, colour=colour):
        yield f"    {line}"
    if one.judged:
        tail = one.judged.ran.output.strip().splitlines()
        kept = tail if verbosity > 0 else tail[-_TAIL:]
        yield from (cut(f"      | {safe(line.expandtabs(4))}", _WIDE) for line in kept)
    if one.suspect:
        yield f"      {_suspect_text(one.suspect)}"
    yield f"      {_what_to_do(one)}"


def _suspect_text(suspect: Suspect) -> str:
    place = f"{safe(suspect.path)}:{suspect.line}"
    return f"{place}: with {suspect.side} alone there they pass; {suspect.why} ({suspect.rule})"


def why(one: Aside) -> str:
    """Why a branch was set aside, in one sentence."""
    if one.kind == land.CONFLICT:
        files = ", ".join(one.paths[:_FEW]) + (" …" if len(one.paths) > _FEW else "")
        others = f" with {', '.join(one.against)}" if one.against else ""
        return f"conflicts{others} in {files}" if files else f"conflicts{others}"
    if one.kind == land.UNRELATED:
        return "has no commit in common with the target, as far as this clone knows"
    if one.kind == land.SILENT_REVERT:
        paths = ", ".join(dict.fromkeys(found.path for found in one.findings))
        return f"would silently undo work that has landed, in {paths}"
    return _why_tests(one)


def _why_tests(one: Aside) -> str:
    judged = one.judged
    if judged is None:
        return "its tests fail"
    failing = judged.new or judged.ran.failing
    names = ", ".join(failing[:_FEW]) + (" …" if len(failing) > _FEW else "")
    what = names or f"the check {judged.check.name}"
    if judged.ran.state == "hung":
        return f"the check {judged.check.name} does not end within {judged.check.timeout:g} seconds"
    if one.kind == land.SEMANTIC_CONFLICT:
        return f"passes alone, but not together with the others: {what} fails"
    if judged.differs and not judged.new:
        return f"{what} fails, and {judged.differs}"
    return f"{what} fails"


def _what_to_do(one: Aside) -> str:
    name = safe(one.tip.name)
    match one.kind:
        case land.CONFLICT:
            return f"merge the target into {name}, resolve, and land it again"
        case land.UNRELATED:
            return f"is it meant? git merge --allow-unrelated-histories {name}"
        case land.SILENT_REVERT:
            commit = one.findings[0].commit[:10]
            return (
                "was it meant? git anvcs meta set"
                f" {commit} 'ext.anvcs.resolved=[\"{safe(one.findings[0].path)}\"]'"
            )
        case land.SEMANTIC_CONFLICT:
            return f"merge the target into {name} when the others have landed, and mend the test"
        case _:
            return f"mend {name} and land it again"


def _tested(judged: Judged) -> str:
    ran = judged.ran
    name = safe(judged.check.name)
    if judged.before:
        failing = ", ".join(ran.failing[:_FEW])
        return f"  {name}: fails as it did before{f' ({safe(failing)})' if failing else ''}"
    notes = ["passed before" if ran.known else f"{ran.seconds:.1f} s"]
    if ran.flaky:
        notes.append("flaky: failed, then passed")
    return f"  {name}: passed ({', '.join(notes)})"


def _summary(done: Landed) -> str:
    name = safe(done.target.name)
    count = len(done.steps)
    branches = "1 branch" if count == 1 else f"{count} branches"
    aside = f", {len(done.aside)} set aside" if done.aside else ""
    if not count:
        return f"{name} is where it was: nothing to land{aside}"
    if done.dry_run:
        return f"{branches} would land on {name}{aside}"
    return (
        f"{branches} landed on {name}{aside}: {done.target.commit[:10]}..{done.commit[:10]}"
        f"   (undo: {_undo(done)})"
    )


def _undo(done: Landed) -> str:
    before = done.target.commit[:10]
    if done.along:
        return f"git -C {safe(shlex.quote(str(done.along[0])))} reset --keep {before}"
    return f"git branch -f {safe(shlex.quote(done.target.name))} {before}"
