"""The answers of `merge` as text and as JSON."""

from collections.abc import Iterator

from git_anvcs.cli import reviewed
from git_anvcs.cli.counted import counted
from git_anvcs.flows.guard.judge import Verdict
from git_anvcs.flows.land import records
from git_anvcs.flows.merging import merge
from git_anvcs.flows.merging.back import Aborted, Undone
from git_anvcs.flows.merging.merge import Outcome, Tried
from git_anvcs.flows.review.look import Review
from git_anvcs.kernel.terminal import cut, safe, shown
from git_anvcs.merge import reasons

_SHOWN = 5  # items of the review
_TAIL = 8  # lines of what a check printed
_WIDE = 100


def as_json(done: Outcome, review: Review | None) -> dict[str, object]:
    return {
        "dry_run": False,
        "state": done.state,
        "before": done.before,
        "after": done.after,
        "branches": [{"branch": shown(tip.name), "tip": tip.commit} for tip in done.tips],
        "tested_tree": done.tree or None,
        "checks": _checks_json(done.verdict),
        "reused": list(map(shown, done.reused)),
        "review": reviewed.as_json(review),
    }


def text(done: Outcome, review: Review | None, *, colour: bool) -> Iterator[str]:
    yield from _checks_text(done.verdict)
    if review:
        yield from reviewed.head(review)
        wanted = [one for one in review.items if one.doubt >= reasons.LOOK and not one.accepted]
        for item in wanted[:_SHOWN]:
            yield from reviewed.row(item, colour=colour)
        if review.items:
            yield "git anvcs review shows all of it"
    for path in done.reused:
        yield f"{safe(path)}: resolved as once before (rerere), tested by nobody, and still open"
    yield _summary(done)


def _summary(done: Outcome) -> str:
    names = ", ".join(safe(tip.name) for tip in done.tips)
    match done.state:
        case merge.UP_TO_DATE:
            return f"{names}: everything is here already"
        case merge.CONFLICTS:
            return "conflicts are left: decide them, git add, git commit; or " + merge.how_back(
                done
            )
        case merge.UNCOMMITTED:
            why = ", for the reason above" if done.stopped else ""
            return f"merged and not committed{why}: git commit, or {merge.how_back(done)}"
        case merge.REFUSED:
            return f"{names}: refused by a check; nothing was changed"
    return f"{names}: {done.state}, {done.after[:10]}; undo: git anvcs merge --undo"


def _checks_json(verdict: Verdict | None) -> list[dict[str, object]]:
    return [records.check_facts(one) for one in verdict.judged] if verdict else []


def _checks_text(verdict: Verdict | None) -> Iterator[str]:
    for one in verdict.judged if verdict else ():
        said = "failed before" if one.before else one.ran.state
        yield f"check {safe(one.check.name)}: {said}"
        if one.differs:
            yield f"    {safe(one.differs)}"
        if not one.good:
            for line in one.ran.output.strip().splitlines()[-_TAIL:]:
                yield cut(f"    {safe(line.expandtabs(4))}", _WIDE)


def tried_json(tried: Tried) -> dict[str, object]:
    return {
        "dry_run": True,
        "clean": not tried.clashes,
        "merges": [shown(step.tip.name) for step in tried.steps],
        "conflicts": {
            shown(clash.tip.name): list(map(shown, clash.paths)) for clash in tried.clashes
        },
        "checks": _checks_json(tried.verdict),
    }


def tried_text(tried: Tried) -> Iterator[str]:
    for step in tried.steps:
        made = sum(len(found.merged.resolutions) for found in step.decided)
        yield f"  would merge  {safe(step.tip.name)}" + (f"  ({made} by rules)" if made else "")
    for clash in tried.clashes:
        paths = ", ".join(map(safe, clash.paths[:_SHOWN]))
        yield f"  conflicts    {safe(clash.tip.name)}: {paths}"
    yield from _checks_text(tried.verdict)
    if tried.verdict and not tried.verdict.good:
        yield "a check refuses it"
    else:
        yield "it would conflict" if tried.clashes else "it would be clean"


def aborted_json(done: Aborted, *, dry: bool) -> dict[str, object]:
    paths = list(map(shown, done.paths))
    return {"dry_run": dry, "kept": str(done.kept) if done.kept else None, "edited": paths}


def aborted_text(done: Aborted, *, dry: bool) -> Iterator[str]:
    if dry:
        yield f"the merge would be taken back; edited since: {len(done.paths)} files"
        return
    yield "the merge is taken back"
    if done.kept:
        edited = counted(len(done.paths), "file")
        what = f"{edited} as they were, with your edits" if done.paths else "the files as they were"
        yield f"{what}: {done.kept}"


def undone_text(done: Undone, *, dry: bool) -> str:
    would = "would be" if dry else "is"
    return (
        f"the merge {done.was[:10]} {would} taken back: HEAD {would} at {done.now[:10]}\n"
        f"  undo: git reset --keep {done.was[:10]}"
    )
