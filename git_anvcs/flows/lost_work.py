"""Whose work was lost: the commit that wrote the first of the missing lines, by git blame."""

from collections.abc import Sequence

from git_anvcs.flows.landed_paths import Lost
from git_anvcs.flows.landings import Landing
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo
from git_anvcs.merge import conserve


def of(repo: Repo, lost: Lost) -> str:
    """The commit (full id) whose work `lost` is, or empty: Git cannot tell."""
    side = lost.landing.sides[lost.loss.side]
    name = lost.name_in(lost.loss.side)
    if lost.loss.kind == conserve.LOST_LINE:
        return _wrote(repo, side, name, [line.number for line in lost.loss.lines])
    return _last(repo, lost.landing, side, lost.names)


def _wrote(repo: Repo, commit: str, path: str, numbers: Sequence[int]) -> str:
    first = numbers[0]
    asked = ("blame", "--porcelain", f"-L{first},{first}", commit, "--", path)
    words = repo.try_git(*asked, env=NO_FETCH).stdout.split(b" ", 1)
    return words[0].decode() if len(words) == 2 else ""


def _last(repo: Repo, landing: Landing, side: str, names: Sequence[str]) -> str:
    """The last commit of the side that changed the path."""
    since = [f"^{base}" for base in landing.bases]
    asked = ("--literal-pathspecs", "rev-list", "--max-count=1", side, *since, "--", *names)
    return repo.try_git(*asked, env=NO_FETCH).stdout.decode().strip()
