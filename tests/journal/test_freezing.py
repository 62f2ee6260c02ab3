"""What is frozen answers as if it were not: every question, at every moment."""

from collections.abc import Callable, Iterator
import hashlib
from pathlib import Path
import random
import shutil
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import checking, disk, freezing, history, sealing
from git_anvcs.journal.cold import FROZEN
from git_anvcs.journal.edits import between
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.journal.text import doc_id
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from tests.journal.test_segment import sign

LANES = [".", "worktrees/a"]
PATHS = ["a", "b/c", "b/d.py", "b0", "line\nbreak \udcff"]
BEGUN = 1_700_000_000.0
LATER = 1 << 62


class History:
    """Random work, written down as looks do it; some of it is sealed now and then."""

    def __init__(self, journal: Journal, seed: int) -> None:
        self.journal, self.texts = journal, Texts(journal)
        self.random = random.Random(seed)
        self.seconds = BEGUN
        self.base: dict[str, str] = {}

    def look(self) -> None:
        self.seconds += self.random.choice([0, 0.4, 3, 5, 60, 4000])
        lane = self.random.choice(LANES)
        with self.journal.writing():
            self.journal.know_lane(lane, Path(lane))
            if self.random.random() < 0.2:
                some = self.random.sample(
                    range(1, self.journal.last() + 1), self.journal.last() // 9
                )
                self.journal.claim(lane, self.random.choice(["", "codex:2"]), some, self.seconds)
            for _ in range(self.random.randrange(1, 5)):
                [entry] = self.journal.append([self.op(lane)], self.seconds)
                if entry.op.doc and entry.op.payload:
                    self.texts.written(entry)

    def op(self, lane: str) -> Op:
        path = self.random.choice(PATHS)
        kind = self.random.choice([*Kind, Kind.EDIT, Kind.EDIT, Kind.EDIT, Kind.EDIT])
        flags = self.random.choice([Flag(0), Flag(0), Flag.BY_GIT, Flag.LOST])
        if kind is Kind.CLAIM:
            return Op(Kind.MARK, lane, 0)
        if kind in (Kind.GIT, Kind.MARK):
            return Op(kind, lane, 0, flags=flags, payload=b'{"refs":{}}')
        by = self.random.choice(["", "claude:1", "codex:2"])
        base = self.base.setdefault(path, "")
        if kind is Kind.CLEAN or self.random.random() < 0.05:
            self.base[path] = base = f"{self.random.randrange(4):040}"
        made = Op(kind, lane, 0, path, base=base, mode=disk.FILE, flags=flags, by=by)
        if kind is Kind.BLOB:
            data = self.random.randbytes(20)
            return made._replace(digest=self.journal.put(data), size=20)
        return self.edit(made) if kind is Kind.EDIT else made

    def edit(self, made: Op) -> Op:
        doc = doc_id(made.base, made.path)
        if not self.texts.knows(doc):
            self.texts.begin(doc, f"first of {made.base}\n" if made.base else "")
        document = self.texts.newest(doc, made.lane)
        lines = str(document).splitlines(keepends=True)
        at = self.random.randrange(len(lines) + 1)
        new = self.random.choices(["é\n", "two\n", "😀 x\n", "a long line " * 40 + "\n"], k=2)
        lines[at : at + self.random.randrange(3)] = new
        crlf = Flag.CRLF if self.random.random() < 0.2 else Flag(0)
        data = disk.bytes_of("".join(lines), crlf=bool(crlf))
        return made._replace(
            doc=doc, payload=document.edit(between(str(document), "".join(lines))), size=len(data),
            digest=hashlib.sha256(data).digest(), flags=made.flags | crlf, client=document.client,
        )  # fmt: skip


def worked(journal: Journal, seed: int, looks: int) -> None:
    made = History(journal, seed)
    for _ in range(looks):
        made.look()
        if made.random.random() < 0.25:
            list(sealing.seal(journal, sign, now=made.seconds, older=0))
    list(sealing.seal(journal, sign, now=made.seconds, older=0))


def questions(last: int) -> Iterator[tuple[str, Callable[[Journal], Any]]]:
    """Everything that can be asked, at every operation, with what is read of the answers."""
    for lane in LANES:
        yield f"lost {lane}", lambda j, lane=lane: list(j.around_losses(lane, 5.0))
        yield f"differing {lane}", lambda j, lane=lane: j.differing(lane)
        for kinds in ((), (Kind.GIT, Kind.MARK), (Kind.EDIT,), (Kind.MARK,)):
            yield (
                f"newest {lane} {kinds}",
                lambda j, lane=lane, k=kinds: list(j.newest(lane, kinds=k, before=last - 3)),
            )
        for path in ["b", "b/c", "", "line\nbreak \udcff"]:
            yield f"below {path}", lambda j, lane=lane, p=path: list(j.newest_below(p, lane))
        for n in range(0, last + 1, 3):
            yield f"at {lane} {n}", lambda j, lane=lane, n=n: contents(j, lane, n)
            yield f"between {n}", lambda j, lane=lane, n=n: j.between(lane, n, n + 9)
            yield (
                f"time {n}",
                lambda j, lane=lane, n=n: j.last_before(
                    lane, round((BEGUN + n * 400) * 1000) << 16
                ),
            )
    for n in range(last + 1):
        yield f"payload {n}", lambda j, n=n: j.payload(n)
    for by in ("claude:1", "codex:2"):
        for one in (None, *LANES):
            yield f"by {by}", lambda j, by=by, lane=one: list(j.newest_by(by, lane))
    yield "authors", lambda j: j.authors()
    yield "paths", lambda j: [j.of_path(lane, path, 4) for lane in LANES for path in PATHS]
    yield "chain", lambda j: [list(j.chain(j.actor, n)) for n in range(0, last, 5)]
    yield "digests", lambda j: [j.digest_at(j.actor, n) for n in range(1, last, 5)]
    yield "all", lambda j: list(j.newest())
    yield "since", lambda j: (j.since(), j.last())
    yield "docs", lambda j: [
        (list(j.updates_of(doc)), list(j.updates(doc, lane, 3, last - 4)))
        for lane in LANES for doc in {e.op.doc for e in j.newest() if e.op.doc}
    ]  # fmt: skip


def contents(journal: Journal, lane: str, n: int) -> object:
    """What is there at a moment, with the bytes; and the same asked path by path."""
    texts = Texts(journal)
    found = journal.differing_at(lane, n)
    single = {path: journal.last_of(lane, path, n) for path in PATHS}
    assert found == {p: e for p, e in single.items() if e and e.op.differs}
    return {p: (e, history.content(journal, texts, e)) for p, e in found.items()}, single


def frozen(journal: Journal, before: int = LATER) -> int:
    made = list(freezing.freeze(journal, before))
    for one in made:
        for name in one.old:
            (journal.segments / name).unlink()
    return sum(one.operations for one in made)


@settings(max_examples=6)
@given(st.integers(0, 1 << 30))
def test_what_is_frozen_answers_as_before(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("frozen")
    chosen = random.Random(seed)
    with Journal(Paths(folder)) as journal:
        worked(journal, seed, 25)
        last = journal.last()
        asked = list(questions(last))
        before = {name + str(k): ask(journal) for k, (name, ask) in enumerate(asked)}
        times = [one.last_time for one in sealing.segments(journal)]
        assert frozen(journal, chosen.choice([LATER, *times])) >= 0
        frozen(journal, LATER)
        assert {one.state for one in sealing.segments(journal)} == {FROZEN}
        kept = journal._db.execute("SELECT count(*) FROM main.op").fetchone()[0]
        assert kept <= len(LANES) * len(PATHS) + 1 < last
    with Journal(Paths(folder)) as journal:
        assert checking.check(journal, full=True).problems == ()
    order = list(enumerate(asked))
    chosen.shuffle(order)
    for at in range(0, len(order), 60):  # each portion of them on a journal where nothing is thawed
        with Journal(Paths(folder)) as journal:
            for k, (name, ask) in order[at : at + 60]:
                assert ask(journal) == before[name + str(k)], name
    shutil.rmtree(folder)
