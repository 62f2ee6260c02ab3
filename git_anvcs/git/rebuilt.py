"""A tree with some files replaced or moved; what moves goes through an index of its own."""

from collections.abc import Collection, Mapping
import os
from pathlib import Path
import tempfile

from git_anvcs.git import objects, trees
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.objects import Object


def tree(
    repo: CalledRepo,
    before: str,
    texts: Mapping[str, bytes],
    moves: Mapping[str, str],
    gone: Collection[str] = (),
) -> str:
    """The id of the tree `before` with new contents at existing paths, paths renamed and removed.

    moves: old path -> new path; `texts` names the old ones
    """
    if not texts and not moves and not gone:
        return before
    blobs = {path: objects.make(repo, "blob", text) for path, text in texts.items()}
    if not moves and not gone:
        return _edited(repo, before, blobs)
    objects.write(repo, blobs.values())
    with tempfile.TemporaryDirectory(prefix="anvcs-") as folder:
        there = repo.with_env(GIT_INDEX_FILE=str(Path(folder) / "index"))
        there.git("read-tree", before)
        modes = _entries(there)
        rows = [f"0 {repo.zero_oid}\t{path}" for path in gone]
        for path in sorted({*texts, *moves}):
            mode, oid = modes[path]
            oid = blobs[path].oid if path in blobs else oid
            if path in moves:
                rows.append(f"0 {repo.zero_oid}\t{path}")
            rows.append(f"{mode} {oid}\t{moves.get(path, path)}")
        stdin = "".join(f"{row}\0" for row in rows).encode(errors="surrogateescape")
        there.git("update-index", "-z", "--index-info", stdin=stdin)
        return there.line("write-tree")


def _edited(repo: CalledRepo, before: str, blobs: Mapping[str, Object]) -> str:
    """With new contents alone: only the trees above them are read and written."""
    changes = {path: blob.oid for path, blob in blobs.items()}
    folders = trees.folders_of(changes)
    found = objects.read(repo, [f"{before}:{folder}" for folder in folders])
    known = {folder: one for folder, one in zip(folders, found, strict=True) if one}
    root, made = trees.edit(repo, known, changes)
    objects.write(repo, [*blobs.values(), *made])
    return root


def _entries(repo: CalledRepo) -> dict[str, tuple[str, str]]:
    """The mode and blob of every path in the index."""
    found = {}
    for row in repo.git("ls-files", "-s", "-z").split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        mode, oid, _stage = facts.decode().split(" ")
        found[os.fsdecode(path)] = (mode, oid)
    return found
