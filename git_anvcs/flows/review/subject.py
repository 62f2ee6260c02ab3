"""What is reviewed: the operation in progress, or a commit in which work came together."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.flows import landings, reading
from git_anvcs.flows.landings import Landing
from git_anvcs.git import conflicted, objects
from git_anvcs.git.ancestry import Ancestry, open_ancestry
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import records

# What Git calls the commit whose change it is putting in, and whether it takes it back.
_PICKED = {"CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert", "REBASE_HEAD": "rebase"}


class Subject(NamedTuple):
    """Two sides that came, or are coming, together; or several, one after another (octopus.py).

    kind: `merge`, `cherry-pick`, `revert`, `rebase`, `squash`; `conflicts`: unmerged files alone
    commit: empty while it is in progress, when the worktree is the result
    theirs: what the second side is called
    base_tree, our_tree, their_tree: ids; empty where Git does not say
    bases: how many merge bases there are; the first of several stands for all
    heads: of an octopus the commits and what they are called, ours first
    passing: in a step of one, the blobs of what later steps went on with; last: none comes later
    """

    kind: str
    commit: str
    theirs: str
    base_tree: str = ""
    our_tree: str = ""
    their_tree: str = ""
    result_tree: str = ""
    bases: int = 1
    heads: tuple[tuple[str, str], ...] = ()
    passing: Mapping[str, str] = {}
    last: bool = True

    @property
    def in_progress(self) -> bool:
        return not self.commit


def find(repo: Repo, name: str | None) -> Subject | None:
    """The commit called so; without a name what is in progress, else the newest landing of HEAD.

    None where HEAD has none. Raises UsageError, AnvcsError for a commit that joins nothing.
    """
    if name:
        return of_commit(repo, reading.find(repo, name))
    going_on = in_progress(repo)
    if going_on or repo.resolve("HEAD") is None:
        return going_on
    try:
        return of_commit(repo, reading.find(repo, "HEAD"))
    except AnvcsError:
        newest = repo.line("rev-list", "--min-parents=2", "-1", "HEAD", "--")
        return of_commit(repo, newest) if newest else None


def in_progress(repo: Repo) -> Subject | None:
    """What Git is in the middle of in this worktree."""
    if repo.bare:
        return None
    if theirs := _merge_heads(repo):
        with open_ancestry(repo) as ancestry:
            head = repo.resolve("HEAD") or ""
            bases = ancestry.bases(head, *theirs).commits
            found = _going_on(repo, ancestry, "merge", bases, head, theirs[0])
        return found if len(theirs) == 1 else _octopus(repo, found, (head, *theirs))
    for ref, kind in _PICKED.items():
        picked = repo.resolve(ref)
        if picked and (kind != "rebase" or _rebasing(repo)):
            return _picked(repo, kind, picked)
    return Subject("conflicts", "", "theirs") if conflicted.stages(repo) else None


def of_commit(repo: Repo, commit: str) -> Subject:
    """The landing in a commit (full id). Raises AnvcsError where nothing came together."""
    with open_ancestry(repo) as ancestry:
        found = landings.of_commit(ancestry, commit, records.read(repo, [commit]))
    if isinstance(found, Landing):
        return _landed(repo, found)
    why = found.why if found else "it is an ordinary commit"
    raise AnvcsError(
        f"nothing came together in {commit[:10]}: {why}",
        hint="review a merge, such as one of `git log --merges`",
    )


def _landed(repo: Repo, found: Landing) -> Subject:
    base = found.base_trees[0] if found.base_trees else _empty(repo)
    trees = (base, found.trees[0], found.trees[1], found.result)
    name = _title(repo, found.sides[1])
    two = Subject(found.kind, found.commit, name, *trees, len(found.bases))
    return two if len(found.sides) == 2 else _octopus(repo, two, found.sides)


def _octopus(repo: Repo, first: Subject, heads: tuple[str, ...]) -> Subject:
    name = _name if first.in_progress else _title
    named = tuple((one, name(repo, one)) for one in heads)
    return first._replace(theirs=", ".join(said for _, said in named[1:]), heads=named)


def _merge_heads(repo: Repo) -> list[str]:
    """The commits that are being merged, in Git's order."""
    first = repo.resolve("MERGE_HEAD")
    if first is None:
        return []
    file = repo.git_dir / "MERGE_HEAD"  # a revision names only the first one of several
    return file.read_text().split() if file.is_file() else [first]


def _picked(repo: Repo, kind: str, commit: str) -> Subject:
    with open_ancestry(repo) as ancestry:
        node = ancestry.node(commit)
        parents = node.parents[:1] if node else ()
        head = repo.resolve("HEAD") or ""
        if kind == "revert":
            return _going_on(repo, ancestry, kind, (commit,), head, *parents)
        return _going_on(repo, ancestry, kind, parents, head, commit)


def _going_on(
    repo: Repo, ancestry: Ancestry, kind: str, bases: tuple[str, ...], ours: str, theirs: str = ""
) -> Subject:
    """theirs: empty where a first commit is taken back"""
    empty = _empty(repo)
    base = _tree(ancestry, bases[0]) if bases else empty
    trees = (_tree(ancestry, ours), _tree(ancestry, theirs) if theirs else empty)
    named = bases[0] if kind == "revert" else theirs
    name = _name(repo, named) if kind == "merge" else _title(repo, named)
    return Subject(kind, "", name, base, *trees, bases=len(bases))


def _name(repo: Repo, commit: str) -> str:
    """The branch that is at a commit, else the commit with its title."""
    at = ("--points-at", commit, "--format=%(refname:short)", "refs/heads/", "refs/remotes/")
    names = repo.line("for-each-ref", *at).split("\n")
    return names[0] or _title(repo, commit)


def _title(repo: Repo, commit: str) -> str:
    return f"{commit[:10]} ({repo.line('log', '-1', '--format=%s', commit, '--')})"


def _tree(ancestry: Ancestry, commit: str) -> str:
    node = ancestry.node(commit)
    if node is None:
        raise AnvcsError(f"the commit {commit[:10]} is not in this clone")
    return node.tree


def _empty(repo: Repo) -> str:
    return objects.make(repo, "tree", b"").oid


def _rebasing(repo: Repo) -> bool:
    return any(one.name == "rebase" for one in conflicted.operations(repo))
