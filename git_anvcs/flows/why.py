"""Story: why is this line here? The commit that wrote it, its record, and what it was before."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import read_blame, reading
from git_anvcs.flows.reading import Commit, Prompt
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import blame, records, sessions
from git_anvcs.provenance.blame import Attribution, Attributor, Line
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import AGENT, Who

# The history of a line is shown for so many commits, of so many places.
_LONGEST_HISTORY = 20
_MOST_PLACES = 10


class Place(NamedTuple):
    """Where the user points: a file, and lines (`10,20`) or a function's name (`:name`)."""

    file: str
    lines: str
    revision: str | None = None


class Past(NamedTuple):
    """An earlier commit that changed the lines."""

    commit: Commit
    record: Record | None


class Reason(NamedTuple):
    """Neighbouring lines that one commit wrote, and what is known; commit None: not committed."""

    lines: list[Line]
    commit: Commit | None
    record: Record | None
    attribution: Attribution
    prompt: Prompt
    history: tuple[Past, ...] = ()


def explain(repo: Repo, cwd: Path, place: Place, *, history: bool = False) -> list[Reason]:
    """The reasons of the lines, in the file's order. Raises AnvcsError."""
    revision = [] if place.revision is None else [reading.find(repo, place.revision)]
    argv = [f"-L{place.lines}", *revision, "--", place.file]
    found = read_blame.read(repo, cwd, argv)
    commits = [oid for oid in found.origins if not blame.is_uncommitted(oid)]
    if not commits:
        numbers = "-".join(dict.fromkeys(place.lines.split(",")))
        raise AnvcsError(
            f"{place.file}:{numbers} is not committed yet",
            hint=f"commit it, or ask for an older version: git anvcs why {place.file}:LINE HEAD",
        )
    facts = reading.all_facts(repo, commits, signed=True)
    attribute = Attributor(found.records)
    reasons = []
    for (oid, attribution), group in groupby(found.lines, lambda x: (x.commit, attribute(x))):
        record = found.records.get(oid)
        prompt = _prompt(repo, record, attribution.who) if record else Prompt(None)
        reasons.append(Reason([*group], facts.get(oid), record, attribution, prompt))
    return list(_with_history(repo, reasons)) if history else reasons


def _prompt(repo: Repo, record: Record, who: Who) -> Prompt:
    """The prompt on which `who` wrote; a record tells its maker's, and that explains no other's."""
    if sessions.made_by(record, who):
        return reading.prompt(repo, record)
    known = who.kind == AGENT
    return Prompt(None, f"not known (the commit's is {record.agent_id}'s)" if known else "")


def _with_history(repo: Repo, reasons: Iterable[Reason]) -> Iterator[Reason]:
    for number, reason in enumerate(reasons):
        if reason.commit is None or number >= _MOST_PLACES:
            yield reason
        else:
            yield reason._replace(history=_past(repo, reason))


def _past(repo: Repo, reason: Reason) -> tuple[Past, ...]:
    """The commits before that changed these lines; they are known by their numbers back then."""
    first, last = reason.lines[0], reason.lines[-1]
    path = first.path.decode(errors="surrogateescape")
    argv = ("log", "-z", "-s", f"-n{_LONGEST_HISTORY + 1}", "--no-color", "--format=%H")
    done = repo.try_git(*argv, f"-L{first.original},{last.original}:{path}", first.commit)
    words = done.stdout.decode().replace("\0", "\n").split()
    listed = [oid for oid in dict.fromkeys(words) if oid != first.commit]
    if not listed:
        return ()
    facts, known = reading.all_facts(repo, listed), records.read(repo, listed)
    return tuple(Past(facts[oid], known.get(oid)) for oid in listed if oid in facts)
