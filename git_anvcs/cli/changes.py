"""The answer of `preview` for commits, there already or about to be made, as text and as JSON."""

from collections import Counter
from collections.abc import Iterator

from git_anvcs.cli import described, paint
from git_anvcs.cli.output import styled
from git_anvcs.drivers import differences
from git_anvcs.flows.changed import SERIOUS, Changed, Flag
from git_anvcs.kernel.terminal import cut, safe, shown
from git_anvcs.provenance import summary

_SHOWN = 20  # flags, commits


def as_json(found: Changed) -> dict[str, object]:
    return {
        "commits": [
            {"commit": commit.oid, "subject": shown(commit.subject), **summary.facts(record)}
            for commit, record in found.commits
        ],
        "claim": dict(found.claim) or None,
        **differences.as_json(found.differences),
        "flags": [
            {**flag._asdict(), "path": shown(flag.path), "serious": flag.kind in SERIOUS}
            for flag in found.flags
        ],
    }


def text(found: Changed, *, colour: bool) -> Iterator[str]:
    yield from _who(found, colour=colour)
    yield from differences.text(found.differences, colour=colour)
    if not found.differences:
        yield "nothing is changed"
    for flag in found.flags[:_SHOWN]:
        yield _flag(flag, colour=colour)
    if len(found.flags) > _SHOWN:
        yield f"  and {len(found.flags) - _SHOWN} more to look at"


def _who(found: Changed, *, colour: bool) -> Iterator[str]:
    if len(found.commits) == 1:
        [(commit, record)] = found.commits
        head = styled(f"commit {commit.oid[:12]}", "yellow", colour=colour)
        yield f"{head}  {safe(commit.subject)}"
        rows = [
            *described.who(record, colour=colour),
            *described.tests(record, commit.tree, colour=colour),
        ]
        yield from described.table(rows, colour=colour)
    elif found.commits:
        names = Counter(paint.name(summary.who(record)) for _commit, record in found.commits)
        told = ", ".join(f"{safe(name)} {number}" for name, number in names.most_common())
        tests = Counter(summary.tests(record) for _commit, record in found.commits)
        passed = tests[summary.PASSED]
        yield f"{len(found.commits)} commits: {told}; tests passed on {passed}"
    elif found.claim:
        agent, model = (str(found.claim.get(key) or "not known") for key in ("agent_id", "model"))
        yield f"the record would say: agent {safe(agent)}, model {safe(model)}"


def _flag(flag: Flag, *, colour: bool) -> str:
    kind = styled(f"  ! {flag.kind}", "red" if flag.kind in SERIOUS else "yellow", colour=colour)
    joint = ":" if flag.where.isdigit() else "  "
    place = (
        f"{safe(flag.path)}{joint}{cut(safe(flag.where), 60)}" if flag.where else safe(flag.path)
    )
    return f"{kind}  {place}  {safe(flag.says)}"
