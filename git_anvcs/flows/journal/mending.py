"""Story: a damaged journal is built anew of everything in it that can be proved.

The damaged file is set aside, never deleted; the new one takes its place in one rename, so that a
mending that is killed is done again, or finished, by whoever opens the journal next.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import json
import mmap
import os
from pathlib import Path
import shutil
from typing import NamedTuple
import zlib

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk, rebuilt, text
from git_anvcs.journal.from_segments import ends, with_segments
from git_anvcs.journal.journal import mended, mending_lock, place_of
from git_anvcs.journal.lost_texts import lost_texts
from git_anvcs.journal.op import Kind
from git_anvcs.journal.salvage import Checkpoint, Salvaged, salvaged
from git_anvcs.journal.texts import SEED
from git_anvcs.kernel import clock
from git_anvcs.store import atomic, database, lock, log, pages
from git_anvcs.store.paths import Paths, share

_TOLD = "told.json"
_WAIT_SECONDS = 600.0
_CHECK_SECONDS = 24 * 3600.0
_SIDES = ("-wal", "-shm")


class Mended(NamedTuple):
    """What a mending brought back. since, until: of these, in seconds since the epoch, 0 for none

    lost: operations that are known to have been there; unproved: kept, though what came before is
    lost; texts: paths whose newest text was lost with them; folder: where the damaged file is
    """

    operations: int
    since: float
    until: float
    lost: int
    unproved: int
    texts: tuple[str, ...]
    folder: str

    def __str__(self) -> str:
        some = f", {self.lost:,} are lost" if self.lost else ""
        return (
            f"the journal was damaged: {self.operations:,} operations are back{some}; "
            f"the damaged file is in {self.folder}"
        )


def mend(repo: Repo, place: bytes) -> Mended | None:
    """Build the journal anew; None when somebody else did meanwhile.

    place: which file was seen to be damaged (journal.place_of). Raises CannotWrite, Locked.
    """
    paths = Paths(repo.common_dir)
    file = paths.journal / "journal.db"
    with lock.held(mending_lock(paths), timeout=_WAIT_SECONDS):
        ready = mended(file)
        if place != place_of(file) and not ready.exists():
            return None
        folder = _folder(paths)
        told: Mended | None
        if not ready.exists():
            with database.nobody_writes(file):
                found = _seeded(repo, _salvaged(file))
                told = _made(found, folder, ready)
                _swap(file, ready, folder)
        else:
            told = _told(folder / _TOLD)
            _swap(file, ready, folder)
    if told:
        log.note(paths.logs / "journal.log", str(told))
    return told


def check(repo: Repo) -> Mended | None:
    """Have SQLite read all of the file, and mend it when it is not whole.

    What a torn page of an index hides is told by nothing else. Raises CannotWrite, Locked.
    """
    paths = Paths(repo.common_dir)
    file = paths.journal / "journal.db"
    place = place_of(file)
    if not place or not database.problems_of(file):
        return None
    return mend(repo, place)


def check_once(repo: Repo) -> Mended | None:
    """The same, once after each start of the machine, and once a day: it reads the whole file."""
    paths = Paths(repo.common_dir)
    stamp = paths.journal / "checked"
    with suppress(OSError, ValueError):
        boot, _, seconds = stamp.read_text().partition(" ")
        if boot == _boot() and abs(clock.now() - float(seconds)) < _CHECK_SECONDS:
            return None
    told = check(repo)
    atomic.write(stamp, f"{_boot()} {clock.now()}".encode(), mode=0o600)
    return told


def _boot() -> str:
    """Which start of the machine this is, where the system says."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return "?"


def was_mended(paths: Paths, place: bytes) -> bool:
    """Whether the file that was there before was set aside by a mending."""
    return place in map(place_of, paths.journal.glob("damaged-*/journal.db"))


def known(paths: Paths) -> list[Mended]:
    """Every mending of this journal, the oldest first."""
    files = sorted(paths.journal.glob(f"damaged-*/{_TOLD}"))
    return [told for file in files if (told := _told(file))]


def _folder(paths: Paths) -> Path:
    """Where the damaged file goes: a new folder, or that of a mending that was killed."""
    for folder in sorted(paths.journal.glob("damaged-*")):
        if not (folder / "journal.db").exists():
            return folder
    stamp = clock.rfc3339(clock.now()).replace(":", "")
    folder = paths.journal / f"damaged-{stamp}"
    try:
        folder.mkdir(mode=0o700, parents=True)
        share(folder)
    except OSError as error:
        raise atomic.CannotWrite(f"cannot write {folder}: {error.strerror}") from error
    return folder


def _salvaged(file: Path) -> Salvaged:
    folder = file.parent / "segments"
    with _mapped(file) as data, _mapped(file.with_name(f"{file.name}-wal")) as log_data:
        found = salvaged(pages.records(data, log_data), ends(_segments(folder)))
    return with_segments(found, _segments(folder))


def _segments(folder: Path) -> Iterator[bytes]:
    for place in sorted(folder.glob("?" * 64)):
        with suppress(OSError):
            yield place.read_bytes()


@contextmanager
def _mapped(file: Path) -> Iterator[bytes]:
    """The bytes of a file that may be large; none when it is empty or not there."""
    try:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as found:
            yield found  # type: ignore[misc]  # read as bytes are
    except (OSError, ValueError):
        yield b""


def _seeded(repo: Repo, found: Salvaged) -> Salvaged:
    """With the first texts that are lost, where Git still has the blobs they were."""
    have = {one.doc for one in found.checkpoints if one.lane == SEED}
    missing = {known.op.doc: known.op.base for known in found.ops
               if known.op.kind is Kind.EDIT and known.op.doc not in have}  # fmt: skip
    bases = sorted({base for base in missing.values() if base})
    blobs = dict(zip(bases, objects.read(repo, bases, env=objects.NO_FETCH), strict=True))
    made = []
    for doc, base in missing.items():
        blob = blobs.get(base)
        first = disk.text_of(blob.data) if blob else ("", False)
        packed = zlib.compress(text.seed(doc, first[0] if first else ""), 6)
        if blob or not base:
            made.append(Checkpoint(doc, SEED, 0, packed))
    return found._replace(checkpoints=(*found.checkpoints, *made))


def _made(found: Salvaged, folder: Path, ready: Path) -> Mended:
    """The new database under a name of its own, until it is whole."""
    draft = ready.with_name(f"{ready.name}.new")
    for old in (draft, *(draft.with_name(f"{draft.name}{side}") for side in _SIDES)):
        old.unlink(missing_ok=True)
    found = rebuilt.numbered(found)
    rebuilt.build(draft, found)
    times = [known.op.seconds for known in found.ops]
    told = Mended(
        len(found.ops), min(times, default=0.0), max(times, default=0.0), found.lost,
        found.unproved, lost_texts(found), str(folder),
    )  # fmt: skip
    atomic.write(folder / _TOLD, json.dumps(told._asdict()).encode(), mode=0o600)
    draft.replace(ready)
    return told


def _swap(file: Path, ready: Path, folder: Path) -> None:
    """The new file takes the place; each step may have been done by one that was killed."""
    for side in _SIDES:
        with suppress(FileNotFoundError):
            file.with_name(f"{file.name}{side}").rename(folder / f"journal.db{side}")
    aside = folder / "journal.db"
    if not aside.exists() and file.exists():
        try:
            os.link(file, aside)
        except OSError:
            shutil.copyfile(file, aside)
    ready.replace(file)


def _told(file: Path) -> Mended | None:
    try:
        facts = json.loads(file.read_bytes())
        return Mended(**{**facts, "texts": tuple(facts["texts"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
