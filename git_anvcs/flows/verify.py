"""Story: does a commit still hold the work that came together in it, and bring back nothing old?

Merges of any kind, by anybody, and squashes, rebases and picks whose record knows their origins,
are checked for conservation; ordinary commits for stale content. Nothing is written or fetched.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from git_anvcs.flows import conservation, landings, lost_work, resolved, stale_content
from git_anvcs.flows.findings import STALE_CONTENT, Finding
from git_anvcs.flows.landed_paths import Lost
from git_anvcs.flows.landings import Landing, Unjudged
from git_anvcs.flows.stale_content import Stale
from git_anvcs.git.ancestry import Ancestry, open_ancestry
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError
from git_anvcs.merge.conserve import Line
from git_anvcs.provenance import records

_PAGE = 100
_MOST_BLAMED = 100  # findings whose commit is looked for; each costs one git


class Verdict(NamedTuple):
    """What was found in so many commits, of which so many put work together.

    decided: losses somebody had to choose; unjudged: what could not be looked at, and why
    """

    commits: int
    landed: int
    findings: tuple[Finding, ...]
    decided: tuple[Finding, ...]
    unjudged: tuple[Unjudged, ...]


# A progress bar that pages of commits are drawn through.
Each = Callable[[Sequence[Sequence[str]]], Iterable[Sequence[str]]]


def check(repo: Repo, merge: str) -> tuple[Finding, ...]:
    """The findings of one commit (full id)."""
    return verify(repo, [merge]).findings


def wanted(repo: Repo, span: str, *, merges: bool = False) -> list[str]:
    """The commits of a revision (that one) or a range, newest first. Raises UsageError.

    merges: only those with several parents
    """
    done = repo.try_git("rev-parse", "--revs-only", span, "--")
    ends = done.stdout.decode(errors="surrogateescape").split()
    if done.returncode != 0 or not ends:
        raise UsageError(
            f"no commit or range is called {span!r}", hint="such as HEAD or main..topic"
        )
    one = ["--no-walk"] if len(ends) == 1 else []
    chosen = ["--min-parents=2"] if merges else []
    return repo.git("rev-list", *one, *chosen, *ends, "--").decode().split()


def verify(repo: Repo, commits: Sequence[str], each: Each = iter) -> Verdict:
    """Judge commits (full ids), in that order."""
    verdicts = []
    pages = [commits[start : start + _PAGE] for start in range(0, len(commits), _PAGE)]
    with open_ancestry(repo) as ancestry:
        blames = Blames(repo)
        for page in each(pages):
            verdicts.append(_judge(repo, ancestry, page, blames))  # noqa: PERF401 - drawn as it goes
    return Verdict(
        sum(one.commits for one in verdicts),
        sum(one.landed for one in verdicts),
        tuple(found for one in verdicts for found in one.findings),
        tuple(found for one in verdicts for found in one.decided),
        tuple(found for one in verdicts for found in one.unjudged),
    )


def _judge(repo: Repo, ancestry: Ancestry, page: Sequence[str], blames: "Blames") -> Verdict:
    known = records.read(repo, page)
    said = {commit: landings.of_commit(ancestry, commit, known) for commit in page}
    landed = [one for one in said.values() if isinstance(one, Landing)]
    unjudged = [one for one in said.values() if isinstance(one, Unjudged)]
    judged = conservation.judge(repo, landed)
    ordinary = [commit for commit, one in said.items() if one is None]
    stale = stale_content.find(repo, ancestry, ordinary, known)
    found = [*map(blames.finding, judged.losses), *map(_stale, stale)]
    order = {commit: place for place, commit in enumerate(page)}
    found.sort(key=lambda one: order[one.commit])
    left = list(resolved.open_ones(repo, found, known))
    return Verdict(
        len(page),
        len(landed),
        tuple(one for one in left if not one.decided),
        tuple(one for one in left if one.decided),
        (*unjudged, *judged.unjudged),
    )


class Blames:
    """Findings made of losses; who did the work is looked up for the first ones."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._left = _MOST_BLAMED

    def finding(self, lost: Lost) -> Finding:
        landing, loss = lost.landing, lost.loss
        work = ""
        if not loss.decided and self._left:
            self._left -= 1
            work = lost_work.of(self._repo, lost)
        name = lost.name_in(loss.side)
        side, lines = landing.sides[loss.side], _lines(loss.lines)
        return Finding(landing.commit, name, loss.kind, lines, side, work, loss.decided)


def _stale(found: Stale) -> Finding:
    lines = _lines(found.lines)
    return Finding(found.commit, found.path, STALE_CONTENT, lines, found.undone, found.undone)


def _lines(lines: Sequence[Line]) -> tuple[tuple[int, str], ...]:
    return tuple((line.number, line.text.decode(errors="surrogateescape")) for line in lines)
