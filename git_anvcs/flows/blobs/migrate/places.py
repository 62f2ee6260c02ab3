"""What a migration moves: branches, tags, and the worktrees that have them checked out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import at_work
from git_anvcs.git import config, refs
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import PolicyDenied, UsageError

_ALL = ("refs/heads/", "refs/tags/")
_STATUS = ("status", "--porcelain", "-uno", "--ignore-submodules=all")
_IN_PROGRESS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


class Worktree(NamedTuple):
    """A checkout: its head is at `oid`, on `branch` (empty: on none)."""

    repo: Repo
    oid: str
    branch: str


class Place(NamedTuple):
    """Where a migration begins: ref -> object, and the worktrees that show what changes."""

    refs: Mapping[str, str]
    worktrees: tuple[Worktree, ...]

    @property
    def tips(self) -> list[str]:
        return [*self.refs.values(), *(one.oid for one in self.worktrees if not one.branch)]


def find(repo: Repo, names: Sequence[str]) -> Place:
    """All local branches and tags, or those of `names`. Raises UsageError.

    A HEAD on no branch moves when everything does.
    """
    if repo.line("rev-parse", "--is-shallow-repository") == "true":
        raise UsageError(
            "the history of this clone is cut off: it cannot be rewritten",
            hint="git fetch --unshallow",
        )
    chosen = refs.read(repo, *(_full(repo, name) for name in names)) if names else _every(repo)
    if not chosen:
        raise UsageError("there is no branch and no tag here", hint="commit something first")
    shown = [one for one in worktrees(repo) if (one.branch in chosen if one.branch else not names)]
    return Place(chosen, tuple(shown))


def worktrees(repo: Repo) -> list[Worktree]:
    """Every checkout of this repository whose folder is there."""
    found = []
    for tree in at_work.worktrees(repo):
        branch = f"refs/heads/{tree.branch}" if tree.branch else ""
        found.append(Worktree(Repo.discover(Path(tree.path)), tree.head, branch))
    return found


def refuse_unclean(worktrees: Iterable[Worktree], before: Mapping[str, str] | None = None) -> None:
    """Raises PolicyDenied where a worktree has work that a checkout would touch.

    before: folder -> the commit that a worktree may also stand at: it did not follow its HEAD yet
    """
    for one in worktrees:
        root = one.repo.root
        if any((one.repo.git_dir / name).exists() for name in _IN_PROGRESS):
            raise PolicyDenied(
                f"{root}: a merge, rebase or cherry-pick is in progress",
                hint="finish it, or abort it, and try again",
            )
        said = one.repo.git(*_STATUS).decode(errors="replace").splitlines()
        if said and not _stands_at(one.repo, (before or {}).get(str(root), "")):
            raise PolicyDenied(
                f"{root} has changes that are not committed ({said[0][3:]}"
                f"{f' and {len(said) - 1} more' if len(said) > 1 else ''})",
                hint="commit or stash them, and try again",
            )
        if one.repo.git("ls-files", "--others", "--", ".gitattributes"):
            raise PolicyDenied(
                f"{root}: .gitattributes is not tracked, and would be overwritten",
                hint="git add .gitattributes, and commit it",
            )


def refuse_moved(repo: Repo, place: Place, now: Callable[[str], str]) -> tuple[Worktree, ...]:
    """The worktrees as they are after a rewrite, which may have taken hours.

    now: a commit as it is rewritten, or itself
    Raises PolicyDenied where one has work that to follow would overwrite, or is elsewhere now.
    """
    known = {one.repo.root: one for one in place.worktrees}
    found = []
    for one in worktrees(repo):
        before = known.get(one.repo.root)
        if before and (one.branch, one.oid) != (before.branch, before.oid):
            raise PolicyDenied(
                f"{one.repo.root} went elsewhere during the migration: nothing was moved",
                hint="try again, and let it stand as it is meanwhile",
            )
        if before or one.branch in place.refs:
            found.append(one)
    for one in found:
        said = follow(one, one.oid, now(one.oid), dry=True)
        if said:
            raise PolicyDenied(
                f"{one.repo.root} was changed during the migration, and nothing was moved: {said}",
                hint="commit or stash what was changed, and try again",
            )
    return tuple(found)


def move_head(repo: Repo, old: str, new: str, reason: str) -> None:
    """Move a HEAD on no branch, if it still is where it was. Raises GitFailed."""
    repo.git("update-ref", "--no-deref", "-m", reason, "HEAD", new, old)


def follow(
    one: Worktree, old: str, new: str, *, env: Mapping[str, str] | None = None, dry: bool = False
) -> str:
    """Files and index go from one commit to another, HEAD being moved by somebody else; why not.

    What was edited stays where the commits do not differ; else nothing is written.
    """
    if old == new:
        return ""
    one.repo.try_git("update-index", "-q", "--refresh")
    words = follow_words(old, new)
    done = one.repo.try_git(*words[:1], *(("-n",) if dry else ()), *words[1:], env=env)
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[0].removeprefix("error: ") if said else f"git ended with {done.returncode}"


def follow_words(old: str, new: str) -> tuple[str, ...]:
    """What `follow` has Git do; a person may do it later."""
    return ("read-tree", "-m", "-u", old, new)


def _stands_at(repo: Repo, commit: str) -> bool:
    """Whether index and files are those of a commit, wherever HEAD is."""
    if not commit:
        return False
    index = repo.try_git("diff-index", "--cached", "--quiet", commit, "--").returncode
    return index == 0 and repo.try_git("diff-files", "--quiet").returncode == 0


def refuse_unwired(place: Place, driver: str, hint: str) -> None:
    """Raises UsageError where files are checked out and Git would not start the filter."""
    for one in place.worktrees:
        keys = (f"filter.{driver}.process", f"filter.{driver}.smudge")
        if not any(config.get(one.repo, key) for key in keys):
            raise UsageError(f"Git does not know the filter {driver!r} here yet", hint=hint)


def _every(repo: Repo) -> dict[str, str]:
    listed = repo.git("for-each-ref", "--format=%(objectname) %(refname) %(symref)", *_ALL)
    rows = (line.split(" ", 2) for line in listed.decode(errors="surrogateescape").splitlines())
    return {name: oid for oid, name, symbolic in rows if not symbolic}


def _full(repo: Repo, name: str) -> str:
    """The ref that a name stands for."""
    asked = ("rev-parse", "--verify", "-q", "--symbolic-full-name", "--end-of-options", name)
    found = repo.try_git(*asked).stdout.decode(errors="surrogateescape").split("\n")
    full = next((line for line in found if line.startswith(_ALL)), "")
    if not full:
        raise UsageError(
            f"{name!r} is no branch and no tag of this clone", hint="git branch; git tag"
        )
    return full
