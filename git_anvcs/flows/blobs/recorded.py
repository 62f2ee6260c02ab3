"""Story: a store has confirmed a content; the records that wait for its version get it.

As after every amendment of a record that is a new revision. The commit never changes.
"""

from contextlib import suppress

from git_anvcs.flows import edit_record, mirror
from git_anvcs.flows.blobs.clone import Clone
from git_anvcs.flows.large_files import Known
from git_anvcs.provenance import making, records, refs
from git_anvcs.provenance.record import Record
from git_anvcs.store.lock import Locked


def settle(here: Clone) -> int:
    """How many records changed. Where somebody else edits records, all wait for the next time."""
    waiting = here.ledger.expected()
    if not waiting:
        return 0
    known = Known(here.ledger, here.settings)
    sure = [row for row in waiting if known.confirmed(row[0])]
    if not sure:
        return 0
    with suppress(Locked), edit_record.alone(here.repo):
        found = records.read(here.repo, {commit for _, commit in sure})
        news = {commit: new for commit, old in found.items() if (new := _settled(known, old))}
        if news:
            texts = {commit: record.line + b"\n" for commit, record in news.items()}
            written = refs.add(here.repo, texts, "anvcs: versions of large files")
            mirror.update(here.repo, written)
        here.ledger.told(row for row in sure if row[1] in found)
        return len(news)
    return 0


def _settled(known: Known, record: Record) -> Record | None:
    """The next revision of a record; None when it has nothing to hear."""
    if not record.known:
        return None
    stored = list(record.items("artifacts"))
    entries = [known.sought(item) for item in stored]
    if entries == stored:
        return None
    return making.finished({**record.value, "rev": record.rev + 1, "artifacts": entries})
