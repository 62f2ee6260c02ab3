"""Story: the work of a worktree that is not there any more comes back, in a worktree made anew."""

from collections.abc import Iterator, Mapping
from itertools import groupby
import json
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows.journal import in_use, whole
from git_anvcs.flows.journal.observe import Look, lane_of, observe
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import Own, own_at
from git_anvcs.git.repo import Repo
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.texts import Texts
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import UsageError

_LINKED = "worktrees/"
_BACK = "back"
# Looks at the end that found nothing but deletions saw the worktree being taken away.
_TAKEN_AWAY_WITHIN = 60.0


class Gone(NamedTuple):
    """A worktree that is not there, but in the journal. root: where it was

    n: the operation that its work is best had at, before it was taken away; seconds: when
    files: how many files were not as its HEAD had them
    """

    lane: str
    root: Path
    n: int
    seconds: float
    files: int

    @property
    def name(self) -> str:
        return self.lane.removeprefix(_LINKED)


class Returned(NamedTuple):
    """branch: that HEAD is on, empty when it is detached; left: path -> why it is missing"""

    folder: Path
    head: str
    branch: str
    files: int
    left: Mapping[str, str]


def all_of(journal: Journal) -> list[Gone]:
    """Those with work that no commit has, and that nobody has brought back; the latest first."""
    found = [_gone(journal, lane, root) for lane, root in _missing(journal)]
    left = [one for one in found if one.files and not _is_back(journal, one.lane)]
    return sorted(left, key=lambda one: -one.seconds)


def lane_named(journal: Journal, said: str) -> str:
    """The lane of a worktree by its name, the name of its folder, or its path. Raises UsageError.

    Of another clone: the first 8 hex of its actor, and behind a `/` the name of its worktree.
    Of several that had the name of a folder, the latest.
    """
    lanes = journal.lanes()
    for lane in (said, f"{_LINKED}{said}", f"{said}/."):
        if lane in lanes:
            return lane
    path = Path(os.path.normpath(said))
    named = [lane for lane, root in lanes.items() if path in (root, Path(root.name))]
    if not named:
        known = ", ".join(lane.removeprefix(_LINKED) for lane in lanes) or "none"
        raise UsageError(f"the journal knows no worktree {said!r}", hint=f"it knows: {known}")
    return max(named, key=lambda lane: _last(journal, lane).n)


def named(journal: Journal, lane: str) -> Gone | None:
    """The worktree of a lane; None when it is there, or is the main one."""
    root = journal.lanes()[lane]
    if (root / ".git").exists() or not lane.startswith(_LINKED):
        return None
    return _gone(journal, lane, root)


def bring_back(repo: Repo, journal: Journal, one: Gone, folder: Path) -> Returned:
    """A worktree with HEAD, the index and every file as they were. Raises UsageError, GitFailed.

    The branch is checked out if it is still where it was, or gone; else HEAD is detached.
    """
    texts = Texts(journal)
    own = own_at(Opened(repo, journal, texts, one.lane), one.n)
    if not own.head:
        raise UsageError(
            f"{one.name} had no commit yet", hint="`git anvcs at` writes its files into a folder"
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", hint="--into DIR makes the worktree elsewhere")
    branch = _added(repo, own, folder)
    tree = Repo.discover(folder)
    written = whole.fill(Opened(tree, journal, texts, one.lane), one.n, folder)
    _index_is(tree, own)
    observe(tree, journal, texts, Look("undo"))
    if lane_of(tree) != one.lane:
        payload = json.dumps({_BACK: lane_of(tree)}).encode()
        with journal.writing():
            journal.append([Op(Kind.MARK, one.lane, 0, payload=payload)], clock.now())
    return Returned(folder, own.head, branch, written.files, written.left)


def _missing(journal: Journal) -> Iterator[tuple[str, Path]]:
    for lane, root in journal.lanes().items():
        if lane.startswith(_LINKED) and not (root / ".git").exists():
            yield lane, root


def _gone(journal: Journal, lane: str, root: Path) -> Gone:
    last = _last(journal, lane)
    n = last.n
    for _, found in groupby(journal.newest(lane), key=lambda entry: entry.op.time >> 16):
        look = list(found)
        late = last.op.seconds - look[0].op.seconds > _TAKEN_AWAY_WITHIN
        if late or any(entry.op.kind is not Kind.DELETE for entry in look):
            break
        n = look[-1].n - 1
    return Gone(lane, root, n, last.op.seconds, len(journal.differing_at(lane, n)))


def _last(journal: Journal, lane: str) -> Entry:
    """The last operation of a lane, which has some."""
    return next(journal.newest(lane))


def _is_back(journal: Journal, lane: str) -> bool:
    last = _last(journal, lane)
    return last.op.kind is Kind.MARK and _BACK in json.loads(journal.payload(last.n))


def _added(repo: Repo, own: Own, folder: Path) -> str:
    """A worktree without files; the branch that it is on."""
    short = own.branch.removeprefix("refs/heads/")
    tip = repo.resolve(own.branch) if own.branch else None
    elsewhere = [ref for ref, root in in_use.elsewhere(repo) if Path(root).is_dir()]
    if not own.branch or own.branch in elsewhere or tip not in (own.head, None):
        how, branch = ["--detach", str(folder), own.head], ""
    elif tip:
        how, branch = [str(folder), short], own.branch
    else:
        how, branch = ["-b", short, str(folder), own.head], own.branch
    # -f: Git may still have the old one in its list.
    quiet = ("-c", f"core.hooksPath={os.devnull}", "worktree", "add", "-q", "-f", "--no-checkout")
    repo.git(*quiet, *how)
    return branch


def _index_is(tree: Repo, own: Own) -> None:
    """What was staged is so again, if Git still has it."""
    tree.git("read-tree", own.head)
    if own.staged and tree.try_git("cat-file", "-e", own.staged).returncode == 0:
        tree.git("read-tree", own.staged)
    tree.try_git("update-index", "-q", "--refresh")
