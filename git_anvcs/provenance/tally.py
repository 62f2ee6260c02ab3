"""Commits and their lines counted by agent, model, session, lane, author or time. Pure.

A line counts where it belongs: under `agent`, `model` and `session` a commit's lines may stand in
several rows, the commit itself in its maker's.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from git_anvcs.provenance import lineage, sessions, summary
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.summary import AGENT, Who

KINDS = (AGENT, "human", "untracked")
TIMES = ("day", "week", "month")
ALIVE = {kind: f"{kind} alive" for kind in KINDS}


class Commit(NamedTuple):
    """A commit as it is counted.

    date: `YYYY-MM-DD`, when it was written; lines: those it added, by who wrote them
    """

    oid: str
    author: str
    date: str
    record: Record | None
    lines: Counter[Who]
    deleted: int


class Label(NamedTuple):
    """What a row is called in one dimension.

    text: empty where it is not known
    kind: `agent`, `human` or `untracked`, where the dimension is about who; else empty
    """

    text: str
    kind: str = ""


Row = Counter[str]


class Tally:
    """Rows that grow with each commit.

    A row counts `commits`, `deleted`, `rewritten`, the states of tests, added lines by KINDS, and
    by ALIVE those that are there still.
    models: the same for `tool::model` of agents' lines, as the Git AI Standard calls them
    """

    def __init__(self, by: Sequence[str]) -> None:
        self.by = tuple(by)
        self.rows: dict[tuple[Label, ...], Row] = {}
        self.models: dict[str, Row] = {}
        self.total: Row = Counter()

    def add(self, commit: Commit) -> None:
        """Count a commit and the lines it added."""
        record = commit.record
        facts = ["commits", summary.tests(record)]
        facts += ["rewritten"] if lineage.is_rewritten(record) else []
        counted: Row = Counter(facts)
        counted["deleted"] = commit.deleted
        self._row(commit, summary.who(record)).update(counted)
        self.total.update(counted)
        for who, count in commit.lines.items():
            self._count(commit, who, who.kind, count)

    def survived(self, commit: Commit, who: Who, count: int) -> None:
        """Of the lines the commit added, so many of `who` are there still."""
        self._count(commit, who, ALIVE[who.kind], count)

    def ordered(self) -> list[tuple[tuple[Label, ...], Row]]:
        """The rows: times in their order, everything else by how much was added."""
        sizes: Counter[tuple[Label, ...]] = Counter()
        for labels, row in self.rows.items():
            for depth in range(len(labels)):
                sizes[labels[: depth + 1]] += added(row)

        def place(item: tuple[tuple[Label, ...], Row]) -> list[tuple[int, Label]]:
            labels = item[0]
            depths = enumerate(zip(self.by, labels, strict=True), start=1)
            return [(0 if by in TIMES else -sizes[labels[:n]], x) for n, (by, x) in depths]

        return sorted(self.rows.items(), key=place)

    def _count(self, commit: Commit, who: Who, what: str, count: int) -> None:
        self._row(commit, who)[what] += count
        self.total[what] += count
        if who.kind == AGENT:
            name = f"{who.agent}::{summary.short_model(who.model) or 'unknown'}"
            self.models.setdefault(name, Counter())[what] += count

    def _row(self, commit: Commit, who: Who) -> Row:
        labels = tuple(_LABELS[by](commit, who) for by in self.by)
        return self.rows.setdefault(labels, Counter())


def added(row: Row) -> int:
    """The lines a row's commits added."""
    return sum(row[kind] for kind in KINDS)


def alive(row: Row) -> int:
    """Those of them that are there still, where they were looked for."""
    return sum(row[ALIVE[kind]] for kind in KINDS)


def _who(said: Callable[[Who], str]) -> Callable[[Commit, Who], Label]:
    """A label that is about who; people and nobody are called by their class."""

    def label(_: Commit, who: Who) -> Label:
        return Label(said(who) if who.kind == AGENT else who.kind, who.kind)

    return label


def _week(commit: Commit, _: Who) -> Label:
    """`2026-W38`: the week of ISO 8601."""
    try:
        year, week, _day = date.fromisoformat(commit.date).isocalendar()
    except ValueError:
        return Label(commit.date)
    return Label(f"{year:04}-W{week:02}")


_LABELS: Mapping[str, Callable[[Commit, Who], Label]] = {
    "agent": _who(lambda who: who.agent),
    "model": _who(lambda who: who.model),
    "session": _who(lambda who: sessions.name_of(who) or f"{who.agent}:unknown"),
    "lane": lambda commit, _: Label(summary.lane(commit.record)),
    "author": lambda commit, _: Label(commit.author),
    "day": lambda commit, _: Label(commit.date),
    "week": _week,
    "month": lambda commit, _: Label(commit.date[:7]),
}
DIMENSIONS = tuple(_LABELS)
