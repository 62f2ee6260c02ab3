"""What a soak compares: worktrees as the disk, and as the journal, say they are."""

from collections.abc import Iterator, Mapping, Sequence
import hashlib
import os
from pathlib import Path
import stat
import time
from typing import NamedTuple

from git_anvcs.flows.journal import then as story
from git_anvcs.flows.journal.files_back import on_disk as read_one
from git_anvcs.flows.journal.observe import lane_of
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk, history
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import NOTHING, Kind, digest_of, encode
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths

# A large file that grows is read again only after as many seconds as it has these bytes.
LARGE_SPEED = 1 << 20
IGNORED = ("ignored",)

# Path -> mode and SHA-256 of what it holds.
State = dict[str, tuple[int, bytes]]


def on_disk(repo: Repo) -> State:
    """All files of a worktree that Git does not ignore."""
    listed = repo.git("ls-files", "-z", "-c", "-o", "--exclude-standard").split(b"\0")[:-1]
    paths = {os.fsdecode(name) for name in listed if not name.endswith(b"/")}
    found = {path: read_one(repo, path) for path in paths if not _is_folder(repo.root / path)}
    return {path: _digest(held) for path, held in found.items() if held}


def _is_folder(place: Path) -> bool:
    return place.is_dir() and not place.is_symlink()


class Told(NamedTuple):
    """n: the newest operation; state: what the journal says a worktree holds

    known: the same with what Git ignores now, which stays as it was last seen
    """

    n: int
    state: State
    known: State


def told(repo: Repo) -> Told:
    """What the journal says now."""
    listed = repo.git("ls-files", "-z", "-o", "-i", "--exclude-standard").split(b"\0")[:-1]
    ignored = {os.fsdecode(name) for name in listed}
    with Journal(Paths(repo.common_dir)) as journal:
        n = journal.last()
        found = _state(Opened(repo, journal, Texts(journal), lane_of(repo)), n)
    return Told(n, {path: held for path, held in found.items() if path not in ignored}, found)


def at(repo: Repo, lane: str, n: int) -> State:
    """What the journal says a worktree, which may be gone, held after an operation."""
    with Journal(Paths(repo.common_dir)) as journal:
        return _state(Opened(repo, journal, Texts(journal), lane), n)


def _state(here: Opened, n: int) -> State:
    then = story.Then(here, n)
    known = {*then.differing(), *(story.tree_files(here.repo, then.head) if then.head else ())}
    found = {}
    for path, held in then.contents(sorted(known)):
        if isinstance(held, str) and held != story.NESTED:
            found[path] = (0, held.encode())
        elif isinstance(held, history.Content):
            found[path] = _digest(held)
    return found


def _digest(held: history.Content) -> tuple[int, bytes]:
    return held.mode, hashlib.sha256(held.data).digest()


def differences(told: State, disk: State) -> str:
    """Where they differ, in words."""
    paths = sorted(path for path in told.keys() | disk.keys() if told.get(path) != disk.get(path))
    said = [
        f"{path!r} disk {_say(disk.get(path))} journal {_say(told.get(path))}" for path in paths
    ]
    return "; ".join(said[:6]) + (f" and {len(said) - 6} more" if len(said) > 6 else "")


def _say(held: tuple[int, bytes] | None) -> str:
    return f"{held[0]:o} {held[1][:4].hex()}" if held else "nothing"


class Kept(NamedTuple):
    """A content that stood still.

    git_dir: of its worktree; blob: its id in Git; since: seconds since the epoch
    """

    git_dir: Path
    path: str
    mode: int
    digest: bytes
    blob: str
    since: float


class _Standing(NamedTuple):
    """A file as it was seen. sign: what changes whenever somebody writes"""

    sign: tuple[int, ...]
    kept: Kept


class Stood:
    """What was seen standing still for so many seconds, by looking again and again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._files: dict[Path, _Standing] = {}
        self.seen: set[Kept] = set()

    def scan(self, trees: Sequence[Path]) -> None:
        """One look at all files."""
        now = time.time()
        there: dict[Path, _Standing] = {}
        for tree in trees:
            git_dir = _git_dir(tree)
            if (git_dir / "index.lock").exists():  # Git is at work, or was killed: nobody looks
                continue
            for place, path in _files(tree):
                found = self._one(place, path, git_dir, now)
                if found:
                    there[place] = found
        self._files = there

    def _one(self, place: Path, path: str, git_dir: Path, now: float) -> _Standing | None:
        try:
            sign, size = _sign(place)
            before = self._files.get(place)
            if before and before.sign == sign and before.kept.git_dir == git_dir:
                wait = self._seconds + (size / LARGE_SPEED if size > disk.LARGEST_TEXT else 0)
                if before.kept not in self.seen and now - before.kept.since >= wait:
                    again = _read(place, path, git_dir, now)
                    if again._replace(since=before.kept.since) == before.kept:
                        self.seen.add(before.kept)
                return before
            kept = _read(place, path, git_dir, now)
            return _Standing(sign, kept) if _sign(place)[0] == sign else None
        except OSError:  # it was taken away just now
            return None


def _git_dir(tree: Path) -> Path:
    place = tree / ".git"
    try:
        return Path(place.read_text().removeprefix("gitdir: ").strip())
    except OSError:
        return place


def _files(tree: Path) -> Iterator[tuple[Path, str]]:
    for folder, folders, names in os.walk(tree):
        top = Path(folder)
        links = [name for name in folders if (top / name).is_symlink()]
        folders[:] = [
            one
            for one in folders
            if one not in (".git", *IGNORED, *links) and not one.endswith(".log")
        ]
        for name in (*names, *links):
            if not name.endswith(".log") and name != ".git":
                place = top / name
                yield place, str(place.relative_to(tree))


def _sign(place: Path) -> tuple[tuple[int, ...], int]:
    found = place.lstat()
    sign = (found.st_ino, found.st_ctime_ns, found.st_mtime_ns, found.st_size, found.st_mode)
    return sign, found.st_size


def _read(place: Path, path: str, git_dir: Path, now: float) -> Kept:
    if place.is_symlink():
        mode, data = disk.LINK, os.fsencode(place.readlink())
    else:
        mode = disk.PROGRAM if place.lstat().st_mode & stat.S_IXUSR else disk.FILE
        data = place.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return Kept(git_dir, path, mode, hashlib.sha256(data).digest(), blob, now)


def lost(repo: Repo, journal: Journal, seen: set[Kept]) -> list[str]:
    """What stood still and is not to be had: neither from the journal nor from where HEAD was."""
    texts = Texts(journal)
    told: dict[tuple[str, str, int, bytes], list[Entry]] = {}
    heads: dict[str, set[str]] = {}
    for entry in journal.newest():
        op = entry.op
        if op.kind in (Kind.EDIT, Kind.BLOB):
            told.setdefault((op.lane, op.path, op.mode, op.digest), []).append(entry)
        elif op.kind is Kind.GIT:
            moved = unpack(journal.payload(entry.n)).refs.get("HEAD", ("", ""))
            heads.setdefault(op.lane, set()).update(filter(None, moved))
    trees = {head: _tree(repo, head) for found in heads.values() for head in found}
    said = []
    for one in sorted(seen):
        lane = "." if one.git_dir == repo.common_dir else f"worktrees/{one.git_dir.name}"
        entries = told.get((lane, one.path, one.mode, one.digest), [])
        if any(history.content(journal, texts, entry) for entry in entries):
            continue
        if not any(
            trees[head].get(one.path) == (one.mode, one.blob) for head in heads.get(lane, ())
        ):
            said.append(f"{lane} {one.path!r} {one.mode:o} {one.digest[:4].hex()} {one.since:.2f}")
    return said


def _tree(repo: Repo, head: str) -> Mapping[str, tuple[int, str]]:
    found = objects.read(repo, [head])[0]
    return story.tree_files(repo, head) if found else {}


def broken(journal: Journal) -> list[str]:
    """Where the chain of operations is not whole."""
    ends: dict[bytes, tuple[int, bytes]] = {}
    said = []
    rows = journal._db.execute(
        "SELECT op.n, actor.name, seq, hash FROM op JOIN actor ON actor.id = op.actor ORDER BY n"
    ).fetchall()
    entries = {entry.n: entry.op for entry in journal.newest()}
    for n, actor, seq, digest in rows:
        last, before = ends.get(actor, (0, NOTHING))
        op = entries[n]._replace(payload=journal.payload(n))
        if seq != last + 1 or digest_of(encode(op, actor, seq, before)) != digest:
            said.append(f"#{n} does not continue its chain")
        ends[actor] = (seq, digest)
    return said
