"""Story: look at a worktree and write down what changed since the last look.

Asks Git once how every file stands, so that ignored files, submodules and repositories inside are
left alone as Git leaves them alone. A look costs what `git status` costs, and reads only the files
that differ from HEAD.
"""

from collections.abc import Collection, Mapping, Sequence
import os
import time
from typing import NamedTuple

from git_anvcs.flows.journal import authors, git_moves, kept, lanes, spooled
from git_anvcs.flows.journal.authors import Told
from git_anvcs.flows.journal.form import only_form
from git_anvcs.git import added, hidden, locked, objects, standing, stash
from git_anvcs.git.repo import Repo
from git_anvcs.git.standing import File
from git_anvcs.git.steady import Moving, Steady
from git_anvcs.journal import disk, history
from git_anvcs.journal.capture import Capture, Git, Seen, Standing
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Precision
from git_anvcs.journal.texts import Texts
from git_anvcs.journal.untouched import Untouched
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import Paths

# How often a look waits for Git, and how long each time, in seconds.
_ATTEMPTS, _PAUSE = 16, 0.06

_IGNORED = Standing("", differs=True, private=True)
_MOST_IGNORED = 1000
_MOST_ASKED = 500  # of one git: its arguments have a limit

# Of one look: how many commits are asked whether they hold a content.
_MOST_COMMITS = 200


class GitAtWork(AnvcsError):
    """A git has held the worktree for longer than anybody wants to wait."""


class Files(NamedTuple):
    """Which files count. ignored: patterns of those that do although Git ignores them

    largest: bytes of a file; of a larger one only the size is told
    """

    ignored: tuple[str, ...] = ()
    largest: int = disk.LARGEST


class Look(NamedTuple):
    """Whose changes a look finds, and how sure it is to have seen them one by one.

    paths: look at these alone, files or folders, and not at HEAD and refs; None: at everything
    ignored, largest: as of Files
    untouched: which files need not be read again, of this worktree alone; None: all are read
    seconds: when it is, since the epoch; None: now
    all_files: whether the files among `paths` count although Git ignores them
    """

    by: str = ""
    precision: Precision = Precision.OBSERVED
    paths: tuple[str, ...] | None = None
    ignored: tuple[str, ...] = ()
    largest: int = disk.LARGEST
    untouched: Untouched | None = None
    seconds: float | None = None
    all_files: bool = False


def observe(repo: Repo, journal: Journal, texts: Texts, look: Look | None = None) -> list[Entry]:
    """Append what changed in the worktree. Raises GitAtWork, GitFailed, CannotWrite, Damaged.

    What agents' hooks told meanwhile says whose it is. While Git moves the worktree it waits, and
    looks again: a second at most.
    """
    look = look or Look()
    with spooled.news(Paths(repo.common_dir), journal, lane_of(repo)) as news:
        if news is None:
            return _steadily(repo, journal, texts, look) if look.paths != () else []
        here = Told(repo, journal, texts, news.lane, look.seconds)
        authors.put(here, news, Git(lambda oid: _blob(repo, oid), lambda _: set(), only_form))
        if look.paths is not None:
            look = look._replace(paths=tuple(sorted({*look.paths, *news.paths})))
        made = _steadily(repo, journal, texts, look) if look.paths != () else []
        authors.sign(here, news)
        return made


def _steadily(repo: Repo, journal: Journal, texts: Texts, look: Look) -> list[Entry]:
    for _ in range(_ATTEMPTS):
        try:
            return _observed(repo, journal, texts, look, Steady(repo))
        except Moving:
            time.sleep(_PAUSE)
    if locked.is_held(repo.git_dir):  # half of what is there would be told as edits
        raise GitAtWork(f"a git is at work in {repo.root}", hint="try again when it has ended")
    return _observed(repo, journal, texts, look, None)


def _observed(
    repo: Repo, journal: Journal, texts: Texts, look: Look, steady: Steady | None
) -> list[Entry]:
    """One look. steady: tells whether Git moved meanwhile, by raising Moving; None: who cares"""
    lane = lane_of(repo)
    now = standing.look(repo, paths=look.paths)
    known: Collection[str] = (
        journal.names_differing(lane)
        if look.paths is None
        else journal.below(lane, look.paths).keys()
    )
    if steady:
        staged = (path for path, file in now.files.items() if file.staged and path not in known)
        steady.check(pause=_PAUSE if any(staged) else 0)
    seconds = clock.now() if look.seconds is None else look.seconds
    found = git_moves.seen(repo, journal, now, seconds, look.by)
    took = git_moves.take(repo, journal, found) if look.paths is None else git_moves.Took([])
    commits = _commits_since(repo, found)
    paths = {path: _how(repo, path, file) for path, file in now.files.items()}
    paths |= dict.fromkeys(ignored_files(repo, look.ignored), _IGNORED)
    if look.all_files:
        others = ignored_of(repo, [path for path in look.paths or () if path not in paths])
        paths |= dict.fromkeys(others, _IGNORED)
    paths |= _hidden(repo, now.head, look, known)
    paths |= _at_head(repo, now.head, [path for path in known if path not in paths])
    git = Git(
        lambda oid: _blob(repo, oid),
        lambda held: (
            _kept(repo, journal, texts, held, commits)
            | added.from_disk(repo, {path: _in_git(now, paths[path], path) for path in held})
        ),
        only_form,
    )
    capture = Capture(journal, texts, git, lane, repo.root)
    seen = Seen(paths, seconds, look.precision, look.by, all=look.paths is None,
                untouched=look.untouched, largest=look.largest)  # fmt: skip
    try:
        made = capture.take(seen._replace(check=steady.check) if steady else seen)
    finally:
        kept.follow(repo, took.refs)
    return took.entries + made


def ignored_files(repo: Repo, patterns: tuple[str, ...]) -> list[str]:
    """The files that Git ignores and a pattern is about; one with a slash begins at the top."""
    if not patterns:
        return []
    found = [f":(top,glob){'' if '/' in one else '**/'}{one}" for one in patterns]
    listed = repo.git("ls-files", "-z", "-o", "-i", "--exclude-standard", "--", *found)
    return [os.fsdecode(path) for path in listed.split(b"\0")[:-1]][:_MOST_IGNORED]


def ignored_of(repo: Repo, paths: Sequence[str]) -> list[str]:
    """Those of the files that Git ignores."""
    found: list[str] = []
    for start in range(0, len(paths), _MOST_ASKED):
        asked = [f":(top,literal){path}" for path in paths[start : start + _MOST_ASKED]]
        listed = repo.git("ls-files", "-z", "-o", "-i", "--exclude-standard", "--", *asked)
        found += [os.fsdecode(path) for path in listed.split(b"\0")[:-1]]
    return found


def lane_of(repo: Repo) -> str:
    """What the journal calls the worktree of `repo`."""
    return lanes.name_of(repo.git_dir, repo.common_dir)


def _how(repo: Repo, path: str, file: File) -> Standing:
    by_git = file.staged
    if file.conflicted:
        held = disk.read(repo.root, path)
        # `checkout --theirs` writes one of the versions.
        found = objects.make(repo, "blob", held.data).oid if held and held.data else ""
        by_git = found in file.versions
    conflicted = file.conflicted
    return Standing(file.head, differs=True, by_git=by_git, mode=file.mode, conflicted=conflicted)


def _hidden(repo: Repo, head: str, look: Look, known: Collection[str]) -> dict[str, Standing]:
    """What Git was told not to look at, and is not as the index has it."""
    files = hidden.listed(repo)
    if look.paths is not None:
        files = {path: one for path, one in files.items() if _is_meant(path, look.paths)}
    files = {
        path: one
        for path, one in files.items()
        if not one.skipped or path in known or os.path.lexists(repo.root / path)
    }
    if not files:
        return {}
    paths = sorted(hidden.changed(repo, files))
    blobs = objects.ids(repo, [f"{head}:{path}" for path in paths]) if head else [None] * len(paths)
    return {
        path: Standing(blob or "", differs=True, mode=files[path].mode)
        for path, blob in zip(paths, blobs, strict=True)
    }


def _is_meant(path: str, chosen: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in chosen)


def _at_head(repo: Repo, head: str, paths: list[str]) -> dict[str, Standing]:
    """How paths stand that are as HEAD has them."""
    ids = objects.ids(repo, [f"{head}:{path}" for path in paths]) if head else [None] * len(paths)
    return {
        path: Standing(oid or "", differs=False, by_git=True)
        for path, oid in zip(paths, ids, strict=True)
    }


def _commits_since(repo: Repo, found: git_moves.Seen) -> list[str]:
    """Where HEAD was since the last look, and the stashes: where Git may have put a content."""
    stashes = stash.listed(repo)
    passed = [found.now.head, *(move.new for move in found.moves[-_MOST_COMMITS:])]
    return [c for c in dict.fromkeys(passed) if c] + [
        name for oid in stashes for name in (oid, f"{oid}^3")
    ]


def _in_git(now: standing.Standing, how: Standing, path: str) -> str:
    """The blob that Git has of a path: in the index, or at HEAD where that is the same."""
    return now.staged[path].split(" ")[1] if path in now.staged else how.base


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
