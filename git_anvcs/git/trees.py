"""Trees edited in memory: the files that change, and only the trees above them."""

from collections.abc import Mapping
import os

from git_anvcs.git import objects
from git_anvcs.git.objects import Entry, Object
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError

_EXECUTABLE = b"100755"

Changes = Mapping[str, str | None]


class TreeMissing(AnvcsError):
    """A tree that must be kept is not in this clone (a partial one, or a damaged one)."""


def folders_of(paths: Changes) -> list[str]:
    """Every folder above `paths`, the root (the empty string) first: what `edit` must know."""
    found = {""}
    for path in paths:
        parts = path.split("/")[:-1]
        found.update("/".join(parts[: i + 1]) for i in range(len(parts)))
    return sorted(found)


def edit(repo: Repo, known: Mapping[str, Object], changes: Changes) -> tuple[str, list[Object]]:
    """The id of the root tree with `changes` made, and the new tree objects (not stored yet).

    known: folder -> tree object as it is now, for every folder of `folders_of(changes)` that is
    changes: path -> blob id, or None to take the file away; empty folders disappear; a file that
        can be executed stays so
    Raises TreeMissing when a folder that exists is not in `known`.
    """
    made: list[Object] = []
    root = _edited(repo, known, "", changes, made)
    if root is None:  # every file taken away
        made.append(objects.make(repo, "tree", b""))
        root = made[-1].oid
    return root, made


def _edited(
    repo: Repo, known: Mapping[str, Object], folder: str, changes: Changes, made: list[Object]
) -> str | None:
    """The new id of the tree `folder`, None when nothing is left in it."""
    now = known.get(folder)
    entries = {e.name: e for e in objects.tree_entries(repo, now.data)} if now else {}
    files, folders = _split(changes)
    for name, blob in files.items():
        old = entries.get(os.fsencode(name))
        _put(entries, _EXECUTABLE if old and old.mode == _EXECUTABLE else b"100644", name, blob)
    for name, inner_changes in folders.items():
        inner = f"{folder}/{name}" if folder else name
        old = entries.get(os.fsencode(name))
        if old and old.is_tree and inner not in known:
            raise TreeMissing(f"the tree {inner} of our records is not in this clone")
        _put(entries, b"40000", name, _edited(repo, known, inner, inner_changes, made))
    if not entries:
        return None
    tree = objects.make(repo, "tree", objects.tree_data(entries.values()))
    made.append(tree)
    return tree.oid


def _split(changes: Changes) -> tuple[dict[str, str | None], dict[str, dict[str, str | None]]]:
    """The changes right here, and those below by the folder they are in."""
    files: dict[str, str | None] = {}
    folders: dict[str, dict[str, str | None]] = {}
    for path, blob in changes.items():
        top, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(top, {})[rest] = blob
        else:
            files[top] = blob
    return files, folders


def _put(entries: dict[bytes, Entry], mode: bytes, name: str, oid: str | None) -> None:
    key = os.fsencode(name)
    if oid is None:
        entries.pop(key, None)
    else:
        entries[key] = Entry(mode, key, oid)
