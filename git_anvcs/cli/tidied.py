"""What a tidy would put together and has put together, in words."""

from collections.abc import Iterator, Sequence

from git_anvcs.flows.tidy.apply import Tidied
from git_anvcs.flows.tidy.plan import Milestone
from git_anvcs.flows.tidy.row import Row
from git_anvcs.kernel.terminal import cut, safe, styled

_SHORT = 10
_WIDEST = 100


def planned(milestones: Sequence[Milestone], *, colour: bool) -> Iterator[str]:
    """Each milestone with the commits it is made of."""
    count = sum(len(one.steps) for one in milestones)
    yield f"{count} commits become {len(milestones)}:"
    for one in milestones:
        subject = safe(one.message.split("\n", 1)[0])
        if len(one.steps) == 1:
            yield f"  {one.steps[0].oid[:_SHORT]} {cut(subject, _WIDEST)}"
            continue
        yield styled(f"  {len(one.steps)} commits: {cut(subject, _WIDEST)}", "bold", colour=colour)
        for step in one.steps:
            who = f"  ({safe(step.session)})" if step.session else ""
            yield f"    {step.oid[:_SHORT]} {cut(safe(step.subject), _WIDEST)}{who}"


def nothing(row: Row) -> str:
    if not row.steps:
        return "nothing to put together: every commit is published, shared or a merge"
    count = len(row.steps)
    several = f"none of {count} commits belongs to the one before; --into N or --by day may help"
    return several if count > 1 else "nothing to put together: one commit is not published yet"


def not_done(dry_run: bool) -> str:
    return f"nothing was changed{' (--dry-run)' if dry_run else ''}"


def text(row: Row, done: Tidied) -> str:
    branch = safe(row.branch.removeprefix("refs/heads/"))
    count = len(done.made) - len(row.after)
    many = "milestone" if count == 1 else "milestones"
    lines = [f"{len(row.steps)} commits became {count} {many}; {branch} is at {done.tip[:_SHORT]}"]
    if row.after:
        lines.append(f"{len(row.after)} commits after them were made anew")
    lines.append(f"undo of this: {_back(done)}")
    return "\n".join(lines)


def as_json(row: Row, milestones: Sequence[Milestone], done: Tidied | None) -> dict[str, object]:
    """done: None when nothing was done"""
    made = [one.oid for one in done.made] if done else [None] * len(milestones)
    after = done.made[len(milestones) :] if done else ()
    return {
        "tidied": done is not None,
        "branch": row.branch,
        "from": row.tip,
        "to": done.tip if done else None,
        "base": row.base or None,
        "milestones": [
            {
                "commit": oid,
                "message": one.message,
                "commits": [step.oid for step in one.steps],
            }
            for oid, one in zip(made, milestones, strict=False)
        ],
        "rebuilt": {one.milestone.steps[0].oid: one.oid for one in after},
        "records": done.records if done else 0,
        "back": _back(done) if done else None,
    }


def _back(done: Tidied) -> str:
    return f"git anvcs undo --to '#{done.before}'"
