"""Which pointers are where: in the index, in trees, in the commits between two others.

Only blobs as small as a pointer are read, and nothing is fetched by Git for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.ledger import Seen
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.git import attributes, objects
from git_anvcs.git.objects import AS_STORED, NO_FETCH
from git_anvcs.git.repo import Repo

FILTER = "ai-blob"
_AT_ONCE = 10_000  # commits; what they changed is in memory at once
_RAW = ("--raw", "-z", "--no-renames", "--abbrev=64")


class At(NamedTuple):
    """A pointer and where it is: a path (one of those it has), the id of Git's blob, its mode.

    before: the blob that the last commit has at the path, where that was asked; empty for none
    """

    path: str
    blob: str
    pointer: Pointer
    mode: str = "100644"
    before: str = ""


class Changed(NamedTuple):
    """A file of the index; before: see `At`"""

    mode: str
    blob: str
    before: str = ""


def seen(repo: Repo, at: At, text: bytes = b"") -> Seen:
    """What the ledger keeps of it. text: how it is spelt from now on, if not as it stands there"""
    worktree = "" if repo.git_dir == repo.common_dir else repo.git_dir.name
    return Seen(at.pointer.oid, at.path, text or pointers.text(at.pointer), worktree)


def in_index(repo: Repo, names: Sequence[str] = (), *, cwd: Path | None = None) -> list[At]:
    """Those of the index, below `names` (pathspecs as Git's) if any; of files that are tracked.

    cwd: where the names begin, if not at the top of the worktree
    """
    return read(repo, _filtered(repo, entries(repo, _from_top(repo, names, cwd))))


def has_any(repo: Repo, names: Sequence[str], cwd: Path) -> bool:
    """Whether the index has a file below one of these names, unmerged or not."""
    return bool(repo.git("ls-files", "-z", "--", *_from_top(repo, names, cwd), env=NO_FETCH))


def _from_top(repo: Repo, names: Sequence[str], cwd: Path | None) -> list[str]:
    """Pathspecs as they are at the top of the worktree."""
    if cwd is None:
        return [*names]
    below = os.path.relpath(cwd.resolve(), repo.root.resolve())
    return [name if name.startswith(":") else os.path.normpath(f"{below}/{name}")
            for name in names]  # fmt: skip


def entries(repo: Repo, names: Sequence[str] = ()) -> dict[str, tuple[str, str]]:
    """Every file of the index by path, as (mode, blob), unless it is unmerged."""
    listed = repo.git("ls-files", "-s", "-z", "--", *names, env=NO_FETCH)
    found: dict[str, tuple[str, str]] = {}
    for row in listed.split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        mode, blob, stage = facts.decode().split(" ")
        if stage == "0" and mode.startswith("100"):
            found[path.decode(errors="surrogateescape")] = (mode, blob)
    return found


def staged(repo: Repo, *, index: str = "") -> list[At]:
    """Those of the index that the last commit has not, or has otherwise."""
    return of_changed(repo, changed(repo, index=index))


def of_changed(repo: Repo, files: Mapping[str, Changed]) -> list[At]:
    """The pointers among files of `changed`."""
    read_ones = read(repo, {path: (one.mode, one.blob) for path, one in files.items()})
    return [at._replace(before=files[at.path].before) for at in read_ones]


def changed(repo: Repo, *, index: str = "") -> dict[str, Changed]:
    """Every file of the index that the last commit has not, or has otherwise, by path."""
    env = {"GIT_INDEX_FILE": index} if index else {}
    against = repo.resolve("HEAD") or _empty_tree(repo)
    raw = repo.git("diff-index", "--cached", *_RAW, against, "--", env={**NO_FETCH, **env})
    return dict(_raw(raw))


def _raw(raw: bytes) -> Iterator[tuple[str, Changed]]:
    """The regular files of what a diff prints with _RAW, with their paths."""
    fields = raw.decode(errors="surrogateescape").split("\0")
    for facts, path in zip(fields[::2], fields[1::2], strict=False):
        _, mode, old, blob, _ = facts.split(" ")
        if mode.startswith("100"):
            yield path, Changed(mode, blob, old.strip("0") and old)


def not_pointers(
    repo: Repo, blobs: Mapping[str, str], pointing: Iterable[At], filters: Mapping[str, str]
) -> tuple[str, ...]:
    """Files, path -> blob, that are to be pointers by their attributes and are contents in Git."""
    known = {at.path for at in pointing}
    asking = [path for path in blobs if filters.get(path) == FILTER and path not in known]
    sizes = objects.blob_sizes(repo, [blobs[path] for path in asking]) if asking else {}
    return tuple(path for path in asking if sizes.get(blobs[path]))


def may_be_asked_for(repo: Repo) -> bool:
    """Whether attributes at the top, or of this clone, ask for pointers at all; no git is started.

    Those of folders below are seen when there is a pointer.
    """
    for file in (repo.root / ".gitattributes", repo.common_dir / "info" / "attributes"):
        with suppress(OSError):
            if f"filter={FILTER}".encode() in file.read_bytes():
                return True
    return False


def in_tree(
    repo: Repo, revision: str, names: Sequence[str] = (), *, cwd: Path | None = None
) -> list[At]:
    """Those of one tree, below `names` (pathspecs as Git's, from `cwd`) if any."""
    nothing = objects.make(repo, "tree", b"").oid  # Git knows it without having it
    specs = _from_top(repo, names, cwd)
    raw = repo.git("diff-tree", *_RAW, "-r", nothing, revision, "--", *specs, env=NO_FETCH)
    return read(repo, {path: (one.mode, one.blob) for path, one in _raw(raw)})


def in_trees(repo: Repo, revisions: Iterable[str]) -> list[At]:
    """Those of the whole trees of these revisions."""
    found: dict[str, tuple[str, str]] = {}
    for revision in revisions:
        for path, (mode, blob) in tree(repo, revision).items():
            found[f"{blob}\0{path}"] = (mode, blob)
    return [at._replace(path=at.path.partition("\0")[2]) for at in read(repo, found)]


def tree(repo: Repo, revision: str) -> dict[str, tuple[str, str]]:
    """Every file of a whole tree by path, as (mode, blob)."""
    found: dict[str, tuple[str, str]] = {}
    listed = repo.git("ls-tree", "-r", "-z", "--full-tree", revision, env=NO_FETCH)
    for row in listed.split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        mode, kind, blob = facts.decode().split(" ")
        if kind == "blob" and mode.startswith("100"):
            found[path.decode(errors="surrogateescape")] = (mode, blob)
    return found


def in_commits(repo: Repo, revisions: Iterable[str]) -> list[At]:
    """Those that these commits bring (rev-list: `A`, `^B`, `--not`, `--all`), each blob once."""
    paths = brought(repo, revisions)
    found = read(repo, {blob: ("100644", blob) for blob in paths})
    return [at._replace(path=paths[at.blob]) for at in found]


def in_history(repo: Repo, revisions: Sequence[str]) -> list[At]:
    """Those of all commits up to these, under every path that they ever had."""
    pointing = {at.blob: at for at in in_commits(repo, revisions)}
    commits = repo.git("rev-list", *revisions, "--", env=NO_FETCH).splitlines(keepends=True)
    found: dict[At, None] = {}
    for start in range(0, len(commits) if pointing else 0, _AT_ONCE):
        stdin = b"".join(commits[start : start + _AT_ONCE])
        words = ("diff-tree", *_RAW, "-r", "-m", "--root", "--no-commit-id", "--stdin")
        for path, one in _raw(repo.git(*words, stdin=stdin, env=NO_FETCH)):
            if at := pointing.get(one.blob):
                found[at._replace(path=path)] = None
    return list(found)


def contents_in(repo: Repo, revisions: Iterable[str]) -> tuple[str, ...]:
    """Files that these commits bring, and that are contents where attributes ask for pointers."""
    if not may_be_asked_for(repo):
        return ()
    paths = brought(repo, revisions, small=False)
    filters = attributes.of(repo, "filter", set(paths.values()))
    asking = {blob: path for blob, path in paths.items() if filters.get(path) == FILTER}
    pointing = {at.blob for at in read(repo, {blob: ("100644", blob) for blob in asking})}
    sizes = objects.blob_sizes(repo, asking) if asking else {}
    found = {path for blob, path in asking.items() if blob not in pointing and sizes.get(blob)}
    return tuple(sorted(found))


def brought(repo: Repo, revisions: Iterable[str], *, small: bool = True) -> dict[str, str]:
    """Blobs as small as a pointer (or all) that these commits bring, and others of their objects,
    each with one of its paths. As a push sends them: what stands in for them (git-replace) is a
    ref of its own."""
    listed_words = list(revisions)
    options = [word for word in listed_words if word.startswith("--")]  # Git 2.42 takes them below
    commits = [word for word in listed_words if not word.startswith("--")]
    stdin = "".join(f"{word}\n" for word in commits).encode(errors="surrogateescape")
    only = [f"--filter=blob:limit={pointers.LONGEST + 1}"] if small else []
    words = ("rev-list", "--objects", *only, "--missing=allow-any", *options, "--stdin")
    listed = repo.git(*words, stdin=stdin, env=AS_STORED)
    found: dict[str, str] = {}
    for line in listed.decode(errors="surrogateescape").split("\n"):
        blob, _, path = line.partition(" ")
        if path:
            found.setdefault(blob, path)
    return found


def tracked(repo: Repo, found: Iterable[At]) -> list[At]:
    """Those of paths whose attributes say today that they are large files."""
    listed = list(found)
    filters = attributes.of(repo, "filter", (at.path for at in listed))
    return [at for at in listed if filters.get(at.path) == FILTER]


def contents(found: Iterable[At]) -> list[Pointer]:
    """The contents, each once; a pinned pointer counts more than one that is not.

    A pointer that says another size of the same content is another: it must not hide the right one.
    """
    chosen: dict[Pointer, Pointer] = {}
    for at in found:
        unpinned = at.pointer.unpinned()
        if unpinned not in chosen or (at.pointer.pinned and not chosen[unpinned].pinned):
            chosen[unpinned] = at.pointer
    return list(chosen.values())


def _filtered(repo: Repo, found: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    filters = attributes.of(repo, "filter", found)
    return {path: at for path, at in found.items() if filters.get(path) == FILTER}


def read(repo: Repo, found: Mapping[str, tuple[str, str]]) -> list[At]:
    """The pointers among blobs; found: path -> (mode, blob)."""
    blobs = list(dict.fromkeys(blob for _, blob in found.values()))
    sizes = objects.blob_sizes(repo, blobs) if blobs else {}
    small = [blob for blob in blobs if 0 < sizes.get(blob, 0) <= pointers.LONGEST]
    read = zip(small, objects.read(repo, small, env=NO_FETCH), strict=True)
    parsed = {blob: pointers.parse(one.data) for blob, one in read if one is not None}
    return [
        At(path, blob, pointer, mode)
        for path, (mode, blob) in found.items()
        if (pointer := parsed.get(blob)) is not None
    ]


def _empty_tree(repo: Repo) -> str:
    tree = objects.make(repo, "tree", b"")
    objects.write(repo, [tree])
    return tree.oid
