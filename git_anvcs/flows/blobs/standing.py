"""Story: how the large files of this worktree stand: what is here, what is missing, what waits."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.ledger import Job, Ledger
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.selection import Selection
from git_anvcs.flows.blobs import pointed
from git_anvcs.flows.blobs.pointed import FILTER, At
from git_anvcs.git import attributes, objects
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths


class File(NamedTuple):
    """One large file of the index.

    here: its content is in the cache
    worktree: `content`, `pointer` (the file holds its own pointer) or `absent`; empty: of a commit
    left_out: settings or a sparse checkout want no content for it, and it is not here
    """

    path: str
    pointer: Pointer
    here: bool
    worktree: str
    left_out: bool = False

    @property
    def missing(self) -> bool:
        """Whether its content should be here and is not."""
        return not (self.here or self.left_out)


class Standing(NamedTuple):
    """All of them; contents: paths that should be pointers and are contents in Git."""

    files: tuple[File, ...]
    contents: tuple[str, ...]
    jobs: tuple[Job, ...]


def files(
    repo: Repo, selection: Selection, names: Sequence[str] = (), *, cwd: Path | None = None
) -> list[File]:
    """The large files of the index, below `names` (pathspecs from `cwd`) if any.

    Reads no content.
    """
    found = pointed.in_index(repo, names, cwd=cwd)
    return [
        one._replace(worktree=_in_worktree(repo.root / one.path, one.pointer))
        for one in _here(repo, selection, found)
    ]


def of_commit(
    repo: Repo, selection: Selection, commit: str, names: Sequence[str], *, cwd: Path
) -> list[File]:
    """The same of a commit or tree, with nothing said of the worktree."""
    return _here(repo, selection, pointed.in_tree(repo, commit, names, cwd=cwd))


def _here(repo: Repo, selection: Selection, found: Iterable[At]) -> list[File]:
    cache = Cache(Paths(repo.common_dir))
    files = []
    for at in found:
        here = cache.has(at.pointer.oid, at.pointer.size)
        files.append(File(at.path, at.pointer, here, "", not (here or selection.takes(at.path))))
    return files


def look(repo: Repo, selection: Selection) -> Standing:
    """How everything stands. Raises Damaged, CannotWrite of the ledger."""
    found = files(repo, selection)
    paths = Paths(repo.common_dir)
    jobs: list[Job] = []
    if paths.ledger.exists():
        with Ledger(paths) as ledger:
            jobs = ledger.jobs()
    return Standing(tuple(found), tuple(contents(repo, found)), tuple(jobs))


def _in_worktree(path: Path, pointer: Pointer) -> str:
    try:
        facts = path.lstat()
        if not stat.S_ISREG(facts.st_mode):
            return "absent"
        if facts.st_size > pointers.LONGEST_SEEN or facts.st_size == pointer.size:
            return "content"
        held = pointers.with_plain_ends(path.read_bytes())
        return "pointer" if pointers.parse(held) else "content"
    except OSError:
        return "absent"


def contents(repo: Repo, known: Sequence[File]) -> list[str]:
    """Files of the index whose attributes ask for a pointer and whose blob is a content."""
    files = {file.path for file in known}
    return not_pointers(
        repo, {path: at for path, at in pointed.entries(repo).items() if path not in files}
    )


def not_pointers(repo: Repo, found: Mapping[str, tuple[str, str]]) -> list[str]:
    """Those of these files, path -> (mode, blob), none of which is a pointer, that should be."""
    filters = attributes.of(repo, "filter", found)
    asking = {path: blob for path, (_, blob) in found.items() if filters.get(path) == FILTER}
    sizes = objects.blob_sizes(repo, asking.values()) if asking else {}
    return [path for path, blob in asking.items() if sizes.get(blob)]
