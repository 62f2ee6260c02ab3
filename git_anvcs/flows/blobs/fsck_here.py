"""Story: is what this clone has of large files whole, and does Git have what it should?"""

from collections.abc import Callable, Iterable
import re

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs import queue
from git_anvcs.flows.blobs import faults, pointed, selecting, standing
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.flows.blobs.faults import Fault
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.git import attributes, objects
from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.terminal import quoted
from git_anvcs.store import database

# With a byte order mark, a conflict's marker, blanks before it; other line ends, more behind it.
_LIKE_A_POINTER = re.compile(rb"(?:\xef\xbb\xbf)?(?:<{7}[^\n]*\n)?\s*version anvcs-blob/")

Progress = Callable[[int], None]  # told of bytes that were read


def size_of_cache(here: Clone) -> int:
    """How many bytes `cache` will read."""
    return sum(here.cache.place(oid).stat().st_size for oid in here.cache.oids())


def cache(here: Clone, progress: Progress) -> list[Fault]:
    """Damaged files, which are set aside, and jobs whose content is gone."""
    found = []
    for oid in list(here.cache.oids()):
        size = here.cache.place(oid).stat().st_size
        if not here.cache.whole(oid):
            said = f"{oid[:12]} in the cache has other bytes than its name says; it was set aside"
            found.append(Fault(faults.DAMAGED, said, oid=oid, size=size))
        progress(size)
    for job in here.ledger.jobs(queue.UPLOAD):
        if not here.cache.has(job.oid, job.size):
            said = f"{job.oid[:12]} waits to be sent to {job.storage} and is not here"
            found.append(Fault(faults.UNSENT, said, "", job.oid, job.size, job.storage))
    broken = database.problems_of(here.ledger.path)
    return found + [Fault(faults.LEDGER, f"the ledger: {problem}") for problem in broken]


def missing(here: Clone, found: Iterable[At]) -> list[Fault]:
    """Contents of these pointers that are not here and not left out by settings, each once."""
    selection = selecting.of_worktree(here.repo, here.settings)
    lacking = {
        at.pointer.oid: at
        for at in found
        if not here.cache.has(at.pointer.oid, at.pointer.size) and selection.takes(at.path)
    }
    return [
        Fault(
            faults.MISSING,
            f"{quoted(at.path)}: {oid[:12]} is not here",
            at.path,
            oid,
            at.pointer.size,
        )
        for oid, at in lacking.items()
    ]


def in_git(repo: Repo) -> tuple[list[Fault], list[At]]:
    """What is wrong with pointers in the index, in HEAD and in all history; and the pointers
    of tracked files of the first two."""
    found = _odd(repo)
    if repo.bare:
        head = pointed.in_trees(repo, ["HEAD"] if repo.resolve("HEAD") else [])
        return found, head
    current: list[At] = []
    told: set[tuple[str, str]] = set()
    places = {"the index": pointed.entries(repo)}
    if repo.resolve("HEAD"):
        places["HEAD"] = pointed.tree(repo, "HEAD")
    for where, files in places.items():
        read = pointed.read(repo, files)
        there = {at.path for at in read}
        filters = attributes.of(repo, "filter", there)
        stray = [at.path for at in read if filters.get(at.path) != pointed.FILTER]
        current += [at for at in read if at.path not in stray]
        others = {path: at for path, at in files.items() if path not in there}
        rows = [(faults.STRAY, path, _STRAY) for path in stray]
        rows += [(faults.CONTENT, path, _CONTENT) for path in standing.not_pointers(repo, others)]
        for kind, path, said in rows:
            if (kind, path) not in told:
                told.add((kind, path))
                found.append(Fault(kind, f"{quoted(path)} ({where}): {said}", path))
    return found, current


_STRAY = "a pointer of a file that is not tracked, so that nobody gets its content"
_CONTENT = "tracked, but its content is in Git"


def _odd(repo: Repo) -> list[Fault]:
    """Blobs of all history that look like a pointer and are none."""
    head = [oid] if (oid := repo.resolve("HEAD")) else []
    paths = pointed.brought(repo, [*head, "--all", "--indexed-objects"])
    sizes = objects.blob_sizes(repo, paths)
    small = [blob for blob, size in sizes.items() if 0 < size <= pointers.LONGEST]
    found = []
    for blob, one in zip(small, objects.read(repo, small, env=NO_FETCH), strict=True):
        if one and _LIKE_A_POINTER.match(one.data) and pointers.parse(one.data) is None:
            said = f"{quoted(paths[blob])}: {blob[:12]} looks like a pointer and is none"
            found.append(Fault(faults.ODD, said, paths[blob]))
    return found
