"""Story: who wrote how much? One git log with numbers, one look-up, both streaming."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from git_anvcs.flows import reading, survival
from git_anvcs.flows.read_graph import OURS, git_date
from git_anvcs.flows.survival import Each, Survived, Written
from git_anvcs.git import changes
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import attested
from git_anvcs.provenance.filters import Filter
from git_anvcs.provenance.lookup import open_lookup
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.tally import Commit, Tally

_FIELDS = ("%H", "%aN <%aE>", "%as")
_PAGE = 50


class Wanted(NamedTuple):
    """Which commits, and by what they are counted; dates as the user wrote them.

    span: a revision or a range; everything: of all branches and tags instead
    """

    by: Sequence[str]
    span: str = "HEAD"
    since: str | None = None
    until: str | None = None
    chosen: Filter = Filter()
    everything: bool = False


class Ends(NamedTuple):
    """A range as ids: the commits it leads to, and (`^id`) what it leaves out."""

    to: tuple[str, ...]
    beyond: tuple[str, ...]


class Counted(NamedTuple):
    """The tally; survived: what is there still, where that was asked."""

    tally: Tally
    survived: Survived | None = None


def count(repo: Repo, wanted: Wanted) -> Counted:
    """Count. Raises UsageError for a range that is none."""
    ends = _ends(repo, wanted)
    tally = Tally(wanted.by)
    for commit, _ in _commits(repo, wanted, ends):
        tally.add(commit)
    return Counted(tally)


def count_alive(repo: Repo, wanted: Wanted, each: Each) -> Counted:
    """The same, and which of the lines are there still where the range ends.

    Raises UsageError when it has several ends.
    """
    ends = _ends(repo, wanted)
    if len(ends.to) != 1:
        raise UsageError(
            "--survival needs a range with one end", hint="git anvcs stats --survival main..topic"
        )
    tally = Tally(wanted.by)
    commits: dict[str, Commit] = {}
    lines: Counter[str] = Counter()
    for commit, files in _commits(repo, wanted, ends):
        tally.add(commit)
        commits[commit.oid] = commit
        for file in files:  # one that was only renamed may hold lines under its new name
            lines[file.path] += file.added or bool(file.before)
    records = {oid: commit.record for oid, commit in commits.items() if commit.record}
    written = Written(commits, records, +lines)
    survived = survival.count(repo, ends.to[0], [*ends.beyond, *_since(wanted)], written, each)
    for oid, found in survived.alive.items():
        for (_, who), number in found.items():
            tally.survived(commits[oid], who, number)
    return Counted(tally, survived)


def _ends(repo: Repo, wanted: Wanted) -> Ends:
    if wanted.everything:
        return Ends((), ())
    done = repo.try_git("rev-parse", wanted.span, "--")
    ids = done.stdout.decode(errors="surrogateescape").split("\n")[:-2]  # the last one is `--`
    if done.returncode != 0 or not ids:
        refusal = reading.no_commits(repo) if wanted.span == "HEAD" else None
        raise refusal or UsageError(
            f"no revision or range is called {wanted.span!r}", hint="such as main..topic"
        )
    named = tuple(oid for oid in ids if not oid.startswith("^"))
    commits = tuple(commit for oid in named if (commit := repo.resolve(oid)))
    if len(commits) != len(named):
        raise UsageError(f"{wanted.span!r} leads to no commit", hint="such as main..topic")
    return Ends(commits, tuple(oid for oid in ids if oid.startswith("^")))


def _since(wanted: Wanted) -> list[str]:
    """An option of both git log and git blame."""
    return [f"--since={git_date(wanted.since)}"] if wanted.since else []


def _commits(
    repo: Repo, wanted: Wanted, ends: Ends
) -> Iterator[tuple[Commit, tuple[changes.Changed, ...]]]:
    """The commits that the filter admits."""
    argv = ["log", *changes.arguments(_FIELDS)]
    argv += _since(wanted)
    if wanted.until:
        argv.append(f"--until={git_date(wanted.until, end_of_day=True)}")
    if wanted.everything:
        argv += [*(f"--exclude={ref}" for ref in OURS), "--all"]
    argv += [*ends.to, *ends.beyond, "--", *wanted.chosen.pathspecs]
    with repo.talk(*argv) as git, open_lookup(repo) as lookup:
        listed = changes.read(git.read, len(_FIELDS))
        while page := list(islice(listed, _PAGE)):
            found = lookup(fields[0] for fields, _ in page)
            lookup.forget()
            for change in page:
                record = found.get(change.fields[0])
                if wanted.chosen.admits(record):
                    yield _commit(change, record), change.files


def _commit(change: changes.Commit, record: Record | None) -> Commit:
    oid, author, date = change.fields
    lines = attested.total(record, oid, {file.path: file.added for file in change.files})
    return Commit(oid, author, date, record, lines, sum(file.deleted for file in change.files))
