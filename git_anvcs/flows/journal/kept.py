"""What Git must not throw away while the journal tells of it: refs of ours to commits and trees.

`refs/anvcs/tips/` has what branches, stashes, HEADs and indexes were last seen at: it is there
before anything is lost, so that no `gc` is ever first. What they left behind goes on under
`refs/anvcs/kept/`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from git_anvcs.git import refs
from git_anvcs.git.repo import Repo

KEPT = "refs/anvcs/kept/"
TIPS = "refs/anvcs/tips/"

# Of a repository with more branches and tags, only what is seen to move has a ref from us.
MOST_TIPS = 1000


def left_behind(repo: Repo, oids: Iterable[str]) -> set[str]:
    """Those of the commits that no ref but ours leads to; of a line of them, only the newest."""
    asked = sorted(set(filter(None, oids)))
    if not asked:
        return set()
    done = repo.try_git("rev-list", "--parents", *asked, *_ELSEWHERE)
    if done.returncode != 0:  # one of them is not there any more, or is no commit
        return {oid for oid in asked if is_left_behind(repo, oid)}
    found = [line.split() for line in done.stdout.decode().splitlines()]
    below = {parent for _, *parents in found for parent in parents}
    return {oid for oid, *_ in found if oid not in below} & set(asked)


def is_left_behind(repo: Repo, oid: str) -> bool:
    """Whether it is a commit that no ref but ours leads to."""
    done = repo.try_git("rev-list", "-n1", oid, *_ELSEWHERE)
    return done.returncode == 0 and bool(done.stdout.strip())


_ELSEWHERE = ("--not", "--exclude=refs/anvcs/*", "--all", "HEAD", "--")


class Follow(NamedTuple):
    """kept: left behind; come: tips that were seen now; gone: what is no tip any more"""

    kept: tuple[str, ...] = ()
    come: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def listed(repo: Repo) -> dict[str, str]:
    """All of these refs, with what they point at: worth nothing without a journal."""
    return refs.read(repo, KEPT.rstrip("/"), TIPS.rstrip("/"))


def keep(repo: Repo, oid: str) -> None:
    """No gc takes a commit away while the journal tells of it."""
    if is_left_behind(repo, oid):
        follow(repo, Follow(kept=(oid,)))


def follow(repo: Repo, moved: Follow) -> None:
    """Our refs to commits and trees are so from now on.

    Nothing is written into a repository that somebody is deleting, and nothing is said when Git
    will not: what is kept so is kept for the worst case.
    """
    if not (repo.common_dir / "HEAD").exists():
        return
    lines = [f"update {KEPT}{oid} {oid}\n" for oid in moved.kept]
    lines += [f"update {TIPS}{oid} {oid}\n" for oid in moved.come]
    lines += [f"delete {TIPS}{oid}\n" for oid in moved.gone]
    if lines and repo.try_git("update-ref", "--stdin", stdin="".join(lines).encode()).returncode:
        for line in lines:  # one of them is not there any more: that must not lose the others
            repo.try_git("update-ref", "--stdin", stdin=line.encode())
