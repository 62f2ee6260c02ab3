"""Story: which of the lines that commits wrote are there still? One `git blame` for a file."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
import os
from typing import NamedTuple

from git_anvcs.git.repo import Repo
from git_anvcs.provenance import blame
from git_anvcs.provenance.blame import Attributor
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import Who

_MOST_ENDS = 100
_MOST_LOST = 200
_MOST_HOPS = 8

# Blames that run at once, and how many of them are begun before the first one is read.
_AT_ONCE = 4
_BEGUN = 16

# A progress bar that files are drawn through.
Each = Callable[[Sequence[str]], Iterable[str]]


class Written(NamedTuple):
    """What is looked for: commits and their records, and the files they wrote lines in.

    lines: path -> how many lines were written there; it decides which files come first
    most: look at so many files and no more
    """

    commits: Collection[str]
    records: Mapping[str, Record]
    lines: Mapping[str, int]
    most: int | None = None


class Survived(NamedTuple):
    """Lines that are there still.

    at: the commit that was looked at; files: how many files blame read there
    alive: commit -> (its name of the file, who wrote them) -> lines
    unseen: files there that were not looked at, because they were too many or blame refused
    """

    at: str
    files: int
    alive: Mapping[str, Counter[tuple[str, Who]]]
    unseen: frozenset[str]


def count(repo: Repo, at: str, beyond: Sequence[str], written: Written, each: Each) -> Survived:
    """The lines of `written` that the commit `at` holds.

    beyond: tells blame how far back it need look (`^id`, `--since=`)
    """
    here = _files(repo, at)
    known = sorted(written.lines, key=lambda path: (-written.lines[path], path))
    paths = [path for path in known if path in here]
    unseen = set(paths[written.most :]) if written.most is not None else set()
    alive: dict[str, Counter[tuple[str, Who]]] = {}
    attribute = Attributor(written.records)
    blamed = _blamed(repo, [at, *beyond], paths[: written.most])
    for path in each(paths[: written.most]):
        porcelain = next(blamed)
        if porcelain is None:
            unseen.add(path)
            continue
        for line in blame.parse(porcelain).lines:
            if line.commit in written.commits:
                name = line.path.decode(errors="surrogateescape")
                alive.setdefault(line.commit, Counter())[name, attribute(line).who] += 1
    return Survived(at, len(paths) - len(unseen), alive, frozenset(unseen))


def _blamed(repo: Repo, revisions: Sequence[str], paths: Sequence[str]) -> Iterator[bytes | None]:
    """What git blame prints of each file; None where it refuses. Several run at once."""
    from concurrent.futures import ThreadPoolExecutor

    def one(path: str) -> bytes | None:
        done = repo.try_git("blame", "--porcelain", *revisions, "--", path)
        return done.stdout if done.returncode == 0 else None

    with ThreadPoolExecutor(min(_AT_ONCE, os.cpu_count() or 1)) as threads:
        for start in range(0, len(paths), _BEGUN):
            yield from threads.map(one, paths[start : start + _BEGUN])


def renamed(repo: Repo, at: str, beyond: Sequence[str], paths: Iterable[str]) -> dict[str, str]:
    """Name -> what it is called in the commit `at`, of files that Git saw renamed on the way there.

    Only of those that `at` has no more; of more than two hundred the first ones.
    """
    here = _files(repo, at)
    names = {path: path for path in paths if path not in here}
    for _ in range(_MOST_HOPS):
        lost = [name for name in dict.fromkeys(names.values()) if name not in here][:_MOST_LOST]
        found = _renames(repo, at, beyond, lost) if lost else {}
        if not found:
            break
        names = {path: found.get(name, name) for path, name in names.items()}
    return {path: name for path, name in names.items() if name in here}


def _renames(repo: Repo, at: str, beyond: Sequence[str], paths: Sequence[str]) -> dict[str, str]:
    """Old name -> new name, by the last commits that took the old ones away."""
    pathspecs = (f":(top,literal){path}" for path in paths)
    argv = ("log", "--format=%H", "--no-renames", "--diff-filter=D", "--no-show-signature")
    commits = repo.git(*argv, at, *beyond, "--", *pathspecs)
    shown = ("--stdin", "--no-commit-id", "-r", "-z", "-M", "--diff-filter=R", "--name-status")
    printed = repo.git("diff-tree", *shown, stdin=commits).decode(errors="surrogateescape")
    found: dict[str, str] = {}
    for _, old, new in zip(*[iter(printed.split("\0"))] * 3, strict=False):
        if old in paths:
            found.setdefault(old, new)
    return found


def floor(repo: Repo, commits: Collection[str]) -> list[str]:
    """What lies behind all of `commits`, as `^id`: blame is over sooner when it stops there."""
    if not commits or len(commits) > _MOST_ENDS:
        return []
    done = repo.try_git("merge-base", "--octopus", *commits)
    base = done.stdout.decode().strip()
    if done.returncode != 0 or not base:
        return []
    return [f"^{parent}" for parent in repo.line("rev-parse", f"{base}^@").split()]


def _files(repo: Repo, commit: str) -> set[str]:
    """The files of a commit, from the top of the repository; no submodules."""
    listed = repo.git("ls-tree", "-r", "-z", "--full-tree", commit)
    rows = (row.partition(b"\t") for row in listed.split(b"\0")[:-1])
    return {name.decode(errors="surrogateescape") for facts, _, name in rows if b" blob " in facts}
