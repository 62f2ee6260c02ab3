"""The trace of a session in words and as JSON. Every text printed here is safe to print."""

from collections import Counter
from collections.abc import Iterator

from git_anvcs.cli import described, paint
from git_anvcs.cli.output import styled
from git_anvcs.flows.trace import GONE, HERE, File, Step, Trace
from git_anvcs.kernel.terminal import cut, fit, safe, shown, width
from git_anvcs.provenance import sessions, summary

_WIDEST_PATH = 48
_MOST_FILES = 12  # of one commit


def text(trace: Trace, at: str, *, colour: bool) -> Iterator[str]:
    """The session, then its commits, oldest first; at: what the user calls the commit looked at."""
    name = styled(safe(trace.session.name), "bold", colour=colour)
    yield f"{styled('session', 'yellow', colour=colour)} {name}"
    yield from described.table(_head(trace, at, colour=colour), colour=colour)
    yield from steps(trace, at, colour=colour)


def steps(trace: Trace, at: str, *, colour: bool) -> Iterator[str]:
    """Its commits, each with its prompt and files."""
    before = ""
    for step in trace.steps:
        yield ""
        yield _commit_line(step, at, colour=colour)
        rows = list(_rows(step, before))
        yield from described.table(rows, colour=colour)
        yield from _file_lines(step)
        before = step.prompt.text or step.prompt.why


def _head(trace: Trace, at: str, *, colour: bool) -> Iterator[described.Row]:
    yield "key", ", ".join(map(safe, trace.session.keys))
    models = _models(trace)
    if models:
        yield "model", ", ".join(map(safe, models))
    if trace.session.parent:
        yield "parent", safe(trace.session.parent)
    if trace.session.children:
        yield "started", ", ".join(map(safe, trace.session.children))
    yield "commits", _commits_said(trace)
    yield "lines", _lines_said(trace, at)
    states = Counter(summary.tests(step.record) for step in trace.steps)
    said = [f"{paint.mark(state, colour=colour)} {n}" for state, n in sorted(states.items())]
    if said:
        yield "tests", "  ".join(said)


def _commits_said(trace: Trace) -> str:
    said = str(len(trace.steps))
    if len(trace.steps) > 1:
        said += f", {_day(trace.steps[0])} to {_day(trace.steps[-1])}"
    others = sum(not step.made for step in trace.steps)
    said += f"; {others} of them made by others" if others else ""
    return said + (f"; {trace.replaced} rewritten since" if trace.replaced else "")


def _lines_said(trace: Trace, at: str) -> str:
    totals = _totals(trace)
    said = f"{totals['lines']} written"
    if totals["attested"]:
        said += f", {totals['attested']} of them attested one by one"
    if trace.survived is not None:
        share = f" ({totals['alive'] * 100 // totals['lines']} %)" if totals["lines"] else ""
        said += f"; {totals['alive']}{share} still in {safe(at)}"
        if unseen := len(trace.survived.unseen):
            said += f", {unseen} files not looked at"
    return said


def _commit_line(step: Step, at: str, *, colour: bool) -> str:
    commit = step.commit
    ident = styled(commit.oid[:9], "yellow", colour=colour)
    mark = paint.mark(summary.tests(step.record), colour=colour)
    lane = summary.lane(step.record)
    where = {HERE: "", GONE: "  (not in this clone)"}.get(step.place, f"  (not in {safe(at)})")
    parts = [ident, commit.date[:16].replace("T", " "), mark]
    parts += [styled(safe(lane), "cyan", colour=colour)] if lane else []
    by = "" if step.made else f"  (made by {safe(paint.name(summary.who(step.record)))})"
    return f"{' '.join(parts)}  {safe(commit.subject)}{by}{where}"


def _rows(step: Step, before: str) -> Iterator[described.Row]:
    if (step.prompt.text or step.prompt.why) != before:
        yield from described.prompt(step.prompt)
    yield from described.artifacts(step.record)
    yield from described.lineage(step.record)


def _file_lines(step: Step) -> Iterator[str]:
    files = [file for file in step.files if file.lines or step.made]
    names = [cut(safe(file.path), _WIDEST_PATH) for file in files[:_MOST_FILES]]
    widest = max(map(width, names), default=0)
    for file, name in zip(files, names, strict=False):
        yield f"  {fit(name, widest)}  {_counts(file)}"
    if len(files) > _MOST_FILES:
        yield f"  … {len(files) - _MOST_FILES} more files"


def _counts(file: File) -> str:
    said = f"{f'+{file.added}':>6} {f'-{file.deleted}':>6}"
    if file.lines != file.added or file.attested is not None:
        said += f"  {file.lines} its own"
    if file.alive is not None and file.lines:
        said += f"  {file.alive} still there"
    return said


def as_json(trace: Trace, at: str) -> dict[str, object]:
    """The whole trace as one object."""
    session, survived = trace.session, trace.survived
    return {
        "session": shown(session.name),
        "agent": shown(session.name.partition(":")[0]),
        "id": shown(sessions.id_of(session.name)),
        "keys": list(session.keys),
        "models": [shown(model) for model in _models(trace)],
        "parent": shown(session.parent) or None,
        "children": [shown(name) for name in session.children],
        "totals": {**_totals(trace), "rewritten": trace.replaced},
        "survival": {
            "rev": shown(at),
            "commit": survived.at,
            "files": survived.files,
            "unseen": [shown(path) for path in sorted(survived.unseen)],
        }
        if survived
        else None,
        "commits": [step_json(step) for step in trace.steps],
    }


def step_json(step: Step) -> dict[str, object]:
    commit, record = step.commit, step.record
    return {
        "commit": commit.oid,
        "parents": list(commit.parents),
        "author": shown(commit.author) or None,
        "date": commit.date,
        "subject": shown(commit.subject) if step.place != GONE else None,
        "refs": [shown(ref) for ref in commit.refs.split(", ") if ref],
        "place": step.place,
        "made": step.made,
        **summary.facts(record),
        "prompt": shown(step.prompt.text) if step.prompt.text is not None else None,
        "prompt_withheld": step.prompt.why or None,
        "files": [{**file._asdict(), "path": shown(file.path)} for file in step.files],
        "artifacts": list(record.items("artifacts")),
        "lineage": list(record.lineage),
    }


def _totals(trace: Trace) -> dict[str, int]:
    files = [file for step in trace.steps for file in step.files]
    return {
        "commits": len(trace.steps),
        "lines": sum(file.lines for file in files),
        "attested": sum(file.attested or 0 for file in files),
        "alive": sum(file.alive or 0 for file in files),
    }


def _models(trace: Trace) -> list[str]:
    """The models the session used, by the records, in the order of its commits."""
    found: dict[str, None] = {}
    for step in trace.steps:
        whos = [summary.who(step.record)] if step.made else []
        whos += [summary.who_of_key(step.record, key) for key in trace.session.keys]
        for who in whos:
            if who.model and sessions.name_of(who) == trace.session.name:
                found[who.model] = None
    whole = {summary.short_model(model) for model in found if "/" in model}
    return [model for model in found if model != "unknown" and model not in whole]


def _day(step: Step) -> str:
    return step.commit.date[:16].replace("T", " ")
