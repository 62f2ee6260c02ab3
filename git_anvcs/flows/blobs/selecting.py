"""Story: which large files this clone fetches, where settings leave some of them out.

What is left out stays a pointer in a checkout and is not missed. Nothing here is about contents
that are in the cache already, nor about what is sent, checked or pruned.
"""

from collections.abc import Mapping

from git_anvcs.blobs.ledger import Job, Ledger
from git_anvcs.blobs.selection import Selection
from git_anvcs.flows import settings
from git_anvcs.git.locate import Place
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.settings import Settings

INCLUDE, EXCLUDE = "blobs.fetch_include", "blobs.fetch_exclude"


def of_settings(in_force: Settings) -> Selection:
    """What `blobs.fetch_include` and `blobs.fetch_exclude` say."""
    return Selection(in_force.words(INCLUDE), in_force.words(EXCLUDE))


def here(repo: Repo, env: Mapping[str, str]) -> Selection:
    """What the settings in force in this worktree say. Raises UsageError (settings)."""
    return of_settings(settings.load(repo, env))


def or_all(repo: Repo, env: Mapping[str, str], *, else_of: str = "") -> Selection:
    """The same, for who is not to fail over settings: those that cannot be read leave nothing out.

    else_of: the commit or tree whose settings file counts where the worktree has none
    """
    try:
        return of_settings(settings.load(repo, env, else_of=else_of))
    except AnvcsError:
        return Selection()


def of_checkout(place: Place, env: Mapping[str, str], treeish: str) -> Selection:
    """The same while Git fills the worktree, whose settings file may come later.

    treeish: what is checked out, if Git said it
    """
    return or_all(Repo.of(place), env, else_of=treeish or "HEAD")


def given_up(ledger: Ledger, selection: Selection, jobs: list[Job]) -> list[Job]:
    """The jobs whose contents are left out under every path that this clone saw them at."""
    if not selection.narrows:
        return []
    paths = {job: ledger.paths_of(job.oid) for job in jobs}
    return [job for job, seen in paths.items() if seen and not any(map(selection.takes, seen))]
