"""`review --propose`, and the end of `merge`: ask, show what came, put in what was tested."""

from collections.abc import Iterator, Sequence
import json
from typing import NamedTuple

from git_anvcs.cli.command import Call
from git_anvcs.flows import settings as settings_flow
from git_anvcs.flows.guard.checks import Check
from git_anvcs.flows.guard.judge import Verdict
from git_anvcs.flows.kept_proposals import PUT_IN, REFUSED, Proposal
from git_anvcs.flows.land import records
from git_anvcs.flows.proposals import offer, proposer, tested
from git_anvcs.flows.proposals.tested import Tested
from git_anvcs.flows.review.items import OPEN, Item
from git_anvcs.flows.review.look import Review
from git_anvcs.kernel.terminal import safe, safe_text, shown


class Proposed(NamedTuple):
    """What came of the questions; tested: None where no checks were given."""

    made: tuple[Proposal, ...]
    tested: Tested | None


def ask(
    call: Call,
    review: Review,
    chosen: Sequence[Item],
    checks: Sequence[Check],
    *,
    notebooks: bool = False,
) -> Proposed:
    """Ask about the items; what passes the checks is put in, the rest waits for a person.

    notebooks: those that the merge has written must run, too
    """
    who = proposer.configured(settings_flow.load(call.repo, call.env), call.env)

    def each(items: Sequence[Item]) -> Iterator[Item]:
        yield from call.output.each(items, f"asking {safe(who.name)}")

    made = offer.offer(call.repo, review, who, chosen, each)
    if not (checks or notebooks) or not made:
        return Proposed(tuple(made), None)
    guard = tested.by_guard(call.repo, checks, call.output.note, with_notebooks=notebooks)
    said = tested.test(call.repo, review, made, guard)
    if said.passed:
        judged = said.verdict.judged if said.verdict else ()
        names = ", ".join(one.check.name for one in judged)
        by_id = {item.id: item for item in review.items}
        made = [
            offer.accept(call.repo, review, by_id[one.id], one, f"the checks ({names})")
            for one in made
        ]
    return Proposed(tuple(made), said)


def dry(call: Call, review: Review, chosen: Sequence[Item]) -> None:
    """Show what would be sent, and send nothing."""
    found = list(offer.questions(call.repo, review, chosen))
    facts = [
        {
            "id": one.item.id,
            "path": shown(one.item.path),
            "redacted": one.redacted,
            "would_be_sent": not one.secret,
            "question": json.loads(one.sent),
        }
        for one in found
    ]
    answer = {"dry_run": True, "task": proposer.TASK, "questions": facts}
    call.output.answer(answer, lambda: "\n".join(_dry_text(facts)))


def _dry_text(facts: Sequence[dict[str, object]]) -> Iterator[str]:
    yield safe(proposer.TASK)
    for one in facts:
        yield f"{one['id']}  {safe(str(one['path']))}: {one['redacted']} secrets taken out"
        if one["would_be_sent"]:
            yield safe_text(json.dumps(one["question"], ensure_ascii=False, indent=2))
        else:
            yield "  the conflict itself may hold a secret: it would not be sent"


def conflicts(review: Review) -> list[Item]:
    """What may be asked about."""
    return [item for item in review.items if item.state == OPEN and item.line]


def as_json(done: Proposed) -> dict[str, object]:
    verdict = done.tested.verdict if done.tested else None
    return {
        "proposals": [proposal_json(one) for one in done.made],
        "checks": [records.check_facts(one) for one in verdict.judged] if verdict else [],
        "not_tested": done.tested.why or None if done.tested else None,
    }


def proposal_json(one: Proposal) -> dict[str, object]:
    return {
        "id": one.id,
        "path": shown(one.path),
        "state": one.state,
        "why": shown(one.why) or None,
        "text": shown(one.text) if one.state != REFUSED else None,
        "left_out": list(map(shown, one.left_out)),
        "proposer": shown(one.proposer),
        "prompt_sha256": one.prompt_sha256,
        "redacted": one.redacted,
        "at": one.at,
        "by": one.by or None,
    }


def text(done: Proposed) -> Iterator[str]:
    """Each proposal with its lines, then what the checks said."""
    for one in done.made:
        yield from proposal_text(one)
    verdict = done.tested.verdict if done.tested else None
    if done.tested and verdict:
        yield from _verdict_text(verdict, passed=done.tested.passed)
    elif done.tested:
        yield f"not tested: {done.tested.why}"
    if not done.made:
        yield "no conflict here can be asked about"
    elif any(one.state == "offered" for one in done.made):
        yield "nothing was changed: git anvcs review --accept ID puts a proposal in"


def proposal_text(one: Proposal) -> Iterator[str]:
    """One proposal as a person reads it."""
    head = f"  {one.id}  {safe(one.path)}"
    if one.state == REFUSED:
        yield f"{head}: no proposal of {safe(one.proposer)}: {safe(one.why)}"
        return
    done = f"put in by {safe(one.by)}" if one.state == PUT_IN else "proposed, not put in"
    yield f"{head}: {done} ({safe(one.proposer)})"
    yield from (f"    {safe(line.expandtabs(4))}" for line in one.text.splitlines())
    for line in one.left_out:
        yield f"    leaves out: {safe(line)}"


def _verdict_text(verdict: Verdict, *, passed: bool) -> Iterator[str]:
    for judged in verdict.judged:
        yield f"check {safe(judged.check.name)}: {judged.ran.state}"
    if passed:
        yield "the merge with all proposals passes: they are in the files, git add them"
