"""Which contents a clone needs at hand: what somebody may go back to without a network.

Trees, not histories: of what is checked out, staged, stashed, in a reflog, at the tip of a branch
or in the middle of a merge. Of commits that no remote has, everything. What the journal tells of
and has not itself.
"""

from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import pointed
from git_anvcs.git import pending
from git_anvcs.git.repo import Repo
from git_anvcs.journal import sweeping
from git_anvcs.journal.journal import Journal
from git_anvcs.store import contents
from git_anvcs.store.paths import Paths

# Without tags and what remotes had: those that were checked out are in a reflog.
_OURS = ("--exclude=refs/tags/*", "--exclude=refs/remotes/*", "--exclude=refs/anvcs/remotes/*",
         "--all")  # fmt: skip
_KEPT = ("--glob=refs/anvcs/kept/*", "--glob=refs/anvcs/tips/*")  # see flows/journal/kept.py


def pointers(repo: Repo) -> list[Pointer]:
    """Every pointer that Git may put into a worktree from here. Raises GitFailed."""
    halfway = pending.ids(repo)
    head = [oid] if (oid := repo.resolve("HEAD")) else []
    parents = repo.git("rev-list", "--no-walk", "--parents", *_KEPT).decode().split()
    found = pointed.in_commits(
        repo, [*head, *halfway, *parents, "--no-walk", "--reflog", "--indexed-objects", *_OURS]
    )
    own = ["--reflog", "--all", "--not", "--remotes"]
    return [at.pointer for at in (*found, *pointed.in_commits(repo, [*head, *halfway, *own]))]


def by_journal(paths: Paths) -> set[str]:
    """Contents that the journal tells of and does not have itself. Raises Damaged, CannotWrite."""
    if not (paths.journal / "journal.db").is_file():
        return set()
    with Journal(paths) as journal:
        named = sweeping.named_contents(journal)
        return {one.hex() for one in named if not contents.has(journal.contents, one)}
