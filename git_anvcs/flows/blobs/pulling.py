"""Story: files that are pointers in the worktree become their contents.

First the contents come into the cache, then files that still are exactly their pointer are
replaced; what anybody has changed meanwhile is left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.blobs import placing
from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.ledger import Ledger
from git_anvcs.blobs.materialise import Wanted, materialise
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.flows.blobs import fetching, line_ends, pins, pointed, unwritten
from git_anvcs.flows.blobs.clone import LOCAL
from git_anvcs.flows.blobs.fetching import Got, Moved, Progress
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.git.locate import Names
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import Paths


class CheckedOut(NamedTuple):
    """What became of the worktree's files, by path.

    done: they hold their content now; absent: pointers whose content is not in the cache
    left: why a file was left alone
    """

    done: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    left: Mapping[str, str] = {}


class Missing(NamedTuple):
    """A content that could not be had: one of its paths, and why."""

    path: str
    pointer: Pointer
    problem: AnvcsError


def lacking(repo: Repo, found: Iterable[At]) -> list[At]:
    """Those whose content is not in the cache."""
    cache = Cache(Paths(repo.common_dir))
    return [at for at in found if not cache.has(at.pointer.oid, at.pointer.size)]


def fetch(
    repo: Repo,
    env: Mapping[str, str],
    found: Sequence[At],
    progress: Progress = lambda *_: None,
    moved: Moved = lambda _: None,
) -> tuple[list[Got], list[Missing]]:
    """Bring the contents of these pointers into the cache: what came, and what did not.

    Notes of others are asked for first where a pointer does not say which version it is.
    """
    wanted = lacking(repo, found)
    if not wanted:
        return [], []
    if not all((at.pointer.version_id or at.pointer.cid) and at.pointer.storage != LOCAL
               for at in wanted):  # fmt: skip
        for remote in repo.git("remote").decode(errors="surrogateescape").split():
            pins.fetch(repo, remote)  # what it knows besides; without it there is still the key
    answers = fetching.fetch(repo, env, pointed.contents(wanted), progress, moved)
    paths = {at.pointer.unpinned(): at.path for at in wanted}
    missing = [
        Missing(paths[got.pointer.unpinned()], got.pointer, got.problem)
        for got in answers
        if got.problem
    ]
    return [got for got in answers if got.problem is None], sorted(missing, key=lambda m: m.path)


def checkout(repo: Repo, found: Iterable[At], *, only_try: bool = False) -> CheckedOut:
    """Put contents that are in the cache where their pointers are.

    The ledger hears it first: a file that is a content is spelt as its pointer was.
    """
    cache = Cache(Paths(repo.common_dir))
    there = _there(repo, found)
    stand = list(there)
    here = {at.pointer.oid for at in stand if cache.has(at.pointer.oid, at.pointer.size)}
    here = here if only_try else {oid for oid in here if cache.whole(oid)}
    absent = tuple(at.path for at in stand if at.pointer.oid not in here)
    ready = [at for at in stand if at.pointer.oid in here]
    if only_try or not ready:
        if not only_try:
            _tidy(repo)
        return CheckedOut(tuple(at.path for at in ready), absent)
    wanted = [
        Wanted(at.path, pointers.text(at.pointer), cache.place(at.pointer.oid), there[at])
        for at in ready
    ]
    with Ledger(Paths(repo.common_dir)) as ledger:
        ledger.remember(pointed.seen(repo, at) for at in ready)
    outcome = materialise(repo, wanted)
    _tidy(repo)
    return CheckedOut(tuple(outcome.done), absent, outcome.left)


def _tidy(repo: Repo) -> None:
    """What a killed filter has noted goes away when it is written."""
    unwritten.left(Names(str(repo.root), str(repo.git_dir), str(repo.common_dir)))


def _there(repo: Repo, found: Iterable[At]) -> dict[At, bytes]:
    """What the files hold that are exactly their pointers now, as Git writes them here."""
    held = {at: text for at in found if (text := _pointer_at(repo, at))}
    other = {at.path for at, text in held.items() if text != pointers.text(at.pointer)}
    changed = line_ends.changed_by_git(repo, other)
    return {at: text for at, text in held.items() if at.path not in other or at.path in changed}


def _pointer_at(repo: Repo, at: At) -> bytes:
    """What the file holds, if that is this pointer with whatever line ends; else nothing."""
    text = placing.held(repo.root / at.path, pointers.LONGEST_SEEN)
    return text if pointers.with_plain_ends(text) == pointers.text(at.pointer) else b""
