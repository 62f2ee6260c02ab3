"""Story: which large files this clone fetches, where settings, or Git, leave some of them out.

What is left out stays a pointer in a checkout and is not missed. Nothing here is about contents
that are in the cache already, nor about what is sent, checked or pruned.
"""

from collections.abc import Mapping

from git_anvcs.blobs.ledger import Job, Ledger
from git_anvcs.blobs.selection import Selection
from git_anvcs.flows import settings
from git_anvcs.git import hidden
from git_anvcs.git.locate import Place
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.kernel.settings import Settings

INCLUDE, EXCLUDE = "blobs.fetch_include", "blobs.fetch_exclude"


def of_settings(in_force: Settings) -> Selection:
    """What `blobs.fetch_include` and `blobs.fetch_exclude` say."""
    return Selection(in_force.words(INCLUDE), in_force.words(EXCLUDE))


def of_worktree(repo: Repo, in_force: Settings) -> Selection:
    """The same for files of the index, where a sparse checkout leaves out what Git does not write.

    Raises GitFailed.
    """
    outside = hidden.by_sparse_checkout(repo)
    return Selection(in_force.words(INCLUDE), in_force.words(EXCLUDE), outside)


def of_worktree_or_all(repo: Repo, env: Mapping[str, str]) -> Selection:
    """The same; with settings that cannot be read nothing is left out."""
    try:
        return of_worktree(repo, settings.load(repo, env))
    except UsageError:
        return Selection()


def of_checkout(place: Place, env: Mapping[str, str], treeish: str) -> Selection:
    """What settings say of files that Git asks for now; the settings file may not be there yet.

    treeish: what is checked out, if Git said it. Settings that cannot be read leave nothing out:
    who then asks the stores tells of them.
    """
    try:
        return of_settings(settings.load(Repo.of(place), env, else_of=treeish or "HEAD"))
    except AnvcsError:
        return Selection()


def given_up(ledger: Ledger, selection: Selection, jobs: list[Job]) -> list[Job]:
    """The jobs whose contents are left out under every path that this clone saw them at."""
    if not selection.narrows:
        return []
    paths = {job: ledger.paths_of(job.oid) for job in jobs}
    return [job for job, seen in paths.items() if seen and not any(map(selection.takes, seen))]
