"""A record in words: the rows that `show` and `why` print. Every text in them is safe to print."""

from collections.abc import Iterable, Iterator, Mapping

from git_anvcs.cli import paint
from git_anvcs.cli.output import styled
from git_anvcs.flows.reading import Commit, Prompt
from git_anvcs.kernel.terminal import cut, safe, safe_text
from git_anvcs.provenance import sessions, summary
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import Who

Row = tuple[str, str]

# `%G?` in git-log(1).
SIGNATURES = {
    "G": "good signature",
    "U": "good signature, its key is not trusted",
    "X": "good signature that has expired",
    "Y": "good signature by a key that has expired",
    "R": "good signature by a key that was revoked",
    "B": "BAD signature",
    "E": "signed, cannot be checked here",
    "N": "not signed",
}

_MARGIN = 11
_LONGEST_PROMPT = 12  # lines


def table(rows: Iterable[Row], *, colour: bool) -> Iterator[str]:
    """The rows, their names in one column; a value of several lines stays in its column."""
    for name, value in rows:
        first, *others = value.split("\n")
        yield styled(f"  {name:<{_MARGIN - 2}}", "dim", colour=colour) + first
        yield from (" " * _MARGIN + line for line in others)


def who(record: Record | None, *, colour: bool, found: Who | None = None) -> Iterator[Row]:
    """Who made the commit; `found`: who wrote the line in question, where that is known."""
    found = found or summary.who(record)
    how = _how(record) if record and sessions.made_by(record, found) else ""
    yield "agent", paint.agent_paint(found, safe(paint.name(found)), colour=colour) + how
    if found.session:
        yield "session", safe(found.session)
    if found.model:
        yield "model", safe(found.model)
    if summary.lane(record):
        yield "lane", safe(summary.lane(record))


def signature(commit: Commit) -> Iterator[Row]:
    said = SIGNATURES.get(commit.signature, SIGNATURES["E"])
    yield "signed", f"{said} ({safe(commit.signer)})" if commit.signer else said


def prompt(found: Prompt) -> Iterator[Row]:
    """The prompt, or why its text is not shown."""
    if found.text is None:
        if found.why:
            yield "prompt", safe(found.why)
        return
    lines = safe_text(found.text.strip()).expandtabs(4).split("\n")
    kept = [cut(line, 100) for line in lines[:_LONGEST_PROMPT]]
    if len(lines) > len(kept):
        kept.append(f"… {len(lines) - len(kept)} more lines")
    yield "prompt", "\n".join(kept)


def tests(record: Record | None, tree: str, *, colour: bool) -> Iterator[Row]:
    """The claim about tests, and whether it is about this very tree."""
    state = summary.tests(record)
    if record is None or state == summary.UNKNOWN:
        yield "tests", f"{paint.mark(state, colour=colour)} not known"
        return
    run = record.mapping("tests")
    ran_on = run.get("ran_on_tree")
    said = {
        summary.PASSED: f"passed{_counts(run)} on this very tree",
        summary.FAILED: f"failed{_counts(run)} on this very tree",
        summary.STALE: f"claimed for another tree ({_short(ran_on)}): says nothing of this commit",
    }[state]
    if record.tree != tree:
        state = summary.STALE
        said = f"the record speaks of tree {_short(record.tree)}, the commit has {_short(tree)}"
    yield "tests", f"{paint.mark(state, colour=colour)} {said}"
    if state != summary.STALE and record.coverage is not None:
        yield "coverage", f"{record.coverage:g} %"


def environment(record: Record) -> Iterator[Row]:
    env = record.mapping("env")
    python = env.get("python")
    parts = [env.get("os"), f"python {python}" if python else None, env.get("container")]
    parts += [f"{name} {version}" for name, version in _items(env.get("tools"))]
    said = [safe(part) for part in parts if isinstance(part, str) and part]
    digest = env.get("digest")
    if isinstance(digest, str):
        said.append(f"({safe(digest[:19])}…)" if len(digest) > 19 else f"({safe(digest)})")
    if said:
        yield "env", " · ".join(said).replace(" · (", " (")


def artifacts(record: Record) -> Iterator[Row]:
    for item in record.items("artifacts"):
        if not isinstance(item, Mapping):
            continue
        name = _text(item, "name") or _text(item, "path") or _text(item, "key")
        kind, storage = _text(item, "type"), _text(item, "storage")
        size = item.get("size")
        sized = f", {human_size(size)}" if isinstance(size, int) else ""
        digest = _text(item, "sha256")[:12]
        yield "artifact", safe(f"{name or '(unnamed)'}  {kind}{sized}, {storage} {digest}")


def lineage(record: Record) -> Iterator[Row]:
    """Where the record was before rewrites, newest step first."""
    for step in reversed(record.lineage):
        yield "was", was(step)


def was(step: Mapping[str, object]) -> str:
    """`abc123 before the rebase (declared)`."""
    origins = step.get("from")
    listed = origins if isinstance(origins, list) else []
    ids = ", ".join(_short(oid) for oid in listed[:5])
    more = f" and {len(listed) - 5} more" if len(listed) > 5 else ""
    operation, match, at = (_text(step, key) for key in ("op", "match", "at"))
    return safe(f"{ids}{more} before the {operation} (matched by {match}) {at}".rstrip())


def identity(record: Record) -> Iterator[Row]:
    change = f" · change {record.change_id[:12]}" if record.change_id else ""
    yield "record", safe(f"{record.meta_id} revision {record.rev}{change}")
    if not record.known:
        yield "", safe(f"written by another version ({record.schema})")


def human_size(size: int) -> str:
    """`4.2 KB`."""
    amount, unit = float(size), "bytes"
    for bigger in ("KB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, bigger
    return f"{amount:.3g} {unit}"


def _how(record: Record) -> str:
    """How it is known who made it, when the record says so."""
    for vendor in record.mapping("ext").values():
        confidence = vendor.get("confidence") if isinstance(vendor, Mapping) else None
        if isinstance(confidence, str | float | int):
            return safe(f"  (confidence: {confidence})")
    return ""


def _counts(run: Mapping[str, object]) -> str:
    total, failed, skipped = (run.get(key) for key in ("total", "failed", "skipped"))
    parts = [
        f"{total} tests" if isinstance(total, int) else "",
        f"{failed} failed" if isinstance(failed, int) and failed else "",
        f"{skipped} skipped" if isinstance(skipped, int) and skipped else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _items(value: object) -> list[tuple[object, object]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _text(item: Mapping[str, object], key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""


def _short(oid: object) -> str:
    return safe(oid[:12]) if isinstance(oid, str) else "?"
