"""The answer of `review` as text and as JSON."""

from collections.abc import Iterator, Sequence

from git_anvcs.cli.combined import combined
from git_anvcs.cli.counted import counted
from git_anvcs.cli.output import styled
from git_anvcs.flows.kept_proposals import OFFERED
from git_anvcs.flows.review.items import BY_A_PERSON, OPEN, Item
from git_anvcs.flows.review.look import File, Review
from git_anvcs.flows.review.put import Put
from git_anvcs.flows.review.subject import Subject
from git_anvcs.kernel.terminal import cut, safe, safe_bytes, shown, typed
from git_anvcs.merge import lines, reasons
from git_anvcs.merge.places import STANDS, UNDONE
from git_anvcs.merge.result import Resolution

_SHOWN = 20  # items, without -v
_LINES = 60  # of one diff, without -v
_WIDE = 110
_COLOURS = {"open": "red", "undone": "red", "decided": "green"}
_DIFF_COLOURS = {"+": "green", "-": "red"}
_LOOK = "look at it"
DOUBTS = {4: "open", 3: _LOOK, 2: "worth a glance", 1: "routine"}


def as_json(review: Review | None) -> dict[str, object]:
    if review is None:
        return {"merge": None, "counts": {}, "files": [], "items": []}
    return {
        "merge": subject_json(review.subject),
        "counts": counts(review),
        "files": [file_json(file) for file in review.files],
        "items": [item_json(item) for item in review.items],
    }


def subject_json(subject: Subject) -> dict[str, object]:
    return {
        "kind": subject.kind,
        "commit": subject.commit or None,
        "theirs": shown(subject.theirs),
        "in_progress": subject.in_progress,
        "bases": subject.bases,
    }


def counts(review: Review) -> dict[str, int]:
    return {
        "files": len(review.paths),
        "by_git": review.count("by Git"),
        "by_rule": review.count("by rule"),
        "by_a_person": review.count("by a person"),
        "open": review.count("open"),
    }


def file_json(file: File) -> dict[str, object]:
    return {
        "path": shown(file.path),
        "verdict": file.verdict,
        "format": file.result.format,
        "recorded": file.recorded,
        "resolutions": [resolution_json(one) for one in file.result.resolutions],
    }


def resolution_json(one: Resolution) -> dict[str, object]:
    reason = reasons.of_rule(one.rule)
    texts = {key: shown(text) for key, text in one._asdict().items()}
    return {**texts, "speculative": reason.speculative, "why": reason.words}


def item_json(item: Item) -> dict[str, object]:
    """One item; texts as Unicode, what is none as U+FFFD."""
    versions = item.versions._asdict()
    return {
        "id": item.id,
        "path": shown(item.path),
        "state": item.state,
        "doubt": DOUBTS[item.doubt],
        "line": item.line or None,
        "where": shown(item.where),
        "rules": list(dict.fromkeys(one.rule for one in item.resolutions)),
        "why": item.why,
        "speculative": item.speculative,
        "accepted": item.accepted,
        "proposal": item.proposal or None,
        "left_out": [shown(line) for line in item.left_out],
        **{name: lines.decoded(text) for name, text in versions.items()},
        "before": lines.decoded(item.before),
        "result": lines.decoded(item.result),
    }


def text(review: Review | None, verbosity: int, *, colour: bool) -> Iterator[str]:
    """The whole of it, for a person with little time."""
    if review is None:
        yield "there is no merge to review"
        return
    yield from head(review)
    listed = [item for item in review.items if verbosity > 0 or not item.accepted]
    accepted = len(review.items) - len(listed)
    kept = listed if verbosity > 0 else listed[:_SHOWN]
    for item in kept:
        yield from row(item, colour=colour)
    if len(kept) < len(listed):
        yield f"  … {len(listed) - len(kept)} more, less doubtful (-v shows all)"
    if accepted:
        yield f"  {accepted} accepted already (-v shows them)"
    if any(item.state != OPEN for item in kept):
        yield "git anvcs review ID shows one; --accept ID, --undo ID decide"


def head(review: Review) -> Iterator[str]:
    """What was merged, and how much of it wants a look."""
    subject = review.subject
    of = safe(subject.theirs)
    yield (
        f"{subject.kind} of {of}, in progress"
        if subject.in_progress
        else f"{subject.commit[:10]}: {subject.kind} of {of}"
    )
    if not subject.bases:
        yield "the two have no common commit: every file of one name is new on both sides"
    said = counts(review)
    if not review.files:
        yield "no file was changed on both sides: there is nothing to doubt"
        return
    parts = [
        f"{said['by_git']} merged by Git",
        f"{said['by_rule']} by our rules",
        f"{said['by_a_person']} by a person",
        f"{said['open']} open",
    ]
    told = ", ".join(part for part in parts if not part.startswith("0 ")) or "none of them merged"
    yield f"{counted(said['files'], 'file')} changed on both sides: {told}"
    first = [item for item in review.items if item.doubt >= reasons.LOOK and not item.accepted]
    if first:
        paths = list(dict.fromkeys(safe(item.path) for item in first))
        more = f" and {len(paths) - 3} more files" if len(paths) > 3 else ""
        yield f"look first at {', '.join(paths[:3])}{more}"
    elif review.items:
        yield "nothing here is doubtful"


def row(item: Item, *, colour: bool) -> Iterator[str]:
    """One item in two lines: where, and why."""
    place = f"{safe(item.path)}{f':{item.line}' if item.line else ''}"
    where = f"  {safe(item.where)}" if item.where else ""
    state = styled(f"{item.state:<11}", _COLOURS.get(item.state, "yellow"), colour=colour)
    yield cut(f"  {item.id:<10}  ", 14) + state + cut(f"  {place}{where}", _WIDE)
    yield cut(f"              {safe(item.why)}{_marks(item)}", _WIDE + 14)


def _marks(item: Item) -> str:
    said = [
        "likely, not certain" if item.speculative else "",
        f"{counted(len(item.left_out), 'line')} of a side left out" if item.left_out else "",
        "accepted" if item.accepted else "",
        "a proposal waits: --accept" if item.proposal == OFFERED else "",
    ]
    told = ", ".join(part for part in said if part)
    return f" ({told})" if told else ""


def one(item: Item, verbosity: int, *, colour: bool) -> Iterator[str]:
    """One item with its diff."""
    yield from row(item, colour=colour)
    rules = ", ".join(dict.fromkeys(made.rule for made in item.resolutions))
    if rules:
        yield f"              rules: {safe(rules)}"
    for line in item.left_out[:_LINES]:
        yield f"              left out: {cut(safe(line), _WIDE)}"
    kept = list(_sides(item) if _is_conflict(item) else _diff(item, colour=colour))
    yield from kept if verbosity > 0 else kept[:_LINES]
    if verbosity <= 0 and len(kept) > _LINES:
        yield f"  … {len(kept) - _LINES} more lines (-v shows all)"


def _is_conflict(item: Item) -> bool:
    return item.state in (OPEN, BY_A_PERSON)


def _sides(item: Item) -> Iterator[str]:
    """What either side has at a conflict, and what both started from."""
    base, ours, theirs = map(lines.split, item.versions)
    for name, said in (("ours", ours), ("theirs", theirs), ("base", base)):
        if said or name != "base":
            yield f"  {name}{'' if said else ': nothing'}"
        yield from (f"    {_line(line)}" for line in said)


def _diff(item: Item, *, colour: bool) -> Iterator[str]:
    """What a rule wrote, against ours and theirs."""
    _, ours, theirs = map(lines.split, item.versions)
    yield "  against ours and theirs, as git diff --cc:"
    for columns, line in combined(ours, theirs, lines.split(item.result)):
        sign = columns.strip()[:1]
        said = f"  {columns}{_line(line)}"
        yield styled(said, _DIFF_COLOURS[sign], colour=colour) if sign else said


def _line(line: bytes) -> str:
    return safe_bytes(line.removesuffix(b"\n"))


def put_json(done: Put) -> dict[str, object]:
    """What was done to one item."""
    facts = {"id": done.item.id, "path": shown(done.item.path), "state": done.state}
    flags = {"written": done.written, "staged": done.staged, "unmerged": done.unmerged}
    return {**facts, **flags}


def put_text(done: Put, *, dry: bool) -> str:
    """The same in words, and how to take it back."""
    place = f"{done.item.id}  {safe(done.item.path)}"
    if not done.written:
        return f"{place}: accepted"
    would = "would be " if dry else ""
    if done.state == STANDS and done.item.state == OPEN:
        path = typed(done.item.path)
        return (
            f"{place}: what was proposed {would or 'is '}in the file; then: git add {path}\n"
            f"  undo: git anvcs review --undo {done.item.id}"
        )
    if done.state == STANDS:
        again = f"{place}: what the rule wrote {'would be' if dry else 'is'} there again"
        return again + (", and staged" if done.staged else "")
    what = "the conflict" if done.state == UNDONE else f"{done.state}'s version"
    lines = [f"{place}: {what} {would}{'put back' if dry else 'is back'}"]
    if done.unmerged:
        lines.append(f"  decide it, then: git add {typed(done.item.path)}")
    lines.append(f"  undo: git anvcs review --accept {done.item.id}")
    return "\n".join(lines)


def found(review: Review | None, name: str) -> Sequence[Item]:
    """The items whose id begins so."""
    return [item for item in review.items if item.id.startswith(name)] if review else []
