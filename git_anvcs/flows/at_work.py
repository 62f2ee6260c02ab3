"""Who is at work in a repository: its branches and worktrees, with what is not committed yet."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
import shutil
from typing import NamedTuple

from git_anvcs.git import refs
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import UsageError

_US = {
    "GIT_AUTHOR_NAME": "git-anvcs",
    "GIT_AUTHOR_EMAIL": "git-anvcs",
    "GIT_COMMITTER_NAME": "git-anvcs",
    "GIT_COMMITTER_EMAIL": "git-anvcs",
}
_PLAIN = ("-c", "core.fsmonitor=false", "-c", "core.splitIndex=false")
_HEADS = "refs/heads/"


class Side(NamedTuple):
    """A branch, or a worktree with a detached HEAD.

    commit: its tip; with `uncommitted`, a commit of what its worktree holds, on top of the tip
    worktree: where it is checked out, empty when nowhere
    """

    name: str
    commit: str
    worktree: str = ""
    uncommitted: bool = False


class Tree(NamedTuple):
    """A worktree as `git worktree list` has it; branch: empty when its HEAD is detached."""

    path: str
    head: str
    branch: str


def sides(
    repo: Repo, names: Sequence[str], env: Mapping[str, str], *, uncommitted: bool
) -> list[Side]:
    """Everything at work, or only what is named: branches, or any revisions. Raises UsageError.

    env: where objects made of uncommitted work go (scratch.variables)
    """
    trees = {tree.branch or tree.path: tree for tree in worktrees(repo)}
    found = {name: Side(name, commit) for name, commit in _tips(repo, names, trees)}
    for name, side in found.items():
        if name in trees:
            here = side._replace(worktree=trees[name].path)
            work = _work(repo, trees[name], env) if uncommitted else ""
            found[name] = here._replace(commit=work, uncommitted=True) if work else here
    return list(found.values())


def worktrees(repo: Repo) -> Iterator[Tree]:
    """The worktrees that are there and have a commit."""
    for facts in _listed(repo):
        if "prunable" not in facts and Path(facts["worktree"]).is_dir():
            yield Tree(facts["worktree"], facts["HEAD"], facts["branch"])


def locked_away(repo: Repo, branch: str) -> list[str]:
    """The worktrees that have a branch and are not there, but that somebody has locked: they are on
    a disk that will come back."""
    return [
        facts["worktree"]
        for facts in _listed(repo)
        if facts["branch"] == branch and "locked" in facts
        if not Path(facts["worktree"]).is_dir()
    ]


def _listed(repo: Repo) -> Iterator[dict[str, str]]:
    """What `git worktree list` says of each that has a commit."""
    listed = repo.git("worktree", "list", "--porcelain", "-z")
    for entry in listed.decode(errors="surrogateescape").split("\0\0"):
        facts = dict(_fact(line) for line in entry.split("\0") if line)
        if "bare" not in facts and facts.get("HEAD", "").strip("0"):
            yield {**facts, "branch": facts.get("branch", "").removeprefix(_HEADS)}


def _fact(line: str) -> tuple[str, str]:
    key, _, value = line.partition(" ")
    return key, value


def _tips(repo: Repo, names: Sequence[str], trees: Mapping[str, Tree]) -> Iterator[tuple[str, str]]:
    if not names:
        for ref, oid in refs.read(repo, _HEADS).items():
            yield ref.removeprefix(_HEADS), oid
        yield from ((name, tree.head) for name, tree in trees.items() if not tree.branch)
    for name in names:
        commit = trees[name].head if name in trees else repo.resolve(name)
        if commit is None:
            raise UsageError(f"no branch is called {name!r}", hint="git branch lists them")
        yield name, commit


def _work(repo: Repo, tree: Tree, env: Mapping[str, str]) -> str:
    """A commit of what the worktree holds beyond HEAD, made with a copy of its index; or empty.

    Files that Git ignores stay out. Neither index nor worktree is touched.
    """
    at = Repo.discover(Path(tree.path))
    copy = Path(env["GIT_OBJECT_DIRECTORY"]).parent / f"index-{tree.head}-{hash(tree.path):x}"
    if (at.git_dir / "index").is_file():
        # With its time: by it Git knows which files it must not trust to be unchanged.
        shutil.copy2(at.git_dir / "index", copy)
    own = {**env, "GIT_INDEX_FILE": str(copy), **_US}
    if at.try_git(*_PLAIN, "add", "-A", "--ignore-errors", env=own).returncode > 1:
        return ""
    made = at.line(*_PLAIN, "write-tree", env=own)
    if made == repo.line("rev-parse", f"{tree.head}^{{tree}}"):
        return ""
    return at.line("commit-tree", made, "-p", tree.head, "-m", "not committed yet", env=own)
