"""Story: what is about to be committed is sent first, and its pointers say which version it became.

Best effort: what cannot be sent in time is committed with the pointer that follows from its content
alone, and waits. A pointer is changed in the index only, before the commit; never in a commit.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.cache import Cache
from git_anvcs.flows.blobs import clone as place
from git_anvcs.flows.blobs import pointed, uploading
from git_anvcs.flows.blobs.clone import Clone, opened
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.uploading import Sent, Starts
from git_anvcs.git import attributes, index_patch, objects
from git_anvcs.git.index_file import Change, NotPatchable
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths, make_folder, share

_MAY_CHANGE = ("", place.LOCAL)  # the stores of pointers that are pinned, or pinned anew
_PARTIAL = "next-index-"  # git commit -- PATH: Git commits from an index of its own


class Committed(NamedTuple):
    """sent: how each content went that was not in its stores; pinned: how many pointers changed

    contents: files that should be pointers and go into Git's history as they are
    """

    sent: tuple[Sent, ...] = ()
    pinned: int = 0
    contents: tuple[str, ...] = ()


def before_commit(
    repo: Repo, env: Mapping[str, str], index: str, starts: Starts = uploading.silently
) -> Committed:
    """For pre-commit. index: GIT_INDEX_FILE as Git gave it; empty for the worktree's own.

    Raises UsageError (settings), and what the ledger and Git's index raise; nothing is lost then.
    """
    file = index_patch.place(repo, index)
    files = pointed.changed(repo, index=str(file))
    staged = pointed.of_changed(repo, files)
    asked = staged or (files and pointed.may_be_asked_for(repo))
    filters = attributes.of(repo, "filter", files) if asked else {}
    found = [at for at in staged if filters.get(at.path) == pointed.FILTER]
    blobs = {path: one.blob for path, one in files.items()}
    done = Committed(contents=pointed.not_pointers(repo, blobs, staged, filters))
    # They are in memory still, and the commit is about to say that they are there.
    Cache(Paths(repo.common_dir)).sync_these({at.pointer.oid for at in found})
    found = [at for at in found if not at.pointer.pinned or at.pointer.storage == place.LOCAL]
    if not found:
        return done
    with opened(repo, env) as here:
        bare = [at for at in found if place.is_bare(here, at.pointer)]
        jobs = uploading.enqueue(here, [at.pointer for at in bare])
        if not here.settings.flag("blobs.upload_on_commit"):
            return done
        seconds = here.settings.number("blobs.commit_seconds")
        sent = uploading.send(here, jobs, starts, seconds=seconds) if seconds else []
        if file.name.startswith(_PARTIAL):
            make_folder(_mark(repo).parent)
            _mark(repo).touch()
            share(_mark(repo))
        return done._replace(sent=tuple(sent), pinned=len(pin(here, file, bare)))


def after_commit(repo: Repo, env: Mapping[str, str]) -> int:
    """For post-commit after `git commit -- PATH`, which leaves the worktree's own index as it was.

    There, too, the pointers are pinned that are pinned in the commit; how many.
    """
    _mark(repo).unlink(missing_ok=True)
    file = index_patch.place(repo)
    both = [at for at in pointed.staged(repo) if at.before and at.pointer.storage in _MAY_CHANGE]
    before = [at.before for at in both]
    wanted = {}
    for at, blob in zip(both, objects.read(repo, before, env=objects.NO_FETCH), strict=True):
        known = pointers.parse(blob.data) if blob else None
        same = known and known.pinned and known.unpinned() == at.pointer.unpinned()
        if known and same and known.storage != at.pointer.storage:
            wanted[at] = pointers.text(known)
    if not wanted:
        return 0
    with opened(repo, env) as here:
        return len(_exchange(here, file, wanted))


def pin(here: Clone, index: Path, found: Iterable[At]) -> Sequence[At]:
    """Pointers of the index become pinned ones, where the primary store has the content."""
    wanted = {}
    for at in found:
        copy = uploading.copy_in(here, at.pointer.oid, (here.stores.primary,))
        made = place.pin_of(copy, at.pointer.size) if copy else at.pointer
        if made.pinned and made != at.pointer:
            wanted[at] = pointers.text(made)
    return _exchange(here, index, wanted) if wanted else ()


def _exchange(here: Clone, index: Path, wanted: Mapping[At, bytes]) -> list[At]:
    """The index's pointers become these texts where they still are what they were.

    The ledger has them first: who is killed in between finds pointers that the next commit pins,
    not an index that says else than the filter.
    """
    repo = here.repo
    blobs = {at: objects.make(repo, "blob", text) for at, text in wanted.items()}
    objects.write(repo, blobs.values())
    here.ledger.remember(pointed.seen(repo, at, text) for at, text in wanted.items())
    try:
        changes = [Change(at.path, at.blob, oid=blob.oid) for at, blob in blobs.items()]
        done = index_patch.patch(
            index, repo.object_format, changes, sync=index_patch.is_synced(repo)
        )
    except NotPatchable:
        done = _by_git(repo, index, {at: blob.oid for at, blob in blobs.items()})
    pinned = [at for at in wanted if at.path in done]
    left = [at for at in wanted if at.path not in done]
    here.ledger.remember(pointed.seen(repo, at) for at in left)
    return pinned


def _by_git(repo: Repo, index: Path, wanted: Mapping[At, str]) -> frozenset[str]:
    """The same for an index that only Git can write; it forgets what it knows of the files."""
    rows = "".join(f"{at.mode} {oid} 0\t{at.path}\0" for at, oid in wanted.items())
    stdin = rows.encode(errors="surrogateescape")
    env = {"GIT_INDEX_FILE": str(index)}
    repo.git("update-index", "-z", "--index-info", stdin=stdin, env=env)
    return frozenset(at.path for at in wanted)


def _mark(repo: Repo) -> Path:
    """Says to post-commit that this worktree's own index lacks pins."""
    return Paths(repo.common_dir).blobs / "partial" / repo.git_dir.name
