"""Story: the history as a graph, read page by page: one git log, one look-up, both streaming."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
import re
from typing import IO, NamedTuple

from git_anvcs.flows import reading
from git_anvcs.git import stream
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance.filters import Filter
from git_anvcs.provenance.lookup import Lookup, open_lookup
from git_anvcs.provenance.order import topological
from git_anvcs.provenance.record import Record

# More commits than dates are ever out of order in a usual history; read in about 2 ms.
WINDOW = 256
_PAGE = 50

_FIELDS = ("%H", "%P", "%aN", "%aI", "%D", "%s")
OURS = ("refs/anvcs/*", "refs/notes/*", "refs/stash")
_UNITS = {
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "mo": "months",
    "y": "years",
}


class Wanted(NamedTuple):
    """Which part of the history; dates as the user wrote them, paths relative to where they are."""

    since: str | None = None
    until: str | None = None
    chosen: Filter = Filter()
    limit: int | None = None
    everything: bool = False
    start: str | None = None
    paths: tuple[str, ...] = ()


class Seen(NamedTuple):
    """One commit as Git printed it; texts are not yet safe to print."""

    oid: str
    parents: tuple[str, ...]
    author: str
    date: str
    refs: tuple[str, ...]
    subject: str


class Node(NamedTuple):
    """A commit, its record, and whether the filter wants it shown."""

    commit: Seen
    record: Record | None
    shown: bool


def read(repo: Repo, cwd: Path, wanted: Wanted) -> Iterator[Node]:
    """The commits in topological order, hidden ones among them, until `limit` are shown."""
    left = wanted.limit
    if left == 0:
        return
    node = None
    argv = ("-C", str(cwd), "log", *_arguments(repo, wanted))
    try:
        with repo.talk(*argv) as git, open_lookup(repo) as lookup:
            for node in _nodes(topological(_commits(git.read), WINDOW), wanted.chosen, lookup):
                yield node
                if left is not None and node.shown:
                    left -= 1
                    if left == 0:
                        return
    except GitFailed as error:
        raise reading.no_commits(repo) or error from error
    if node is None and (refusal := reading.no_commits(repo)):
        raise refusal


def git_date(text: str, *, end_of_day: bool = False) -> str:
    """A duration (`2w`, `36h`) or an ISO 8601 date as Git takes it. Raises UsageError.

    A date alone is the whole day: Git would take the present time of that day.
    """
    if found := re.fullmatch(r"(\d{1,6})(min|h|d|w|mo|y)", text):
        return f"{int(found[1])}.{_UNITS[found[2]]}.ago"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text!r} is neither a duration nor a date",
            hint="such as 2w, 3d, 36h, 30min, 6mo, 1y or 2026-09-21 or 2026-09-21T14:00:00Z",
        ) from None
    if re.fullmatch(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(-?\d)?", text):
        moment = moment.replace(hour=23, minute=59, second=59) if end_of_day else moment
    return moment.isoformat(timespec="seconds")


def _arguments(repo: Repo, wanted: Wanted) -> list[str]:
    argv = ["-z", f"--format={'%x00'.join(_FIELDS)}", "--no-color", "--no-show-signature"]
    argv += ["--parents", "--no-patch", "--decorate-refs-exclude=refs/anvcs/*"]
    if wanted.since:
        argv.append(f"--since={git_date(wanted.since)}")
    if wanted.until:
        argv.append(f"--until={git_date(wanted.until, end_of_day=True)}")
    if wanted.limit is not None and not wanted.chosen.terms:
        argv.append(f"--max-count={wanted.limit + WINDOW}")
    if wanted.everything:
        argv += [*(f"--exclude={ref}" for ref in OURS), "--all"]
    if wanted.start is not None:
        commit = repo.resolve(wanted.start)
        if commit is None:
            raise UsageError(f"no commit is called {wanted.start!r}", hint="give a revision")
        argv.append(commit)
    return [*argv, "--", *wanted.chosen.pathspecs, *wanted.paths]


def _commits(pipe: IO[bytes]) -> Iterator[Seen]:
    size = len(_FIELDS)
    fields = stream.fields(pipe)
    while len(found := list(islice(fields, size))) == size:
        oid, parents, author, date, refs, subject = found
        listed = tuple(refs.split(", ")) if refs else ()
        yield Seen(oid, tuple(parents.split()), author, date, listed, subject)


def _nodes(commits: Iterator[Seen], chosen: Filter, lookup: Lookup) -> Iterator[Node]:
    while page := list(islice(commits, _PAGE)):
        found = lookup(commit.oid for commit in page)
        lookup.forget()
        for commit in page:
            record = found.get(commit.oid)
            yield Node(commit, record, chosen.admits(record))
