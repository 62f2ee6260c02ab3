"""A worktree that stands between two commits: who took it from one to the other was killed.

What is ours there is told from the two trees. A file that is as one of them has it, or that is
away, is ours; whatever else it is, somebody has made it. That stays, and is a change of the commit
that the rest is brought to.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
import hashlib
import os
from pathlib import Path
import stat
from typing import NamedTuple

from git_anvcs.blobs import lfs, pointer
from git_anvcs.blobs.cache import Cache
from git_anvcs.blobs.contents import Identity, chunks, identity
from git_anvcs.flows.blobs.migrate import places
from git_anvcs.flows.blobs.migrate.places import Worktree
from git_anvcs.git import config, objects, tree_diff
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Blob
from git_anvcs.store.paths import Paths, make_folder

_WITH_ENDS = 8 << 20  # bytes; of what is longer, other line ends are not looked for

Sides = tuple[Blob | None, Blob | None]


class Halfway(NamedTuple):
    """What is to be done until a worktree shows the tree `goal`.

    staged: what the index is to have of paths where it has something else now
    write: paths whose files Git is to write (or take away), with what the index has of them then
    away: files that are in the way of it, as they were when they were looked at
    theirs: paths that somebody has changed, in the worktree or in the index
    """

    goal: str
    staged: dict[str, Blob | None]
    write: dict[str, Blob | None]
    away: dict[str, Identity]
    theirs: tuple[str, ...]


def stands(one: Worktree) -> bool:
    """Whether the index is not HEAD's: it is written behind the files, all at once."""
    return one.repo.try_git("diff-index", "--cached", "--quiet", "HEAD", "--").returncode == 1


def look(one: Worktree, pair: tuple[str, str], goal: str) -> Halfway:
    """How it stands between the commits of `pair`; goal: the one of them that it is to show."""
    repo = one.repo
    old, new = (repo.line("rev-parse", f"{commit}^{{tree}}") for commit in pair)
    [changes] = tree_diff.changes(repo, [(old, new)])
    ahead = goal == pair[1]
    sides: dict[str, Sides] = {
        path: (_plain(change.after), _plain(change.before))
        if ahead
        else (_plain(change.before), _plain(change.after))
        for path, change in changes.items()
    }
    index, files = _index(repo), _Files(repo, sides)
    found = Halfway(new if ahead else old, {}, {}, {}, ())
    theirs = []
    for path, (want, other) in sides.items():
        has = index.get(path, ())
        if len(has) > 1 or (has[0] if has else None) not in (want, other):
            theirs.append(path)
            continue
        held = files.held(path)
        if held is None:
            theirs.append(path)
        _plan(found, path, (want, other), has[0] if has else None, held)
    return found._replace(theirs=tuple(theirs))


class _Held(NamedTuple):
    """A file that is ours.

    wanted: it is as the goal has it; content: it is what a pointer stands for
    seen: what it is known by, where it is there
    """

    wanted: bool
    content: bool = False
    seen: Identity | None = None


def _plan(found: Halfway, path: str, sides: Sides, has: Blob | None, held: _Held | None) -> None:
    """Enter one path. The index has what the file is, or is to have next; then it is as any other
    that Git takes from one tree to the next."""
    want, other = sides
    if held is None or held.wanted:
        if has != want:
            found.staged[path] = want
        return
    if want or has:
        if has != other:
            found.staged[path] = other
        found.write[path] = other
    elif held.content:  # what another program has put there, such as DVC
        return
    if held.seen:
        found.away[path] = held.seen


def settle(one: Worktree, found: Halfway, env: Mapping[str, str] | None = None) -> str:
    """Bring it to its goal; why that could not be, or nothing. What is theirs is not touched."""
    repo = one.repo
    _stage(repo, found.staged)
    for path, seen in found.away.items():
        file = repo.root / path
        with suppress(FileNotFoundError):
            if identity(file.lstat()) == seen:
                file.unlink()
    if not found.write:
        return ""
    return places.follow(one, _before(repo, found), found.goal, env=env)


def _before(repo: Repo, found: Halfway) -> str:
    """The tree from which only what is to be written differs from the goal."""
    paths = Paths(repo.common_dir)
    index = Cache(paths).free_name()
    make_folder(index.parent)
    env = {"GIT_INDEX_FILE": str(index)}
    try:
        repo.git("read-tree", found.goal, env=env)
        _stage(repo, found.write, env)
        return repo.line("write-tree", env=env)
    finally:
        index.unlink(missing_ok=True)


def _stage(
    repo: Repo, entries: Mapping[str, Blob | None], env: Mapping[str, str] | None = None
) -> None:
    none = Blob("0", repo.zero_oid)
    rows = [f"{(blob or none).mode} {(blob or none).oid}\t{p}\0" for p, blob in entries.items()]
    if rows:
        told = os.fsencode("".join(rows))
        repo.git("update-index", "-z", "--index-info", stdin=told, env=env)


def _index(repo: Repo) -> dict[str, list[Blob]]:
    """What the index has of each path: several in a conflict."""
    found: dict[str, list[Blob]] = {}
    for row in os.fsdecode(repo.git("ls-files", "-s", "-z")).split("\0")[:-1]:
        facts, _, path = row.partition("\t")
        mode, oid, _ = facts.split(" ")
        found.setdefault(path, []).append(Blob(mode, oid))
    return found


def _plain(blob: Blob | None) -> Blob | None:
    """As an index has it."""
    return Blob("100644", blob.oid) if blob and blob.mode == "100664" else blob


class _Files:
    """The files of the worktree, compared with what their blobs stand for; each is read once."""

    def __init__(self, repo: Repo, sides: Mapping[str, Sides]) -> None:
        self._repo, self._sides = repo, sides
        blobs = {one.oid for pair in sides.values() for one in pair if one and one.is_file}
        self._sizes = objects.blob_sizes(repo, blobs)
        short = [oid for oid, size in self._sizes.items() if size <= pointer.LONGEST]
        read = zip(short, objects.read(repo, short), strict=True)
        self._contents = {oid: known for oid, one in read if one and (known := _named(one.data))}
        self._modes = config.get(repo, "core.fileMode") != "false"
        self._ends = (
            config.get(repo, "core.autocrlf") == "true" or config.get(repo, "core.eol") == "crlf"
        )

    def held(self, path: str) -> _Held | None:
        """How a file stands; None where it is neither side's."""
        want, other = self._sides[path]
        file = self._repo.root / path
        try:
            facts = file.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return _Held(want is None)
        if not stat.S_ISREG(facts.st_mode) or _elsewhere(self._repo.root, file):
            return None
        seen = identity(facts)
        spelled = self._spelled(file, facts.st_size, (want, other))
        for blob in (want, other):
            if blob is None or (self._modes and bool(facts.st_mode & 0o100) != _runs(blob)):
                continue
            content = self._contents.get(blob.oid)
            if content and content[0] in spelled:
                return _Held(blob is want, True, seen)
            if blob.oid in spelled:  # a pointer itself is to become its content
                return _Held(blob is want and not content, False, seen)
        return None

    def _spelled(self, file: Path, size: int, blobs: Sides) -> set[str]:
        """The names of its bytes: as a blob, as a content; none that no side could have."""
        oids = [blob.oid for blob in blobs if blob]
        known = [self._contents[oid] for oid in oids if oid in self._contents]
        found: set[str] = set()
        raw = size in (self._sizes.get(oid) for oid in oids)
        if raw or size in (one[1] for one in known):
            found = set(_names(file, size, self._repo.object_format))
        if self._ends and size <= _WITH_ENDS:
            plain = file.read_bytes().replace(b"\r\n", b"\n")
            found.add(objects.make(self._repo, "blob", plain).oid)
        return found


def _names(file: Path, size: int, object_format: str) -> Iterator[str]:
    """What Git would call the bytes, and their SHA-256."""
    as_blob = hashlib.new(object_format, b"blob %d\0" % size, usedforsecurity=False)
    plain = hashlib.sha256()
    with file.open("rb") as opened:
        for piece in chunks(opened):
            as_blob.update(piece)
            plain.update(piece)
    yield as_blob.hexdigest()
    yield plain.hexdigest()


def _named(data: bytes) -> tuple[str, int] | None:
    """SHA-256 and size of the content that a pointer stands for, ours or of Git LFS."""
    try:
        found = pointer.parse(data) or lfs.parse(data)
    except lfs.Extended:
        return None
    return (found.oid, found.size) if found else None


def _runs(blob: Blob) -> bool:
    return blob.mode == "100755"


def _elsewhere(root: Path, file: Path) -> bool:
    """Whether a folder on the way is a link."""
    return file.parent.resolve() != root.resolve() / file.parent.relative_to(root)
