"""Files of a worktree get what they held once; what they hold now is in the journal first."""

from collections.abc import Collection, Mapping, Sequence
import hashlib
from typing import NamedTuple

from git_anvcs.flows.journal import put_back
from git_anvcs.flows.journal.observe import Look, observe
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.put_back import InTheWay
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.history import Content
from git_anvcs.journal.op import Flag, Precision

NOT_HELD = "the journal cannot keep what is there now (it is too large, or changes just now)"


class File(NamedTuple):
    """One path that goes back. now, then: what it holds and what it will; None: nothing"""

    path: str
    now: Content | None
    then: Content | None


def on_disk(repo: Repo, path: str) -> Content | None:
    """What the path holds now; None for nothing, or for what is no content."""
    held = disk.read(repo.root, path)
    if held is None or not held.mode:
        return None
    data = (repo.root / path).read_bytes() if held.data is None else held.data
    return Content(held.mode, data)


def hold(here: Opened, files: Sequence[File]) -> tuple[tuple[File, ...], dict[str, str]]:
    """What the files hold now is in the journal or in HEAD from here on, also of those that Git

    ignores. Those of which it is so, and the paths of the others: why they must stay as they are.
    Raises as observe.
    """
    held = {file.path: file.now for file in files if file.now}
    missing = _untold(here, held)
    if missing:
        _look(here, missing)
        missing = _untold(here, {path: held[path] for path in missing}, by_git=True)
    safe = tuple(file for file in files if file.path not in missing)
    return safe, dict.fromkeys(missing, NOT_HELD)


def write(repo: Repo, files: Sequence[File]) -> dict[str, str]:
    """The files get what they held; those that cannot be written, each with why."""
    left: dict[str, str] = {}
    for file in files:
        try:
            if on_disk(repo, file.path) != file.now:
                left[file.path] = "it was changed just now"
            elif file.then is None:
                put_back.remove(repo.root, file.path)
            else:
                put_back.write(repo.root, file.path, file.then)
        except (InTheWay, OSError) as error:
            left[file.path] = str(error)
    return left


def look(here: Opened, files: Sequence[File], by: str) -> None:
    """Write down what was written, as that of `by`."""
    here.look(by=by)
    written = {file.path: file.then for file in files if file.then}
    if ignored := _untold(here, written, by_git=True):
        _look(here, ignored, by)


def _look(here: Opened, paths: Collection[str], by: str = "") -> None:
    look = Look(by, Precision.OBSERVED, tuple(sorted(paths)), *here.files, all_files=True)
    observe(here.repo, here.journal, here.texts, look)


def _untold(
    here: Opened, held: Mapping[str, Content], *, by_git: bool = False
) -> dict[str, Content]:
    """Of these contents, those that neither the journal has as the newest of their path, nor HEAD.

    by_git: what the journal does not tell of is as HEAD has it, if HEAD has the path
    """
    known = here.journal.differing(here.lane)
    found = {p: one for p, one in held.items() if not (p in known and _is(known[p], one))}
    clean = [path for path in found if path not in known]
    head = here.repo.resolve("HEAD")
    blobs = objects.ids(here.repo, [f"{head}:{path}" for path in clean]) if head else []
    for path, blob in zip(clean, blobs, strict=bool(head)):
        if blob and (by_git or objects.make(here.repo, "blob", found[path].data).oid == blob):
            del found[path]
    return found


def _is(entry: Entry, content: Content) -> bool:
    if entry.op.flags & Flag.NOT_KEPT or entry.op.mode != content.mode:
        return False
    return entry.op.digest == hashlib.sha256(content.data).digest()
