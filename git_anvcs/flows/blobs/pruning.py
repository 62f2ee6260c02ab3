"""Story: contents that this clone does not need at hand go, first aside and days later for good.

Only what a store has confirmed is set aside, and before it is removed the store proves that it has
it whole (confirming.py). All that anybody may go back to stays (needed.py). On any doubt a content
stays.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from git_anvcs.blobs import begun, quarantine
from git_anvcs.blobs.quarantine import Apart
from git_anvcs.flows.blobs import confirming, needed
from git_anvcs.flows.blobs.clone import Clone, lock_of
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic, lock
from git_anvcs.store.lock import Locked

DAY = 86400.0
# What was added so lately may be on its way into an index that no git has written yet.
GRACE_SECONDS = 3600.0


class One(NamedTuple):
    """A content of the cache."""

    oid: str
    size: int


class Pruned(NamedTuple):
    """What became of the cache.

    quarantined: set aside now; removed: gone for good; back: set aside before, and needed again
    waiting: in quarantine, its time is not over; doubtful: why it was not removed, by oid
    begun: downloads that nobody went on with for a day, removed
    needed, unsent: how many stay since somebody may go back to them; since no store confirmed them
    """

    quarantined: tuple[One, ...] = ()
    removed: tuple[One, ...] = ()
    back: tuple[One, ...] = ()
    waiting: tuple[One, ...] = ()
    doubtful: Mapping[str, AnvcsError] = {}
    begun: tuple[One, ...] = ()
    needed: int = 0
    unsent: int = 0


def prune(here: Clone, *, now: bool = False, dry_run: bool = False) -> Pruned:
    """Set aside, take back, remove. now: what is set aside is removed without waiting

    Raises GitFailed, Damaged (the journal's, too) and CannotWrite; nothing needed is gone then.
    """
    with lock.held(here.paths.locks / "blob-prune", timeout=0):
        keep = {pointer.oid for pointer in needed.pointers(here.repo)}
        keep |= needed.by_journal(here.paths) | {job.oid for job in here.ledger.jobs()}
        listed = list(quarantine.listed(here.cache))
        back = [one for one in listed if one.oid in keep]
        apart = [one for one in listed if one.oid not in keep]
        spare, stay, unsent = _spare(here, keep)
        over = _over(here, [*apart, *(spare if now else ())], now=now)
        if not dry_run:
            for one in back:
                here.cache.take_back(one.oid)
            for one in spare:
                quarantine.put(here.cache, one.oid)
        asked = _asked(here, over)
        gone = [one for one, problem in asked.items() if problem is None]
        if not dry_run:
            gone = [one for one in gone if quarantine.remove(here.cache, one.oid)]
        return Pruned(
            tuple(_one(one) for one in spare if one not in gone),
            tuple(map(_one, gone)),
            tuple(map(_one, back)),
            tuple(_one(one) for one in apart if one not in gone),
            {one.oid: problem for one, problem in asked.items() if problem},
            _begun(here, now=now, dry_run=dry_run),
            stay,
            unsent,
        )


def undo(here: Clone) -> tuple[One, ...]:
    """All that is in quarantine comes back."""
    with lock.held(here.paths.locks / "blob-prune", timeout=0):
        found = [_one(one) for one in quarantine.listed(here.cache)]
        return tuple(one for one in found if here.cache.take_back(one.oid))


def _spare(here: Clone, keep: set[str]) -> tuple[list[Apart], int, int]:
    """Contents that can go; how many stay as needed, and how many as nobody else has them."""
    spare, stay, unsent = [], 0, 0
    for oid in here.cache.oids():
        if oid in keep:
            stay += 1
        elif not confirming.confirmed(here, oid):
            unsent += 1
        else:
            found = here.cache.place(oid).stat()
            spare.append(Apart(oid, found.st_size, clock.now(), found.st_mtime))
    return spare, stay, unsent


def _over(here: Clone, apart: Iterable[Apart], *, now: bool) -> list[Apart]:
    """Those whose time is over."""
    seconds = clock.now()
    longest = 0.0 if now else here.settings.number("blobs.quarantine_days") * DAY
    return [
        one
        for one in apart
        if seconds - one.since >= longest and seconds - one.wanted >= GRACE_SECONDS
    ]


def _begun(here: Clone, *, now: bool, dry_run: bool) -> tuple[One, ...]:
    """Downloads that nobody is at and that are a day old, or now; they are gone then."""
    gone = []
    for one in begun.listed(here.cache.drafts):
        if not now and clock.now() - one.seconds < DAY:
            continue
        try:
            with lock.held(lock_of(here.paths, one.oid), timeout=0):
                if dry_run or atomic.remove(one.draft):
                    gone.append(One(one.oid, one.bytes))
        except Locked:  # it is coming
            continue
    return tuple(gone)


def _asked(here: Clone, over: Iterable[Apart]) -> dict[Apart, AnvcsError | None]:
    """Why each must stay; None: a store has it, whole, at this moment."""
    by_oid = {one.oid: one for one in over}
    return {by_oid[oid]: problem for oid, problem in confirming.ask(here, by_oid).items()}


def _one(apart: Apart) -> One:
    return One(apart.oid, apart.bytes)
