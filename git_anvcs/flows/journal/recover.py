"""Story: a repository is gone, and its mirror gives back every worktree as it was last seen."""

from collections.abc import Mapping
import os
from pathlib import Path
import tempfile
from typing import NamedTuple

from git_anvcs.flows.journal import mirror, whole
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.whole import Written
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.journal import batches, rebuilt
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store.paths import Paths


class Kept(NamedTuple):
    """A repository in a mirror. worktrees: lane -> where it was; refs: name -> commit

    copied: when last, RFC 3339
    """

    place: Path
    repository: str
    worktrees: Mapping[str, str]
    operations: int
    copied: str
    refs: Mapping[str, str]


class Recovered(NamedTuple):
    """worktrees: lane -> the folder it is in now, and what was written there"""

    worktrees: Mapping[str, tuple[str, Written]]
    git: str


def kept(folder: Path) -> list[Kept]:
    """The repositories in a mirror, or the one whose folder it is. Raises UsageError for none."""
    places = [folder, *sorted(p for p in folder.glob("*") if p.is_dir())]
    found = [_kept(place) for place in places if (place / mirror.ABOUT).is_file()]
    if not found:
        raise UsageError(f"{folder} is no mirror of a journal", hint="it holds no about.json")
    return found


def recover(one: Kept, to: Path) -> Recovered:
    """Write every worktree below a new or empty folder. Raises UsageError, CannotWrite, GitFailed.

    The commits are in `git` beside the mirror's operations, a bare repository to clone.
    """
    bare = one.place / mirror.GIT
    done: dict[str, tuple[str, Written]] = {}
    with tempfile.TemporaryDirectory(prefix="anvcs-") as scratch:
        paths = Paths(Path(scratch))
        paths.journal.mkdir(parents=True)
        rebuilt.build(paths.journal / "journal.db", batches.recovered(one.place))
        with Journal(paths) as journal:
            journal.contents = one.place / "contents"
            if not bare.is_dir():  # nothing was ever committed
                Repo(Path(scratch), bare, bare, bare=False).git("init", "-q", "--bare", str(bare))
            _know_heads(journal, one.place)
            for lane in journal.lanes():
                target = to / (lane.rpartition("/")[2] if lane != "." else "main")
                whole.make(target)
                repo = Repo(target, bare, bare, bare=True).within({"GIT_WORK_TREE": str(target)})
                here = Opened(repo, journal, Texts(journal), lane)
                done[lane] = str(target), _filled(here, target)
    return Recovered(done, str(bare))


def _know_heads(journal: Journal, place: Path) -> None:
    """Where no operation tells of a HEAD any more, it did not move since."""
    heads = mirror.read_about(place).get("heads")
    with journal.writing():
        for lane, oid in heads.items() if isinstance(heads, dict) else ():
            if lane in journal.lanes() and "HEAD" not in journal.refs(lane):
                journal.know_refs(lane, {"HEAD": str(oid)})


def _filled(here: Opened, target: Path) -> Written:
    """What the journal itself has is written even where the commit beneath is missing."""
    n = here.journal.last()
    try:
        return whole.fill(here, n, target)
    except GitFailed as error:
        written = whole.fill(here, n, target, git=False)
        why = f"the files that were as committed are not in the mirror: {error.message}"
        return written._replace(left={**written.left, ".": why})


def _kept(place: Path) -> Kept:
    about = mirror.read_about(place)
    lanes = about.get("lanes")
    files = batches.batches(place)
    bare = place / mirror.GIT
    refs = {}
    if bare.is_dir():
        repo = Repo(place, bare, bare, bare=True)
        listed = repo.git("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        refs = {
            os.fsdecode(name): oid.decode() for oid, _, name in (x.partition(b" ") for x in listed)
        }
    return Kept(
        place, str(about.get("repository", "")), lanes if isinstance(lanes, dict) else {},
        files[-1].last if files else 0, str(about.get("copied", "")), refs,
    )  # fmt: skip
