"""Story: how much of what was written lately was soon written again, and whose it was."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.flows.churn import commits, saves
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal.churn import Counts, Tally

KINDS = ("session", "agent", "path", "lane")


class Found(NamedTuple):
    """rows: by what was asked for, the most rewritten first

    journal_since: when the journal begins, seconds since the epoch; 0: it is empty
    """

    rows: Mapping[str, Counts]
    total: Counts
    journal_since: float


def read(here: Opened, kind: str, since: float, window: float) -> Found:
    """Lines written since a moment, and rewritten within so many seconds; kind: one of KINDS."""
    tally = Tally(since, window)
    begins = here.journal.since()
    if not begins or since < begins:
        commits.count(here.repo, tally, since, begins or float("inf"))
    if begins:
        saves.count(here, tally, max(since, begins))
    rows: dict[str, Counts] = {}
    total = Counts()
    for (by, lane, path), counts in tally.counts().items():
        names = {"session": by, "agent": by.partition(":")[0], "path": path, "lane": lane}
        rows[names[kind]] = _sum(rows.get(names[kind], Counts()), counts)
        total = _sum(total, counts)
    ordered = sorted(rows.items(), key=lambda row: (-row[1].rewritten, -row[1].written, row[0]))
    return Found(dict(ordered), total, begins)


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(*(a + b for a, b in zip(one, other, strict=True)))
