"""What in a worktree differs from HEAD, asked of git within a time limit: for agents' hooks.

Starts one git (more where refs lie in a reftable), loads neither subprocess nor `Repo`, takes no
lock and writes nothing.
"""

import os
from typing import NamedTuple

from git_anvcs.git.guard import GUARD
from git_anvcs.git.locate import Place
from git_anvcs.git.tips import tip
from git_anvcs.kernel import spawn

SECONDS = 2.0
_MOST_BYTES = 8 << 20  # of git's answer; 10,000 files take one

_STATUS = (
    *("--no-optional-locks", "status", "--porcelain=v1", "-z", "-uall"),
    *("--no-renames", "--ignore-submodules=all"),
)
_CONFLICTS = (b"DD", b"AU", b"UD", b"UA", b"DU", b"AA", b"UU")


class Dirty(NamedTuple):
    """How a worktree differs from HEAD.

    paths: below the top of the worktree, tracked ones first -> whether there may be a file
    whole: false when git had no time to tell all, or HEAD moved meanwhile
    head, stash: the commits HEAD and refs/stash are at; empty where there is none
    partly: those of which something else is staged than the worktree holds
    """

    paths: dict[str, bool]
    whole: bool
    head: str
    stash: str
    partly: tuple[str, ...] = ()


def look(place: Place) -> Dirty:
    """The worktree of `place` as it is now, without ignored files and submodules."""
    env = spawn.clean_environment(GUARD)
    head = _tip(place, "HEAD", env)
    code, printed = _git(place, _STATUS, env)
    stash = _tip(place, "refs/stash", env)
    still = head is not None and stash is not None and head == _tip(place, "HEAD", env)
    whole = code == 0 and still
    return Dirty(_paths(printed), whole, head or "", stash or "", _partly(printed))


def _paths(printed: bytes) -> dict[str, bool]:
    """The entries of `status --porcelain=v1 -z`: `XY path`, each ended by NUL.

    What follows the last NUL was cut off. A deleted file that is there again, untracked, comes a
    second time.
    """
    found = {}
    for entry in printed.split(b"\0")[:-1]:
        state, path = entry[:2], os.fsdecode(entry[3:])
        if path and not path.endswith("/"):  # a repository inside of this one
            found[path] = state in _CONFLICTS or b"D" not in state
    return found


def _partly(printed: bytes) -> tuple[str, ...]:
    """The paths whose staged content differs from both HEAD and the worktree."""
    entries = printed.split(b"\0")[:-1]
    fit = (e for e in entries if e[:1] not in (b" ", b"?") and e[1:2] != b" ")
    return tuple(os.fsdecode(entry[3:]) for entry in fit)


def _tip(place: Place, ref: str, env: dict[str, str]) -> str | None:
    """What a ref points at, empty for nothing; None when that cannot be told."""
    found = tip(place, ref)
    if found is not None:
        return found
    code, printed = _git(place, ("rev-parse", "--verify", "--quiet", ref), env)
    return printed.decode(errors="replace").strip() if code in (0, 1) else None


def _git(place: Place, args: tuple[str, ...], env: dict[str, str]) -> tuple[int | None, bytes]:
    argv = ("git", "-C", str(place.root), *args)
    try:
        return spawn.output_within(argv, env, seconds=SECONDS, most=_MOST_BYTES)
    except OSError:
        return None, b""
