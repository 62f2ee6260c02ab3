"""Story: what did a session do? Its commits, the lines that are its, what became of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from git_anvcs.flows import reading, survival
from git_anvcs.flows.read_graph import git_date
from git_anvcs.flows.reading import Commit, Prompt
from git_anvcs.flows.session_records import Found
from git_anvcs.flows.survival import Each, Survived, Written
from git_anvcs.git import changes, objects
from git_anvcs.git.changes import Changed
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.provenance import attested, lineage, sessions, summary
from git_anvcs.provenance.filters import Filter
from git_anvcs.provenance.record import Record

# Blame reads a file's whole history: of more files only those with the most lines are looked at.
_MOST_FILES = 200

HERE, ELSEWHERE, GONE = "here", "elsewhere", "gone"

_FIELDS = ("%H", "%T", "%P", "%aN", "%ad", "%s", "%D", "%at")


class Wanted(NamedTuple):
    """Which of the session's commits; dates as the user wrote them.

    at: the commit at which lines are looked for, if there is one; survival: whether they are
    """

    at: str | None
    since: str | None = None
    until: str | None = None
    chosen: Filter = Filter()
    survival: bool = True


class File(NamedTuple):
    """A file of one commit.

    attested: lines that the record attests to the session; None: it attests none of the file
    lines: the added lines that are the session's; alive: those there still, None: not looked at
    """

    path: str
    added: int
    deleted: int
    attested: int | None
    lines: int
    alive: int | None = None


class Step(NamedTuple):
    """One commit.

    made: the session made it; else others did, with lines of the session
    place: HERE (in `at`), ELSEWHERE, or GONE (the commit is not in this clone)
    """

    commit: Commit
    record: Record
    made: bool
    place: str
    files: tuple[File, ...]
    prompt: Prompt


class Trace(NamedTuple):
    """What a session did, oldest first; replaced: commits of it that were rewritten since."""

    session: Found
    steps: list[Step]
    replaced: int
    survived: Survived | None


def follow(repo: Repo, session: Found, wanted: Wanted, each: Each) -> Trace:
    """The trace of a session."""
    after = _replaced(session.records)
    live = [record for record in session.records if record.commit not in after]
    admitted = [record for record in live if wanted.chosen.admits(record)]
    steps = _steps(repo, session.name, admitted, wanted)
    survived = None
    if wanted.survival and wanted.at is not None:
        survived = _survived(repo, session.name, wanted.at, steps, each)
        steps = [_with_alive(step, session.name, survived) for step in steps]
    return Trace(session, steps, len(session.records) - len(live), survived)


def _replaced(records: Iterable[Record]) -> set[str]:
    """The commits that others among these took the place of."""
    return {oid for record in records for oid in lineage.replaced(record)}


def _steps(repo: Repo, name: str, records: Sequence[Record], wanted: Wanted) -> list[Step]:
    """The commits in the order they were written in."""
    by_commit = {record.commit: record for record in records}
    asked = objects.ids(repo, [f"{oid}^{{commit}}" for oid in by_commit])
    present = [oid for oid, found in zip(by_commit, asked, strict=True) if found == oid]
    elsewhere = _outside(repo, present, wanted.at)
    timed = []
    for commit, at, changed in _commits(repo, present, wanted):
        record = by_commit[commit.oid]
        files = tuple(_file(record, name, file) for file in changed)
        place = ELSEWHERE if commit.oid in elsewhere else HERE
        timed.append((at, _step(repo, name, commit, record, place)._replace(files=files)))
    if not (wanted.since or wanted.until or wanted.chosen.paths):
        for oid in by_commit.keys() - set(present):
            record = by_commit[oid]
            timed.append((_second(record), _step(repo, name, _as_recorded(record), record, GONE)))
    return _in_order(timed)


def _commits(
    repo: Repo, oids: Sequence[str], wanted: Wanted
) -> Iterator[tuple[Commit, int, tuple[Changed, ...]]]:
    """Each of the wanted commits, the second it was written in, and its files; one git log."""
    argv = ["log", "--stdin", "--no-walk=unsorted", "--date=iso", *changes.arguments(_FIELDS)]
    if wanted.since:
        argv.append(f"--since={git_date(wanted.since)}")
    if wanted.until:
        argv.append(f"--until={git_date(wanted.until, end_of_day=True)}")
    if not oids:
        return
    with repo.talk(*argv, "--", *wanted.chosen.pathspecs) as git:
        with suppress(BrokenPipeError):  # git has refused already and says why
            git.write.write("".join(f"{oid}\n" for oid in oids).encode())
            git.write.close()
        for fields, files in changes.read(git.read, len(_FIELDS)):
            oid, tree, parents, author, date, subject, refs, at = fields
            commit = Commit(oid, tree, tuple(parents.split()), author, date, subject, refs)
            yield commit, int(at), files


def _outside(repo: Repo, oids: Sequence[str], at: str | None) -> set[str]:
    """Those of the commits that `at` does not hold."""
    if at is None or not oids:
        return set(oids)
    asked = "".join(f"{oid}\n" for oid in (*oids, f"^{at}"))
    return set(oids) & set(repo.git("rev-list", "--stdin", stdin=asked.encode()).decode().split())


def _step(repo: Repo, name: str, commit: Commit, record: Record, place: str) -> Step:
    made = sessions.name_of(summary.who(record)) == name
    prompt = reading.prompt(repo, record) if made else Prompt(None)
    return Step(commit, record, made, place, (), prompt)


def _file(record: Record, name: str, file: Changed) -> File:
    whos = attested.shares(record, record.commit, file.path, file.added)
    own = sum(count for who, count in whos.items() if sessions.name_of(who) == name)
    said = attested.attested(record, record.commit, file.path, name)
    return File(file.path, file.added, file.deleted, said, own)


def _as_recorded(record: Record) -> Commit:
    """What the record of a commit that is not here tells of it."""
    return Commit(record.commit, record.tree, (), "", record.created_at, "", "")


def _second(record: Record) -> int:
    """When the record was made."""
    try:
        return int(clock.parse_rfc3339(record.created_at))
    except (ValueError, OverflowError):
        return 0


def _in_order(timed: Iterable[tuple[int, Step]]) -> list[Step]:
    """Oldest first; of one second, parents first (agents commit faster than Git's clock)."""
    found: list[Step] = []
    by_time = sorted(timed, key=lambda item: (item[0], item[1].record.meta_id))
    for _, group in groupby(by_time, key=lambda item: item[0]):
        waiting = {step.commit.oid: step for _, step in group}
        while waiting:
            free = [s for s in waiting.values() if not set(s.commit.parents) & waiting.keys()]
            free = free or [*waiting.values()]  # a cycle cannot be, but grafts can
            found += [waiting.pop(step.commit.oid) for step in free]
    return found


def _survived(repo: Repo, name: str, at: str, steps: Sequence[Step], each: Each) -> Survived:
    here = [step for step in steps if step.place == HERE and any(f.lines for f in step.files)]
    lines: Counter[str] = Counter()
    for step in here:
        lines.update({file.path: file.lines for file in step.files if file.lines})
    commits = {step.commit.oid: step.record for step in here}
    beyond = survival.floor(repo, commits)
    for old, new in survival.renamed(repo, at, beyond, lines).items():
        lines[new] += lines[old]
    written = Written(commits, commits, lines, _MOST_FILES)
    return survival.count(repo, at, beyond, written, each)


def _with_alive(step: Step, name: str, survived: Survived) -> Step:
    """The step with the lines that are there still; only what `at` holds was looked for."""
    if step.place != HERE:
        return step
    alive: Counter[str] = Counter()
    for (path, who), count in survived.alive.get(step.commit.oid, {}).items():
        if sessions.name_of(who) == name:
            alive[path] += count
    seen = (file.path not in survived.unseen for file in step.files)
    return step._replace(
        files=tuple(
            file._replace(alive=alive[file.path] if looked else None)
            for file, looked in zip(step.files, seen, strict=True)
        )
    )
