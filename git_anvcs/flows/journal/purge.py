"""Story: a secret leaves the journal: its operations, contents, first texts, and the mirror's."""

from collections.abc import Iterable
from contextlib import suppress
import json
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows import purge as folders
from git_anvcs.flows.journal import mirror, upkeep
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.git import refs
from git_anvcs.journal import batches, purging
from git_anvcs.journal.batches import Mirrored
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.purging import Chosen
from git_anvcs.kernel import clock
from git_anvcs.store import contents
from git_anvcs.store.paths import Paths

_JOURNAL_REFS = ("refs/anvcs/journal", "refs/anvcs/remotes")


class Plan(NamedTuple):
    """What a purge would take. present: files that still hold it, so that it would come again"""

    chosen: Chosen
    present: tuple[str, ...]


class Purged(NamedTuple):
    """operations, contents, in_mirror: how many are gone; out_of_reach: what to see to"""

    operations: int
    contents: int
    in_mirror: int
    out_of_reach: tuple[str, ...]


def of_path(here: Opened, path: str) -> Plan:
    """Everything about a file, or all that is below a folder."""
    chosen = purging.of_entries(here.journal, here.journal.newest_below(path))
    return Plan(chosen, _present(here, chosen.paths, None))


def of_text(here: Opened, needle: bytes) -> Plan:
    """Everything after which some file held these bytes."""
    entries = purging.with_text(here.journal, here.texts, needle)
    chosen = purging.of_entries(here.journal, entries)
    return Plan(chosen, _present(here, chosen.paths, needle))


def of_session(here: Opened, by: str) -> Plan:
    """Everything that a session did, and the documents it had a hand in."""
    entries: Iterable[Entry] = (entry for entry in here.journal.newest() if entry.by == by)
    chosen = purging.of_entries(here.journal, entries)
    return Plan(chosen, _present(here, chosen.paths, None))


def apply(here: Opened, plan: Plan, folder: Path | None) -> Purged:
    """Do it. folder: of the mirror, None for none. Raises CannotWrite, Damaged, Unreadable."""
    paths, chosen = Paths(here.repo.common_dir), plan.chosen
    with here.journal.writing():
        told = json.dumps({"purged": len(chosen.numbers)}).encode()
        here.journal.append([Op(Kind.MARK, here.lane, 0, payload=told)], clock.now())
    upkeep.seal(paths, here.journal, clock.now(), older=0)
    count = purging.purge(here.journal, chosen)
    here.texts.forget()
    with Journal(paths) as fresh:  # SQLite rewrites no file where temporary views hide its tables
        purging.shred(fresh)
    folders.snapshots(here.repo)
    for aside in paths.journal.glob("damaged-*"):
        for file in aside.glob("journal.db*"):
            with suppress(OSError):
                file.unlink()
    gone = _from_mirror(here, chosen, folder) if folder else 0
    return Purged(count, len(chosen.digests), gone, _out_of_reach(here, folder))


def _from_mirror(here: Opened, chosen: Chosen, folder: Path) -> int:
    """Out of every copy of this repository in the mirror; how many operations."""
    gone = 0
    own = mirror.place_in(here.repo, here.journal, folder)
    for place in sorted(folder.glob("*")):
        about = mirror.read_about(place)
        if place != own and about.get("repository") != str(here.repo.common_dir):
            continue
        for batch in batches.batches(place):
            ops = list(batches.read(batch))
            left = [one for one in ops if not _is_chosen(one, chosen, same=place == own)]
            if len(left) < len(ops):
                gone += len(ops) - len(left)
                batches.rewrite(place, batch, left)
        for doc in chosen.docs:
            batches.forget_document(place, doc)
        for digest in chosen.digests:
            contents.remove(place / "contents", digest)
    return gone


def _is_chosen(one: Mirrored, chosen: Chosen, *, same: bool) -> bool:
    """same: the numbers are those of this journal; else only what they are about tells."""
    of_doc = bool(one.op.doc) and one.op.doc in chosen.docs
    of_content = one.op.kind is Kind.BLOB and one.op.digest in chosen.digests
    return (same and one.n in chosen.numbers) or of_doc or of_content


def _present(here: Opened, paths: Iterable[str], needle: bytes | None) -> tuple[str, ...]:
    found = []
    for root in here.journal.lanes().values():
        for path in paths:
            file = root / path
            with suppress(OSError):
                if file.is_file() and (needle is None or needle in file.read_bytes()):
                    found.append(str(file))
    return tuple(found)


def _out_of_reach(here: Opened, folder: Path | None) -> tuple[str, ...]:
    """What a purge of the journal cannot take back."""
    found = ["what Git has: commits, stashes and the index (git filter-repo, git gc)"]
    if refs.read(here.repo, *_JOURNAL_REFS):
        found.append("segments that went to remotes, and other clones, when the journal was synced")
    if folder and not folder.is_dir():
        found.append(f"the mirror: {folder} is not there now")
    elif folder and (mirror.place_in(here.repo, here.journal, folder) / mirror.GIT).is_dir():
        found.append("the commits in the mirror")
    return tuple(found)
