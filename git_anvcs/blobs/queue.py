"""What waits for a store, and when it is tried again; the jobs themselves are in the ledger.

An upload goes waiting -> uploading -> uploaded -> verified, and then there is no job any more but a
copy that the store confirmed. Each step is written before the next begins and may be repeated: a
process that dies anywhere leaves a job that the next one takes up, and nothing counts as done that
the store did not confirm.
"""

from collections.abc import Callable, Iterable
import json
from typing import NamedTuple

from git_anvcs.blobs.errors import Refused, Unreachable
from git_anvcs.blobs.ledger import Copy, Job, Ledger
from git_anvcs.blobs.store import Held
from git_anvcs.kernel.errors import AnvcsError

UPLOAD, FETCH = "upload", "fetch"
WAITING, UPLOADING, UPLOADED, VERIFIED = "waiting", "uploading", "uploaded", "verified"

# A store that failed so often in a row is left alone; its job is of this kind, for no content.
REST = "rest"
FAILURES = 3

_FIRST_SECONDS = 2.0
_LONGEST_SECONDS = 3600.0
_LONGEST_NOTE = 400

Chance = Callable[[], float]  # in [0, 1), such as random.random


class Version(NamedTuple):
    """What a store said it keeps, before it was asked again.

    sent: the SHA-256 of the bytes, if they went from here; place: see `ledger.Copy`
    """

    key: str
    version_id: str
    etag: str = ""
    sent: str = ""
    place: str = ""


def wanted(oid: str, size: int, storage: str, now: int, *, kind: str = UPLOAD) -> Job:
    """A new job, to be done at once."""
    return Job(kind, oid, storage, size, state=WAITING, next_try=now, seconds=now)


def pause(tries: int, chance: Chance, retry_after: float | None = None) -> float:
    """Seconds until the next try: full jitter below a doubling limit, never before the store's own.

    tries: how many have failed (1 after the first)
    """
    limit = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** min(max(tries, 1), 30))
    return max(chance() * limit, retry_after or 0.0)


def failed(job: Job, error: AnvcsError, now: int, chance: Chance) -> Job:
    """The job after a failure; what was uploaded already stays so."""
    tries = job.tries + 1
    if isinstance(error, Refused):  # a person has to mend it first
        seconds = _LONGEST_SECONDS
    else:
        asked = error.retry_after if isinstance(error, Unreachable) else None
        seconds = pause(tries, chance, asked)
    state = job.state if job.state == UPLOADED else WAITING
    note = job.note if state == UPLOADED else error.message[:_LONGEST_NOTE]
    return job._replace(state=state, tries=tries, next_try=now + round(seconds), note=note)


def version_of(held: Held, place: str) -> Version:
    """What the store at that place said when it was sent a content."""
    return Version(
        held.key, held.version_id, held.etag, "" if held.was_there else held.sha256, place
    )


def uploaded(job: Job, version: Version) -> Job:
    """The store said it has the content; the job remembers as what."""
    return job._replace(state=UPLOADED, note=json.dumps(version))


def version_in(job: Job) -> Version | None:
    """What `uploaded` remembered; None where the upload has to be done (again)."""
    if job.state != UPLOADED:
        return None
    try:
        key, version_id, etag, sent, place = map(str, json.loads(job.note))
        return Version(key, version_id, etag, sent, place)
    except (ValueError, TypeError):
        return None


def verified(ledger: Ledger, job: Job, version: Version, now: int) -> Copy:
    """The store was asked again and has it: keep that. Who tells others of it ends the job."""
    copy = Copy(
        job.oid,
        job.storage,
        version.key,
        version.version_id,
        version.etag,
        version.sent,
        now,
        True,
        version.place,
    )
    ledger.add_copies([copy])
    ledger.update([job._replace(state=VERIFIED)])
    return copy


def resting(ledger: Ledger, now: int) -> set[str]:
    """The stores that are left alone for the moment."""
    return {
        job.storage for job in ledger.jobs(REST) if job.next_try > now and job.tries >= FAILURES
    }


def answered(ledger: Ledger, storages: Iterable[str]) -> None:
    """These stores work again."""
    ledger.done([Job(REST, "", storage) for storage in storages])


def silent(ledger: Ledger, storage: str, error: Unreachable, now: int, chance: Chance) -> None:
    """This store did not answer; after some times it is left alone for longer and longer."""
    job = ledger.job(REST, "", storage) or wanted("", 0, storage, now, kind=REST)
    tries = job.tries + 1
    seconds = pause(tries, chance, error.retry_after)
    ledger.update([job._replace(tries=tries, next_try=now + round(seconds), note=error.message)])
