"""Records written: both refs, the same blobs, one transaction (design: architecture.md §4.4).

Stock `git notes add` loses notes when several write at once, because it moves the ref without
looking at its old value. Here a lock keeps our own writers in line, and the old values in the
transaction catch everybody else: then it is all done again from the new tips.
"""

from collections.abc import Callable, Iterable, Mapping
import random
import time
from typing import NamedTuple, TypeVar

from git_anvcs.git import gc, objects, refs, trees
from git_anvcs.git.objects import NO_FETCH, Object
from git_anvcs.git.refs import RefMoved, Update
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel import clock
from git_anvcs.provenance import codec
from git_anvcs.provenance.records import META_REF, NOTES_REF, path_of
from git_anvcs.store import lock
from git_anvcs.store.paths import Paths

Done = TypeVar("Done")

_LOCK = "records"
_TRIES = 40
_GC_SECONDS = 5.0


class Tip(NamedTuple):
    """A ref as it is: its commit (None: no such ref) and the trees read of it, by folder."""

    commit: str | None
    folders: Mapping[str, Object]


def add(repo: Repo, texts: Mapping[str, bytes], message: str) -> dict[str, bytes]:
    """Join `texts` (commit -> lines) with what both refs hold; returns what they hold then.

    Nothing is written when nothing is new. Raises GitFailed, and Locked after half a minute.
    """
    return alone(repo, _LOCK, lambda: _add_once(repo, texts, message)) if texts else {}


def put(repo: Repo, ref: str, files: Mapping[str, bytes], message: str) -> None:
    """Add files (path -> bytes) to the tree of another ref of ours; what is there stays.

    Raises GitFailed, and Locked after half a minute.
    """

    def once() -> None:
        tip = _tip(repo, ref, files)
        blobs = {path: objects.make(repo, "blob", data) for path, data in files.items()}
        changes = {path: blob.oid for path, blob in blobs.items()}
        _publish(repo, [(ref, tip, changes)], list(blobs.values()), message)

    if files:
        alone(repo, _LOCK, once)


def grow(repo: Repo, parent: str | None, files: Mapping[str, str], message: str) -> str:
    """A commit on top of `parent` whose tree also holds these files (path -> blob id).

    Nothing is joined and no ref moves. Returns `parent` when it holds them all already.
    """
    changes = dict(files)
    tip = _tip(repo, parent, changes) if parent else Tip(None, {})
    root, made = trees.edit(repo, tip.folders, changes)
    if tip.commit and tip.folders[""].oid == root:
        return tip.commit
    commit = _commit(repo, root, tip.commit, _identity(repo), message)
    objects.write(repo, [*made, commit])
    return commit.oid


def alone(repo: Repo, name: str, once: Callable[[], Done]) -> Done:
    """What `once` returns, done under the lock `name`, and again when somebody moved a ref.

    Raises Locked after half a minute, RefMoved after many tries.
    """
    with lock.held(Paths(repo.common_dir).locks / name):
        for attempt in range(_TRIES):
            try:
                return once()
            except RefMoved:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(random.uniform(0.001, 0.02))  # noqa: S311 - jitter, not a secret
    raise AssertionError("unreachable")


def _add_once(repo: Repo, texts: Mapping[str, bytes], message: str) -> dict[str, bytes]:
    meta_paths = {commit: path_of(commit) for commit in texts}
    meta = _tip(repo, META_REF, meta_paths.values())
    notes, notes_paths, stale = _notes_layout(repo, texts)
    flat = {commit: commit for commit in texts if commit in stale}
    places = ((meta, meta_paths), (notes, notes_paths), (notes, flat))
    stored = [_stored(repo, tip, paths) for tip, paths in places]
    joined = {c: codec.union([texts[c], *(old[c] for old in stored if c in old)]) for c in texts}
    blobs = {commit: objects.make(repo, "blob", text) for commit, text in joined.items()}

    meta_changes = {meta_paths[c]: blob.oid for c, blob in blobs.items()}
    notes_changes: dict[str, str | None] = dict.fromkeys(stale.values())
    notes_changes.update(_moved(repo, notes, stale))
    notes_changes.update({notes_paths[c]: blob.oid for c, blob in blobs.items()})
    _publish(
        repo,
        [(META_REF, meta, meta_changes), (NOTES_REF, notes, notes_changes)],
        _missing(repo, list(blobs.values())),
        message,
    )
    return joined


def _missing(repo: Repo, blobs: list[Object]) -> list[Object]:
    """Those of many blobs that are not here yet: what was fetched need not be packed again."""
    if len(blobs) <= objects.UNPACK_LIMIT:
        return blobs
    here = objects.ids(repo, [blob.oid for blob in blobs])
    return [blob for blob, oid in zip(blobs, here, strict=True) if oid is None]


def _publish(
    repo: Repo,
    changed: Iterable[tuple[str, Tip, trees.Changes]],
    made: list[Object],
    message: str,
) -> None:
    """Store the objects and move the refs whose tree is another one now."""
    identity = _identity(repo)
    updates = []
    for ref, tip, changes in changed:
        root, new_trees = trees.edit(repo, tip.folders, changes)
        if tip.commit and tip.folders[""].oid == root:
            continue
        commit = _commit(repo, root, tip.commit, identity, message)
        made += [*new_trees, commit]
        updates.append(Update(ref, tip.commit, commit.oid))
    if updates:
        gc.wait(repo, timeout=_GC_SECONDS)
        objects.write(repo, made)
        refs.update(repo, updates, message.split("\n", 1)[0])
        _outlive_gc(repo, made)


def _outlive_gc(repo: Repo, made: list[Object]) -> None:
    """Write again what a `git gc --prune=now` beside us has deleted before a ref held it.

    Refs hold it now, so that the next one does not; one that is running may have looked earlier.
    """
    for _ in range(2):
        here = objects.ids(repo, [found.oid for found in made])
        objects.write(repo, [o for o, oid in zip(made, here, strict=True) if oid is None])
        if not gc.wait(repo, timeout=_GC_SECONDS):
            return


def _tip(repo: Repo, ref: str, paths: Iterable[str]) -> Tip:
    """The ref's commit and the trees above `paths`."""
    folders = trees.folders_of(dict.fromkeys(paths))
    names = [f"{ref}^{{commit}}", f"{ref}^{{tree}}", *(f"{ref}:{f}" for f in folders if f)]
    commit, *found = objects.read(repo, names, env=NO_FETCH)
    known = {f: o for f, o in zip(folders, found, strict=True) if o and o.kind == "tree"}
    if commit is not None and "" not in known:
        raise trees.TreeMissing(f"the tree of {ref} is not in this clone")
    return Tip(commit.oid if commit else None, known)


def _notes_layout(repo: Repo, commits: Iterable[str]) -> tuple[Tip, dict[str, str], dict[str, str]]:
    """The notes ref, where the notes of `commits` go, and where misplaced ones lie now.

    One level of folders of two digits, or two below a folder that Git itself has split further.
    Git lays all notes out anew when it writes one; flat ones are brought back with the next write.
    """
    shallow = {c: f"{c[:2]}/{c[2:]}" for c in commits}
    deep = {c: f"{c[:2]}/{c[2:4]}/{c[4:]}" for c in commits}
    tip = _tip(repo, NOTES_REF, [*shallow.values(), *deep.values()])
    flat = _flat_notes(repo, tip)
    if flat:
        places = [f"{name[:2]}/{name[2:]}" for name in flat]
        tip = _tip(repo, NOTES_REF, [*shallow.values(), *deep.values(), *places])
    split = {c for c in shallow if _is_split(repo, tip, c[:2])}
    return tip, {c: deep[c] if c in split else shallow[c] for c in shallow}, flat


def _flat_notes(repo: Repo, tip: Tip) -> dict[str, str]:
    if "" not in tip.folders:
        return {}
    size = len(repo.zero_oid)
    entries = objects.tree_entries(repo, tip.folders[""].data)
    names = [entry.name.decode(errors="replace") for entry in entries if not entry.is_tree]
    return {n: n for n in names if len(n) == size and not n.strip("0123456789abcdef")}


def _is_split(repo: Repo, tip: Tip, folder: str) -> bool:
    tree = tip.folders.get(folder)
    return tree is not None and any(
        entry.is_tree and len(entry.name) == 2 for entry in objects.tree_entries(repo, tree.data)
    )


def _blob_ids(repo: Repo, tip: Tip, paths: Mapping[str, str]) -> dict[str, str]:
    """The blobs that lie at `paths` now, by the same keys."""
    entries: dict[str, dict[bytes, str]] = {}
    found = {}
    for key, path in paths.items():
        folder, _, name = path.rpartition("/")
        if folder not in entries:
            tree = tip.folders.get(folder)
            listed = objects.tree_entries(repo, tree.data) if tree else []
            entries[folder] = {e.name: e.oid for e in listed if not e.is_tree}
        oid = entries[folder].get(name.encode())
        if oid is not None:
            found[key] = oid
    return found


def _stored(repo: Repo, tip: Tip, paths: Mapping[str, str]) -> dict[str, bytes]:
    """The texts that lie at `paths` now."""
    wanted = _blob_ids(repo, tip, paths)
    found = dict(zip(wanted, objects.read(repo, wanted.values()), strict=True))
    for commit, blob in found.items():
        if blob is None:
            raise trees.TreeMissing(f"the record of {commit} is not in this clone")
    return {commit: blob.data for commit, blob in found.items() if blob}


def _moved(repo: Repo, tip: Tip, flat: Mapping[str, str]) -> dict[str, str]:
    return {f"{c[:2]}/{c[2:]}": oid for c, oid in _blob_ids(repo, tip, flat).items()}


def _commit(repo: Repo, tree: str, parent: str | None, identity: str, message: str) -> Object:
    lines = [f"tree {tree}"]
    if parent:
        lines.append(f"parent {parent}")
    lines += [f"author {identity}", f"committer {identity}", "", message.rstrip("\n"), ""]
    return objects.make(repo, "commit", "\n".join(lines).encode(errors="surrogateescape"))


def _identity(repo: Repo) -> str:
    """Who commits here, as Git says it; nobody configured must not cost a record."""
    try:
        return repo.line("var", "GIT_COMMITTER_IDENT")
    except GitFailed:
        return f"git-anvcs <git-anvcs@localhost> {int(clock.now())} +0000"
