"""Story: commits that came without their records get them, where it is proved whose they are.

`meta reconcile` asks it of a range, in CI or by hand; readers ask it of what moved (moved.py).
Doing it again changes nothing: a commit whose record names somebody is left alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.flows import mirror, record_commit
from git_anvcs.flows.contents import Contents
from git_anvcs.flows.made import Made
from git_anvcs.flows.origins import Ladder
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import records, subject
from git_anvcs.provenance.index import Index
from git_anvcs.provenance.reanchor import Origin
from git_anvcs.provenance.subject import Facts
from git_anvcs.store.paths import Paths

# Without a range: so many commits of HEAD.
RECENT = 200
_MOST_SOURCES = 2000

Each = Callable[[Sequence[str]], Iterable[str]]


class Reconciled(NamedTuple):
    """What was looked at.

    found: commit -> what it was made of; left: commits of which nothing is proved
    named: how many have a record that names somebody already
    cut: commits whose parent is not in this shallow clone: what they changed is not known
    """

    found: Mapping[str, Origin]
    left: tuple[str, ...]
    named: int
    cut: tuple[str, ...] = ()


def listed(repo: Repo, words: Sequence[str]) -> list[str]:
    """The commits of revisions and ranges, oldest first; HEAD's newest without. Raises UsageError.

    A single revision stands for its one commit, as in git-show(1).
    """
    if not words:
        how: tuple[str, ...] = (f"-n{RECENT}", "HEAD")
    elif all(".." not in word and not word.startswith(("^", "-")) for word in words):
        how = ("--no-walk", *words)
    else:
        how = tuple(words)
    done = repo.try_git("rev-list", "--reverse", "--topo-order", *how, "--", env=AS_STORED)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(
            f"no such range: {' '.join(words) or 'HEAD'}{f' ({said[-1]})' if said else ''}",
            hint="give revisions or a range, as in BEFORE..AFTER; in a shallow clone fetch more",
        )
    return done.stdout.decode().split()


def sources(repo: Repo, words: Sequence[str], commits: Sequence[str]) -> tuple[str, ...]:
    """The commits that revisions, ranges or full ids stand for, newest first.

    A branch stands for what is on it and below none of `commits`' parents. A commit that is not
    here stands for the row of records that ends with it. Raises UsageError.
    """
    found: dict[str, None] = {}
    gone = [word for word in words if ".." not in word and repo.resolve(word) is None]
    index = Index(records.all_records(repo)) if gone else Index(())
    for word in words:
        if word in gone:
            row = index.row("", word)
            if not row:
                raise UsageError(
                    f"no commit and no record is called {word!r}",
                    hint="fetch it (git fetch origin refs/pull/N/head, then --from FETCH_HEAD)",
                )
            found.update(dict.fromkeys(reversed(row)))
        else:
            found.update(dict.fromkeys(_on_branch(repo, word, commits)))
    return tuple(found)


def _on_branch(repo: Repo, word: str, commits: Sequence[str]) -> list[str]:
    bounds = () if ".." in word or not commits else ("--not", *(f"{oid}^@" for oid in commits[:1]))
    done = repo.try_git("rev-list", f"-n{_MOST_SOURCES}", word, *bounds, "--", env=AS_STORED)
    if done.returncode != 0:
        raise UsageError(f"no such range: {word}", hint="as in BEFORE..AFTER")
    return done.stdout.decode().split()


def reconcile(
    repo: Repo,
    commits: Sequence[str],
    *,
    among: Sequence[str] | None = None,
    left: frozenset[str] = frozenset(),
    dry_run: bool = False,
    each: Each = list,
) -> Reconciled:
    """Give the commits (full ids, oldest first) the records of what they were made of.

    among: only these may be origins, newest first; left: as in origins.py
    each: goes through commits, as with a progress bar
    Raises GitFailed, Locked, CannotWrite; then nothing is written.
    """
    index = Index(records.all_records(repo))
    bare = [oid for oid in commits if not index.speaks([oid])]
    cut = _without_parents(repo, bare) if bare else frozenset()
    asked = [oid for oid in bare if oid not in cut]
    facts = subject.load(repo, asked) if asked and index.speaks(index.by_commit) else {}
    ladder = Ladder(repo, index, facts, left=left, among=among)
    told = _filtered(repo)
    found = {}
    for oid in each(asked):
        origin = _told(told, oid, index) or (ladder.origin(facts[oid]) if oid in facts else None)
        if origin:
            found[oid] = origin
    if found and not dry_run:
        _write(repo, found, facts)
    rest = tuple(oid for oid in asked if oid not in found)
    return Reconciled(found, rest, len(commits) - len(bare), tuple(cut))


def declared(repo: Repo, pairs: Mapping[str, str], each: Each = list) -> int:
    """Carry the records along commits that we wrote ourselves: new -> old; how many had one.

    Oldest first, in portions, so that a history of any length fits.
    Raises GitFailed, Locked, CannotWrite; doing it again goes on where it stopped.
    """
    index = Index(records.all_records(repo))
    told = [new for new, old in pairs.items() if index.speaks([old]) and not index.speaks([new])]
    portion: list[str] = []
    for new in each(told):
        portion.append(new)
        if len(portion) == RECENT or new == told[-1]:
            facts = subject.load(repo, portion)
            found = {oid: Origin("filter", (pairs[oid],), "declared") for oid in portion}
            _write(repo, {oid: one for oid, one in found.items() if oid in facts}, facts)
            portion = []
    return len(told)


def _filtered(repo: Repo) -> dict[str, list[str]]:
    """What `git filter-repo` and `git-ai-blob migrate` say they made of which commits."""
    found: dict[str, list[str]] = {}
    maps = [repo.common_dir / "filter-repo" / "commit-map"]
    for file in (*maps, *Paths(repo.common_dir).migrations.glob("*/commits")):
        try:
            text = file.read_text("ascii", "replace")
        except OSError:
            continue
        for line in text.splitlines():
            old, _, new = line.partition(" ")
            if old != new:
                found.setdefault(new.strip(), []).append(old)
    return found


def _told(told: Mapping[str, Sequence[str]], oid: str, index: Index) -> Origin | None:
    """The one commit it was filtered from, when that has a record that names somebody."""
    olds = told.get(oid, ())
    return (
        Origin("filter", tuple(olds), "declared") if len(olds) == 1 and index.speaks(olds) else None
    )


def _write(repo: Repo, found: Mapping[str, Origin], facts: Mapping[str, Facts]) -> None:
    mades = [Made(oid) for oid in found]
    with Contents(repo) as contents:
        done = record_commit.record_commits(contents, mades, facts, clock.now(), proved=found)
    mirror.update(repo, done.texts)


def _without_parents(repo: Repo, oids: Iterable[str]) -> frozenset[str]:
    """The commits at the edge of a shallow clone (gitrepository-layout(5), `shallow`)."""
    try:
        edge = (repo.common_dir / "shallow").read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return frozenset()
    return frozenset(edge).intersection(oids)
