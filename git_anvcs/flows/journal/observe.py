"""Story: look at a worktree and write down what changed since the last look.

Asks Git once how every file stands, so that ignored files, submodules and repositories inside are
left alone as Git leaves them alone. A look costs what `git status` costs, and reads only the files
that differ from HEAD.
"""

from collections.abc import Mapping
import os
import time
from typing import NamedTuple

from git_anvcs.flows.journal import lanes
from git_anvcs.git import objects, reflog, standing, stash, tips_seen
from git_anvcs.git.repo import Repo
from git_anvcs.git.standing import File
from git_anvcs.git.steady import Moving, Steady
from git_anvcs.journal import history
from git_anvcs.journal.capture import Capture, Git, Seen, Standing
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.moves import Moves, pack
from git_anvcs.journal.op import Flag, Kind, Op, Precision
from git_anvcs.journal.reading import Entry
from git_anvcs.journal.texts import SEED, Texts
from git_anvcs.journal.untouched import Untouched
from git_anvcs.kernel import clock

KEPT = "refs/anvcs/kept/"

# How often a look waits for Git, and how long each time, in seconds.
_ATTEMPTS, _PAUSE = 16, 0.06

_IGNORED = Standing("", differs=True)
_MOST_IGNORED = 1000

# Of one look: how many commits are asked whether they hold a content.
_MOST_COMMITS = 200


class Look(NamedTuple):
    """Whose changes a look finds, and how sure it is to have seen them one by one.

    paths: look at these alone, files or folders, and not at HEAD and refs; None: at everything
    ignored: patterns of files that count although Git ignores them (the setting journal.ignored)
    untouched: which files need not be read again, of this worktree alone; None: all are read
    """

    by: str = ""
    precision: Precision = Precision.OBSERVED
    paths: tuple[str, ...] | None = None
    ignored: tuple[str, ...] = ()
    untouched: Untouched | None = None


def observe(repo: Repo, journal: Journal, texts: Texts, look: Look | None = None) -> list[Entry]:
    """Append what changed in the worktree of `repo`. Raises GitFailed, CannotWrite, Damaged.

    While Git moves the worktree it waits, and looks again: a second at most.
    """
    look = look or Look()
    for _ in range(_ATTEMPTS):
        try:
            return _observed(repo, journal, texts, look, Steady(repo))
        except Moving:
            time.sleep(_PAUSE)
    return _observed(repo, journal, texts, look, None)


def _observed(
    repo: Repo, journal: Journal, texts: Texts, look: Look, steady: Steady | None
) -> list[Entry]:
    """One look. steady: tells whether Git moved meanwhile, by raising Moving; None: who cares"""
    lane = lane_of(repo)
    now = standing.look(repo, paths=look.paths)
    known = journal.differing(lane) if look.paths is None else journal.below(lane, look.paths)
    if steady:
        staged = (path for path, file in now.files.items() if file.staged and path not in known)
        steady.check(pause=_PAUSE if any(staged) else 0)
    seconds = clock.now()
    known_head = journal.refs(lane).get("HEAD", "")
    made = _moved(repo, journal, lane, now, seconds) if look.paths is None else []
    commits = _commits_since(repo, known_head, now.head)
    paths = {path: _how(file) for path, file in now.files.items()}
    paths |= dict.fromkeys(ignored_files(repo, look.ignored), _IGNORED)
    paths |= _at_head(repo, now.head, [path for path in known if path not in paths])
    git = Git(lambda oid: _blob(repo, oid), lambda held: _kept(repo, journal, texts, held, commits))
    capture = Capture(journal, texts, git, lane, repo.root)
    seen = Seen(paths, seconds, look.precision, look.by, all=look.paths is None,
                untouched=look.untouched)  # fmt: skip
    return made + capture.take(seen._replace(check=steady.check) if steady else seen)


def ignored_files(repo: Repo, patterns: tuple[str, ...]) -> list[str]:
    """The files that Git ignores and a pattern is about; one with a slash begins at the top."""
    if not patterns:
        return []
    found = [f":(top,glob){'' if '/' in one else '**/'}{one}" for one in patterns]
    listed = repo.git("ls-files", "-z", "-o", "-i", "--exclude-standard", "--", *found)
    return [os.fsdecode(path) for path in listed.split(b"\0")[:-1]][:_MOST_IGNORED]


def lane_of(repo: Repo) -> str:
    """What the journal calls the worktree of `repo`."""
    return lanes.name_of(repo.git_dir, repo.common_dir)


def _how(file: File) -> Standing:
    by_git = file.staged and not file.conflicted
    return Standing(file.head, differs=True, by_git=by_git, mode=file.mode)


def _at_head(repo: Repo, head: str, paths: list[str]) -> dict[str, Standing]:
    """How paths stand that are as HEAD has them."""
    ids = objects.ids(repo, [f"{head}:{path}" for path in paths]) if head else [None] * len(paths)
    return {
        path: Standing(oid or "", differs=False, by_git=True)
        for path, oid in zip(paths, ids, strict=True)
    }


def _moved(
    repo: Repo, journal: Journal, lane: str, now: standing.Standing, seconds: float
) -> list[Entry]:
    """Append that HEAD or refs moved, when they did."""
    own, shared = tips_seen.own(repo, now.head, now.branch), tips_seen.shared(repo)
    before_own, before = journal.refs(lane), journal.refs(SEED)
    first_look = not before_own
    moved = tips_seen.changed(before_own, own) | tips_seen.changed(before, shared)
    moved = _all_of(before_own | before) | moved if _is_begun(journal, lane) else moved
    if not moved:
        return []
    lost = () if first_look else _lost(repo, moved)
    said = tuple(move.message for move in _since(repo, before_own.get("HEAD", "")))
    flags = Flag.BY_GIT | (Flag.LOST if lost else Flag(0))
    op = Op(Kind.GIT, lane, 0, flags=flags, payload=pack(Moves(moved, lost, said[-20:])))
    for name in lost:
        keep(repo, moved[name][0])
    with journal.writing():
        journal.know_refs(lane, {k: own.get(k, "") for k in moved if k in own or k in before_own})
        journal.know_refs(SEED, {k: shared.get(k, "") for k in moved if k in shared or k in before})
        return journal.append([op], seconds)


def _is_begun(journal: Journal, lane: str) -> bool:
    """Whether another actor told where refs are, and this one did not yet: it says all of them."""
    begun = journal.begun()
    last = next(journal.newest(lane, kinds=(Kind.GIT,)), None) if begun else None
    return last is not None and last.n <= begun


def _all_of(refs: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (target, target) for name, target in refs.items()}


def _lost(repo: Repo, moved: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    """The refs whose old commit no branch, tag or stash leads to, and that a person would miss.

    A commit that was rewritten has its successor in its place: only a reset, and what is deleted,
    takes something away.
    """
    found = []
    for name, (old, new) in moved.items():
        if not old or old == new or name == tips_seen.BRANCH:
            continue
        if name.startswith(tips_seen.STASH):
            gone = not new
        elif name == "HEAD":
            gone = bool(new) and _unreachable(repo, old) and _was_reset(repo, old, new)
        else:
            gone = _unreachable(repo, old) and (not new or _was_moved_by_hand(repo, name, new))
        if gone:
            found.append(name)
    return tuple(found)


def _was_reset(repo: Repo, old: str, new: str) -> bool:
    """Whether HEAD went from one commit to the other by a reset, or was moved off its commits."""
    moves = _since(repo, old)
    return any(move.message.startswith(("reset:", "checkout:")) for move in moves) or not moves


def _was_moved_by_hand(repo: Repo, name: str, new: str) -> bool:
    done = repo.try_git("reflog", "show", "-n1", "--format=%H %gs", name, "--")
    at, _, said = done.stdout.decode(errors="replace").strip().partition(" ")
    return at == new and said.startswith(("reset:", "branch: Reset", "branch: reset"))


def _unreachable(repo: Repo, oid: str) -> bool:
    """Whether it is a commit that no ref but ours leads to."""
    done = repo.try_git(
        "rev-list", "-n1", oid, "--not", "--exclude=refs/anvcs/*", "--all", "HEAD", "--"
    )
    return done.returncode == 0 and bool(done.stdout.strip())


def keep(repo: Repo, oid: str) -> None:
    """No gc takes a commit away while the journal tells of it.

    Nothing is written into a repository that somebody is deleting.
    """
    if _unreachable(repo, oid) and (repo.common_dir / "HEAD").exists():
        repo.try_git("update-ref", f"{KEPT}{oid}", oid)


def _since(repo: Repo, head: str) -> list[reflog.Move]:
    """What moved HEAD since it was at `head`, oldest first; all that is known if it never was."""
    moves = reflog.recent(repo, repo.git_dir)
    for index in range(len(moves) - 1, -1, -1):
        if moves[index].new == head:
            return moves[index + 1 :]
    return moves


def _commits_since(repo: Repo, known: str, head: str) -> list[str]:
    """Where HEAD was since the last look, and the stashes: where Git may have put a content."""
    moves = _since(repo, known)[-_MOST_COMMITS:] if known != head else []
    stashes = stash.listed(repo)
    found = [head, *(move.new for move in moves)]
    return [c for c in dict.fromkeys(found) if c] + [
        name for oid in stashes for name in (oid, f"{oid}^3")
    ]


def _kept(
    repo: Repo, journal: Journal, texts: Texts, held: Mapping[str, bytes], commits: list[str]
) -> set[str]:
    """The paths whose content, as it was at the last look, is in one of the commits."""
    lane = lane_of(repo)
    wanted = {path: oid for path in held if (oid := _oid_of(repo, journal, texts, lane, path))}
    asked = [(path, f"{commit}:{path}") for path in wanted for commit in commits]
    found = objects.ids(repo, [name for _, name in asked])
    return {path for (path, _), oid in zip(asked, found, strict=True) if oid == wanted[path]}


def _oid_of(repo: Repo, journal: Journal, texts: Texts, lane: str, path: str) -> str:
    """The blob that the path's last known content would be; empty when it is not kept."""
    entry = journal.last_of(lane, path)
    found = history.content(journal, texts, entry) if entry else None
    return objects.make(repo, "blob", found.data).oid if found else ""


def _blob(repo: Repo, oid: str) -> bytes | None:
    [found] = objects.read(repo, [oid], env=objects.NO_FETCH)
    return found.data if found and found.kind == "blob" else None
