"""Story: a store has confirmed a content; the records that wait for its version get it.

As after every amendment of a record that is a new revision. The commit never changes.
"""

from collections.abc import Mapping
from contextlib import suppress

from git_anvcs.flows import edit_record, mirror
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.flows.blobs.pins import Notes
from git_anvcs.flows.large_files import Known, oid_of, waits
from git_anvcs.provenance import making, records, refs
from git_anvcs.provenance.record import Record
from git_anvcs.store.lock import Locked


def settle(here: Clone) -> int:
    """How many records changed. Where somebody else edits records, all wait for the next time."""
    waiting = here.ledger.expected()
    if not waiting:
        return 0
    commits = {commit for _, commit in waiting}
    known = Known(here.ledger, here.settings, Notes(here.repo).of)
    if not _news(known, records.read(here.repo, commits)):
        return 0
    with suppress(Locked), edit_record.alone(here.repo):
        found = records.read(here.repo, commits)
        news = _news(known, found)
        if news:
            texts = {commit: record.line + b"\n" for commit, record in news.items()}
            written = refs.add(here.repo, texts, "anvcs: versions of large files")
            mirror.update(here.repo, written)
        now = {**found, **news}
        waits_in = {commit: _waiting(record) for commit, record in now.items()}
        here.ledger.told(row for row in waiting if row[0] not in waits_in.get(row[1], {row[0]}))
        return len(news)
    return 0


def _news(known: Known, found: Mapping[str, Record]) -> dict[str, Record]:
    return {commit: new for commit, old in found.items() if (new := _settled(known, old))}


def _waiting(record: Record) -> set[str]:
    return {oid_of(item) for item in record.items("artifacts") if waits(item)}


def _settled(known: Known, record: Record) -> Record | None:
    """The next revision of a record; None when it has nothing to hear."""
    if not record.known:
        return None
    stored = list(record.items("artifacts"))
    entries = [known.sought(item) for item in stored]
    if entries == stored:
        return None
    return making.finished({**record.value, "rev": record.rev + 1, "artifacts": entries})
