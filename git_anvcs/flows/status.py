"""Story: what is on in this repository and what waits, without trying anything. A few git calls."""

from pathlib import Path
from typing import Any, NamedTuple

from git_anvcs import __version__
from git_anvcs.flows import install
from git_anvcs.flows.wiring.manifest import digest
from git_anvcs.git import repo as git
from git_anvcs.git.repo import Repo
from git_anvcs.provenance.records import META_REF
from git_anvcs.store import spool
from git_anvcs.store.paths import Paths


class Worktree(NamedTuple):
    """One worktree: where, on which branch (empty: detached), and who works there, if known."""

    path: str
    branch: str
    sessions: tuple[str, ...] = ()


class Status(NamedTuple):
    """What `git anvcs status` says. changed: wired files that others edited since init."""

    on: bool
    git: str
    version: str
    choices: dict[str, Any]
    wired: tuple[str, ...]
    changed: tuple[str, ...]
    waiting: int
    set_aside: int
    records: int
    worktrees: tuple[Worktree, ...]


def look(repo: Repo) -> Status:
    """Gather it. Raises manifest.Broken."""
    manifest = install.load(repo)
    wired = manifest.wired if manifest else ()
    paths = Paths(repo.common_dir)
    return Status(
        on=manifest is not None,
        git=".".join(map(str, git.version())),
        version=__version__,
        choices=manifest.choices if manifest else {},
        wired=tuple(w.what for w in wired),
        changed=tuple(str(w.path) for w in wired if _digest(w.path) != w.after),
        waiting=_waiting(paths),
        set_aside=len(spool.set_aside(paths)),
        records=_records(repo),
        worktrees=_worktrees(repo),
    )


def _digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _records(repo: Repo) -> int:
    listed = repo.try_git("ls-tree", "-r", "-z", "--name-only", META_REF)
    return listed.stdout.count(b"\0") if listed.returncode == 0 else 0


def _waiting(paths: Paths) -> int:
    return 0


def _worktrees(repo: Repo) -> tuple[Worktree, ...]:
    listed = repo.git("worktree", "list", "--porcelain", "-z").decode(errors="surrogateescape")
    found = []
    for entry in listed.split("\0\0"):
        facts = dict(line.partition(" ")[::2] for line in entry.split("\0") if line)
        if "worktree" in facts:
            branch = facts.get("branch", "").removeprefix("refs/heads/")
            found.append(Worktree(facts["worktree"], branch))
    return tuple(found)
