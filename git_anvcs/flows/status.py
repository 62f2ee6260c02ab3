"""Story: what is on in this repository and what waits, without trying anything. A few git calls."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from git_anvcs import __version__
from git_anvcs.flows import drain, drain_state, install, silent_hooks
from git_anvcs.flows.drain_state import State
from git_anvcs.flows.journal import daemon_socket
from git_anvcs.flows.silent_hooks import Silent
from git_anvcs.flows.snapshots import proposed
from git_anvcs.flows.snapshots.proposed import Proposal
from git_anvcs.flows.wiring.manifest import Wired, digest
from git_anvcs.git import repo as git
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.provenance.pending import ACTIVE_SECONDS, Pending
from git_anvcs.provenance.records import META_REF
from git_anvcs.store import outbox, spool
from git_anvcs.store.paths import Paths

_DAEMON_SECONDS = 2.0


class Worktree(NamedTuple):
    """One worktree and who works there, as far as agents told.

    branch: empty when detached; sessions: those with a sign of life in the last hours
    edited: path -> the sessions whose edits of it no commit has taken up yet
    agents: those that are wired there; each reads its settings from the worktree it runs in
    """

    path: str
    branch: str
    sessions: tuple[str, ...] = ()
    edited: Mapping[str, list[str]] = MappingProxyType({})
    agents: tuple[str, ...] = ()


class Unsent(NamedTuple):
    """One thing that waits until another machine can be reached.

    kind: `records` or `push`; remote: its name, empty where it has none; since: RFC 3339
    """

    kind: str
    remote: str
    since: str


class LargeFiles(NamedTuple):
    """How many large files of this worktree: all, not sent yet, not in this clone.

    pointers: in this clone, and not written into the worktree
    """

    files: int
    waiting: int
    missing: int
    pointers: int = 0


class Status(NamedTuple):
    """What `git anvcs status` says.

    changed: wired files that others edited since init
    silent: hooks that Git does not start any more, why, and what to do; None when all is well
    daemon: the process that keeps the journal; None when none runs
    large: None where this clone has had no large file
    """

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
    outbox: tuple[Unsent, ...]
    silent: Silent | None = None
    daemon: int | None = None
    due: tuple[Proposal, ...] = ()
    large: LargeFiles | None = None


def look(repo: Repo, env: Mapping[str, str]) -> Status:
    """Gather it, after a drain unless one is running. Raises manifest.Broken."""
    drain.drain(repo, timeout=0)
    manifest = install.load(repo)
    wired = manifest.wired if manifest else ()
    paths = Paths(repo.common_dir)
    state = drain_state.load(paths) or State()
    return Status(
        on=manifest is not None,
        git=".".join(map(str, git.version())),
        version=__version__,
        choices=manifest.choices if manifest else {},
        wired=tuple(w.what for w in wired),
        changed=tuple(str(w.path) for w in wired if _digest(w.path) != w.after),
        waiting=len(spool.read(paths, state.mark)[0]),
        set_aside=len(spool.set_aside(paths)),
        records=_records(repo),
        worktrees=_with_agents(_worktrees(repo, state), wired),
        outbox=tuple(_unsent(item) for item in outbox.waiting(paths)),
        silent=silent_hooks.find(repo, manifest),
        daemon=_daemon(paths),
        due=tuple(proposed.read(paths)),
        large=_large(repo, env, paths),
    )


def _large(repo: Repo, env: Mapping[str, str], paths: Paths) -> LargeFiles | None:
    if repo.bare or not paths.blobs.is_dir():
        return None
    from git_anvcs.flows.blobs import selecting, standing  # rarely needed

    found = standing.look(repo, selecting.of_worktree_or_all(repo, env))
    waiting = {job.oid for job in found.jobs if job.kind == "upload"}
    missing = [file for file in found.files if file.missing]
    pointers = [file for file in found.files if file.here and file.worktree == "pointer"]
    return LargeFiles(len(found.files), len(waiting), len(missing), len(pointers))


def _daemon(paths: Paths) -> int | None:
    pid = (daemon_socket.ask(paths, {"do": "status"}, _DAEMON_SECONDS) or {}).get("pid")
    return pid if isinstance(pid, int) else None


def _with_agents(trees: tuple[Worktree, ...], wired: Iterable[Wired]) -> tuple[Worktree, ...]:
    """The worktrees with the agents whose files lie in them, and in no worktree further inside."""
    found: dict[str, dict[str, None]] = {tree.path: {} for tree in trees}
    for piece in wired:
        kind, _, rest = piece.what.partition(" ")
        inside = piece.path.parent.resolve()
        around = [path for path in found if inside.is_relative_to(Path(path).resolve())]
        if kind == "agent" and around:
            found[max(around, key=len)].setdefault(rest.partition(" ")[0])
    return tuple(tree._replace(agents=tuple(found[tree.path])) for tree in trees)


def _unsent(item: outbox.Item) -> Unsent:
    remote = item.facts.get("remote")
    return Unsent(item.kind, remote if isinstance(remote, str) else "", clock.rfc3339(item.since))


def _digest(path: Path) -> str:
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def _records(repo: Repo) -> int:
    listed = repo.try_git("ls-tree", "-r", "-z", "--name-only", META_REF)
    return listed.stdout.count(b"\0") if listed.returncode == 0 else 0


def _worktrees(repo: Repo, state: State) -> tuple[Worktree, ...]:
    listed = repo.git("worktree", "list", "--porcelain", "-z").decode(errors="surrogateescape")
    names = _names(repo)
    found = []
    for number, entry in enumerate(listed.rstrip("\0").split("\0\0")):
        facts = dict(line.partition(" ")[::2] for line in entry.split("\0") if line)
        path = facts.get("worktree", "")
        branch = facts.get("branch", "").removeprefix("refs/heads/")
        name = "." if number == 0 else names.get(path, "")
        pending = state.pending.get(name)
        known = Pending(pending if isinstance(pending, dict) else {})
        found.append(_worktree(path, branch, known))
    return tuple(found)


def _worktree(path: str, branch: str, pending: Pending) -> Worktree:
    since = clock.now() - ACTIVE_SECONDS
    active = tuple(who for who, when in pending.active.items() if when >= since)
    edited = {name: list(edit) for name, edit in pending.edits.items()}
    return Worktree(path, branch, active, edited)


def _names(repo: Repo) -> dict[str, str]:
    """What the spool calls a linked worktree, by its path (gitrepository-layout(5))."""
    found = {}
    for file in repo.common_dir.glob("worktrees/*/gitdir"):
        try:
            text = file.read_text(encoding="utf-8", errors="surrogateescape").strip()
        except OSError:
            continue
        path = (file.parent / text).parent  # absolute, or (since Git 2.48) relative to the file
        found[str(path.resolve())] = f"worktrees/{file.parent.name}"
    return found
