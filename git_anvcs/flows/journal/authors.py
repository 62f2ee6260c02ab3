"""Story: what agents' hooks told becomes the authors of operations.

What a hook saw a file hold is put into the journal where nobody else saw it, with its author.
What was seen already, by the daemon, is claimed for its author afterwards. Operations of which
two are said to be the author, and all that is not proven, are nobody's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from git_anvcs.flows.journal import proof, spooled
from git_anvcs.flows.journal.proof import State
from git_anvcs.flows.journal.spooled import News, Step
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.journal import clock as logical
from git_anvcs.journal import disk, history
from git_anvcs.journal.capture import Capture, Git, Seen, Standing
from git_anvcs.journal.disk import Held
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind, Precision
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel import clock
from git_anvcs.provenance import lines, spans
from git_anvcs.provenance.spans import AS_HEAD, Change, Span
from git_anvcs.store import snapshots
from git_anvcs.store.paths import Paths
from git_anvcs.store.snapshots import ABSENT, NOT_KEPT

_UNKNOWN = "?"
# More files than these were written by no agent's tool, and are looked at like any others.
_MOST_PUT = 1000


class Told(NamedTuple):
    """A journal that takes in what was told of one worktree. seconds: when; None: now"""

    repo: Repo
    journal: Journal
    texts: Texts
    lane: str
    seconds: float | None = None


def put(here: Told, news: News, git: Git) -> None:
    """Append what files held when hooks ran, as far as the journal has nothing newer of them.

    Raises GitFailed, CannotWrite, Damaged.
    """
    begun = here.journal.begun_at(here.lane)
    steps = [step for step in news.steps if 0 < begun <= step.event.ts]
    wanted = [(step, path) for step in steps for path in _missing(here, step)][:_MOST_PUT]
    if not wanted:
        return
    heads = _at_head(here, {path for _, path in wanted})
    capture = Capture(here.journal, here.texts, git, here.lane, here.repo.root)
    for step, group in groupby(wanted, key=lambda one: one[0]):
        for by, standing, held in _seen(here, step, [path for _, path in group], heads):
            seconds = max(step.event.ts, _after(here))
            seen = Seen(standing, seconds, Precision.OBSERVED, by, all=False, held=held)
            capture.take(seen)


def sign(here: Told, news: News) -> None:
    """Claim what happened within what sessions did. Raises GitFailed, CannotWrite, Damaged."""
    claimed: dict[int, str] = {}
    for span in (step.span for step in news.steps if step.span):
        for entry in _of_span(here, span):
            known = claimed.get(entry.n, entry.by)
            if known == "" or ":" in known:  # what `undo` wrote stays its own
                claimed[entry.n] = span.who if known in ("", span.who) else ""
            if claimed.get(entry.n) == entry.by:
                del claimed[entry.n]
    now = clock.now() if here.seconds is None else here.seconds
    with here.journal.writing():
        for by in sorted({*claimed.values()}):
            mine = {n for n, who in claimed.items() if who == by}
            here.journal.claim(here.lane, by, mine, now)
        spooled.remember(here.journal, news)


def _missing(here: Told, step: Step) -> Iterator[str]:
    """The files of an event of which the journal's last word is older, and another one."""
    moment = logical.end_of(step.event.ts)
    for path, key in step.event.files.items():
        last = here.journal.last_of(here.lane, path)
        if key != NOT_KEPT and (not last or (last.op.time <= moment and _key(last) != key)):
            yield path


def _seen(
    here: Told, step: Step, paths: Sequence[str], heads: Mapping[str, "_AtHead"]
) -> Iterator[tuple[str, Mapping[str, Standing], Mapping[str, Held]]]:
    """What is put in at once: by whom, how the files stand, what they held."""
    known = here.journal.differing(here.lane, paths)
    found: dict[str, list[tuple[str, Standing, Held]]] = {}
    for path in paths:
        head, key = heads[path], step.event.files[path]
        if key in head.keys and path not in known:
            continue  # as HEAD has it, and so is the journal's last word
        held = _held(here, path, key, known.get(path), head)
        if held is None or key in head.keys:
            continue  # what became as HEAD has it, a look tells better
        standing = Standing(head.oid, differs=True, mode=head.mode)
        by = _author(here, step, path, known.get(path), head, held)
        found.setdefault(by, []).append((path, standing, held))
    for by, files in found.items():
        yield by, {path: s for path, s, _ in files}, {path: held for path, _, held in files}


def _author(
    here: Told, step: Step, path: str, known: Entry | None, head: "_AtHead", held: Held
) -> str:
    """Whose a change is that is put in; empty for nobody."""
    change = step.span.change(path) if step.span else None
    before = frozenset({_key(known)}) if known else head.keys | {AS_HEAD}
    if change is None or step.span is None or change.before not in before:
        return ""
    old = _content(here, known) if known else head.data
    return step.span.who if _explained(change, old, held.data) else ""


def _held(here: Told, path: str, key: str, known: Entry | None, head: "_AtHead") -> Held | None:
    """What a file held, by the key of its snapshot; None when that is not to be had."""
    if key == ABSENT:
        return disk.ABSENT
    now = disk.read(here.repo.root, path)
    if now is not None and now.digest.hex() == key and now.data is not None:
        return now
    mode = (known.op.mode if known else head.mode) or disk.FILE
    data = snapshots.get(Paths(here.repo.common_dir), key) if mode != disk.LINK else None
    return Held(mode, len(data), bytes.fromhex(key), data) if data is not None else None


def _of_span(here: Told, span: Span) -> Iterator[Entry]:
    """The operations that happened within the span, and are the session's."""
    began = logical.at(span.began - proof.BEFORE_SECONDS)
    after = here.journal.last_before(here.lane, began)
    near = here.journal.between(here.lane, after, here.journal.last())
    entries: dict[str, list[Entry]] = {}
    for entry in near:
        if entry.op.path and span.change(entry.op.path):
            entries.setdefault(entry.op.path, []).append(entry)
    heads = _bases(here, entries)
    for path, ops in entries.items():
        change = span.change(path)
        if change is None:
            continue
        before = here.journal.last_of(here.lane, path, after)
        states = list(_states(ops, before, heads))
        chosen = {state.n for state in proof.proven(states, span, change)}
        for old, entry in zip([before, *ops], ops, strict=False):
            if entry.n in chosen and _is_explained(here, change, old, entry, heads):
                yield entry


def _states(
    ops: Sequence[Entry], before: Entry | None, heads: Mapping[str, "_AtHead"]
) -> Iterator[State]:
    old = before
    for entry in ops:
        held = frozenset({_key(old)}) if old and old.op.differs else _as_head(entry, heads)
        op = entry.op
        yield State(
            entry.n, held - {_UNKNOWN}, _key(entry), op.seconds, clean=op.kind is Kind.CLEAN,
            by_git=bool(op.flags & Flag.BY_GIT),
        )  # fmt: skip
        old = entry


def _as_head(entry: Entry, heads: Mapping[str, "_AtHead"]) -> frozenset[str]:
    head = heads.get(entry.op.path)
    known = head.keys if head and head.oid == entry.op.base else frozenset[str]()
    return known | {AS_HEAD}


def _is_explained(
    here: Told, change: Change, old: Entry | None, entry: Entry, heads: Mapping[str, "_AtHead"]
) -> bool:
    if change.lines is None:
        return change.alone
    head = heads.get(entry.op.path)
    before = _content(here, old) if old and old.op.differs else head.data if head else None
    return _explained(change, before, _content(here, entry))


def _explained(change: Change, before: bytes | None, after: bytes | None) -> bool:
    """Whether the session accounts for it; what is no text, only where it was alone."""
    if before is None or after is None or not (lines.is_text(before) and lines.is_text(after)):
        return change.alone and change.lines is None
    return spans.explains(change, lines.split(before), lines.split(after))


def _content(here: Told, entry: Entry) -> bytes | None:
    """What a file held after an operation; nothing where it was deleted."""
    if entry.op.kind is Kind.DELETE:
        return b""
    found = history.content(here.journal, here.texts, entry)
    return found.data if found else None


def _key(entry: Entry) -> str:
    """What stands for the content after an operation, as snapshots name it."""
    op = entry.op
    if op.kind is Kind.DELETE or not op.mode:
        return ABSENT
    return op.digest.hex() or _UNKNOWN


class _AtHead(NamedTuple):
    """A file as HEAD has it, and what names that content; oid: empty where it has none."""

    oid: str
    mode: int
    keys: frozenset[str]
    data: bytes | None


def _at_head(here: Told, paths: Iterable[str]) -> dict[str, _AtHead]:
    """How HEAD has files now."""
    names = sorted(paths)
    ids = objects.ids(here.repo, [f"HEAD:{path}" for path in names])
    oids = {path: oid for path, oid in zip(names, ids, strict=True) if oid}
    return _with_data(here.repo, {path: oids.get(path, "") for path in names})


def _bases(here: Told, entries: Mapping[str, Sequence[Entry]]) -> dict[str, _AtHead]:
    """What the first operation of each began as, where no operation before it says so."""
    oids = {path: ops[0].op.base for path, ops in entries.items()}
    return _with_data(here.repo, oids)


def _with_data(repo: Repo, oids: Mapping[str, str]) -> dict[str, _AtHead]:
    """With the bytes that a checkout writes."""
    data = objects.smudged(repo, {path: oid for path, oid in oids.items() if oid})
    found = {}
    for path, oid in oids.items():
        held = data.get(path)
        keys = frozenset({snapshots.key_of(held)} if held is not None else ())
        found[path] = _AtHead(oid, disk.FILE, keys if oid else frozenset({ABSENT}),
                              held if oid else b"")  # fmt: skip
    return found


def _after(here: Told) -> float:
    """A moment after every operation, so that none of another look comes together with it."""
    last = here.journal.last()
    newest = next(here.journal.newest(before=last + 1), None)
    return newest.op.seconds + 0.001 if newest else 0.0
