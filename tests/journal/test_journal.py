"""The log: one chain, written by several processes, whole after any of them died."""

from collections.abc import Iterator
from itertools import pairwise
from multiprocessing import get_context
import os
from pathlib import Path
import shutil
import signal
import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import bursts, claims
from git_anvcs.journal.claims import Claim
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import NOTHING, Flag, Kind, Op, digest_of, encode
from git_anvcs.journal.tables import STEPS
from git_anvcs.store import database
from git_anvcs.store.database import Damaged, Newer
from git_anvcs.store.paths import Paths


def blob(path: str, **more: object) -> Op:
    return Op(Kind.BLOB, ".", 0, path, mode=0o100644, **more)  # type: ignore[arg-type]


def append(journal: Journal, *ops: Op, seconds: float = 1000.0) -> list[int]:
    with journal.writing():
        return [entry.n for entry in journal.append(ops, seconds)]


def chain(journal: Journal) -> list[int]:
    """Sequence numbers in order, after every digest was compared."""
    rows = journal._db.execute("SELECT actor.name, seq, hash, n FROM op JOIN actor ON actor.id ="
                               " op.actor ORDER BY n").fetchall()  # fmt: skip
    before = NOTHING
    by_number = {entry.n: entry.op for entry in journal.newest()}
    for actor, seq, digest, n in rows:
        op = by_number[n]._replace(payload=journal.payload(n))
        before = digest_of(encode(op, actor, seq, before))
        assert before == digest
    return [row[1] for row in rows]


def test_operations_are_a_chain_and_time_never_goes_back(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        append(journal, blob("a"), blob("b"), seconds=2000.0)
        append(journal, blob("a"), seconds=1000.0)  # the clock was set back
        assert chain(journal) == [1, 2, 3]
        times = [entry.op.time for entry in journal.newest()]
        assert times == sorted(times, reverse=True)
        assert len(set(times)) == 3


def test_nothing_of_a_block_that_fails_is_written(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        append(journal, blob("a"))
        with pytest.raises(AttributeError):
            append(journal, blob("b"), None)  # type: ignore[arg-type]
        append(journal, blob("c"))
        append(journal, blob("b"), Op(Kind.CLEAN, ".", 0, "b"))
        assert chain(journal) == [1, 2, 3, 4]
        assert list(journal.differing(".")) == ["a", "c"]


def _write_for_ever(folder: Path, name: str, acknowledged: "os.PathLike[str]") -> None:
    with Journal(Paths(folder)) as journal, open(acknowledged, "ab", buffering=0) as told:  # noqa: PTH123
        for count in range(10_000):
            [n] = append(journal, blob(f"{name}{count}"), seconds=time.time())
            told.write(b"%d\n" % n)


def test_what_was_acknowledged_survives_kill_9_of_its_writer(tmp_path: Path) -> None:
    context = get_context("fork")
    for attempt in range(6):
        told = [tmp_path / f"told{attempt}{name}" for name in "ab"]
        writers = [context.Process(target=_write_for_ever, args=(tmp_path, file.name, file))
                   for file in told]  # fmt: skip
        for writer in writers:
            writer.start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not all(
            file.exists() and file.stat().st_size > 20 * (attempt + 1) for file in told
        ):
            time.sleep(0.001)
        for writer in writers:
            assert writer.pid
            os.kill(writer.pid, signal.SIGKILL)
            writer.join()
        with Journal(Paths(tmp_path)) as journal:
            known = {entry.n for entry in journal.newest()}
            lines = [line for file in told for line in file.read_bytes().split(b"\n")[:-1]]
            assert lines
            assert {int(line) for line in lines} <= known
            assert chain(journal) == list(range(1, len(known) + 1))


def write_many(folder: Path, number: int) -> None:
    for count in range(25):
        with Journal(Paths(folder)) as journal:
            append(journal, blob(f"{number}/{count}"), blob(f"{number}/{count}/again"))


def test_eight_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    context = get_context("fork")
    writers = [context.Process(target=write_many, args=(tmp_path, n)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    with Journal(Paths(tmp_path)) as journal:
        assert chain(journal) == list(range(1, 401))
        told = [entry.op.path for entry in journal.newest()]
    for number in range(8):
        mine = [path for path in reversed(told) if path.startswith(f"{number}/")]
        assert mine == [f"{number}/{n}{end}" for n in range(25) for end in ("", "/again")]


def test_a_copy_of_the_repository_writes_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    with Journal(Paths(tmp_path / "one")) as journal:
        append(journal, blob("a"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    names = []
    for folder in ("one", "two", "one"):
        with Journal(Paths(tmp_path / folder)) as journal:
            append(journal, blob("b"))
            names.append(journal._actor_name)
    assert names[0] == names[2] != names[1]


def test_a_file_that_is_no_database_is_told_and_stays(tmp_path: Path) -> None:
    file = Paths(tmp_path).journal / "journal.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database, " * 500)
    with pytest.raises(Damaged, match="damaged"):
        Journal(Paths(tmp_path))
    assert file.read_bytes().startswith(b"not a database")


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Journal(Paths(tmp_path)).close()
    file = Paths(tmp_path).journal / "journal.db"
    connection = database.open_at(file, STEPS)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(Newer, match="newer"):
        Journal(Paths(tmp_path))


def test_what_a_path_was_at_any_operation_is_found(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        first = append(journal, blob("a", size=1), blob("b", size=1))
        append(journal, blob("a", size=2), Op(Kind.CLEAN, ".", 0, "b"))
        assert {p: e.op.size for p, e in journal.differing(".").items()} == {"a": 2}
        then = journal.differing_at(".", first[-1])
        assert {path: entry.op.size for path, entry in then.items()} == {"a": 1, "b": 1}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """A journal for examples that have a lane each."""
    with Journal(Paths(tmp_path_factory.mktemp("many"))) as journal:
        yield journal


KINDS = st.sampled_from([Kind.EDIT, Kind.BLOB, Kind.DELETE, Kind.CLEAN, Kind.GIT])
FLAGS = st.sampled_from([Flag(0), Flag(0), Flag.BY_GIT, Flag.LOST, Flag.LOST | Flag.BY_GIT])
LOOKS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.4, 0.9, 1.0, 1.1, 3.0, 4.9, 5.0, 5.1, 60.0]),
        st.lists(st.tuples(KINDS, FLAGS, st.sampled_from(["a", "b/c", "b/d", "b0"])), max_size=4),
    ),
    max_size=12,
)


def told(journal: Journal, looks: list[tuple[float, list[tuple[Kind, Flag, str]]]]) -> str:
    """A lane of its own in which these looks were written down, so many seconds apart."""
    lane, now = f"worktrees/{journal.last()}", time.time() + journal.last() * 600
    with journal.writing():
        journal.know_lane(lane, Path(lane))
        for seconds, found in looks:
            now += seconds
            journal.append([
                Op(kind, lane, 0, "" if kind is Kind.GIT else path, flags=flags, base="b")
                for kind, flags, path in found
            ], now)  # fmt: skip
        journal.append([blob("a")], now + 1)  # of another worktree
    return lane


@given(LOOKS)
def test_bursts_are_found_in_what_is_around_losses_alone(many: Journal, looks: list[Any]) -> None:
    lane = told(many, looks)
    near = many.around_losses(lane, bursts.APART_SECONDS)
    assert list(bursts.found_in(near)) == list(bursts.found_in(many.newest(lane)))


@given(LOOKS, st.integers(-1, 12))
def test_what_is_asked_with_an_index_is_what_reading_all_says(
    many: Journal, looks: list[Any], ago: int
) -> None:
    lane = told(many, looks)
    entries = list(many.newest(lane))
    n = many.last() - ago
    then: dict[str, Entry] = {}
    for entry in (e for e in entries[::-1] if e.op.path and e.n <= n):
        then[entry.op.path] = entry
    assert many.differing_at(lane, n) == {p: e for p, e in then.items() if e.op.differs}
    assert {p: many.last_of(lane, p, n) for p in then} == then
    for path in ("a", "b", "b/c", "b0", "c"):
        below = [e for e in entries if e.op.path == path or e.op.path.startswith(f"{path}/")]
        assert list(many.newest_below(path, lane)) == below
        assert list(many.newest_below(path, lane, before=n)) == [e for e in below if e.n < n]
    moved = [e for e in entries if e.op.kind is Kind.GIT]
    assert list(many.newest(lane, kinds=(Kind.GIT, Kind.MARK))) == moved
    assert list(many.newest(lane, kinds=(Kind.GIT,), before=n)) == [e for e in moved if e.n < n]


def test_no_question_reads_all_operations(tmp_path: Path) -> None:
    """Each finds its rows by an index, whatever the number of operations."""
    with Journal(Paths(tmp_path)) as journal:
        append(journal, blob("a"))
        asked: list[str] = []
        journal._db.set_trace_callback(asked.append)
        journal.differing(".")
        journal.differing_at(".", 1)
        journal.last_of(".", "a", 1)
        journal.between(".", 0, 1)
        journal.last_before(".", 1)
        journal.of_path(".", "a", 1)
        journal.since()
        journal.below(".", ["a"])
        append(journal, blob("a"))
        for entries in (
            journal.newest("."),
            journal.newest(".", kinds=(Kind.GIT, Kind.MARK)),
            journal.newest(".", kinds=(Kind.GIT,), before=2),
            journal.newest_below("a", "."),
            journal.around_losses(".", 5.0),
        ):
            list(entries)
        journal._db.set_trace_callback(None)
        for question in asked:
            plan = [row[3] for row in journal._db.execute(f"EXPLAIN QUERY PLAN {question}")]
            whole = [step for step in plan if step.startswith("SCAN op")]
            assert not whole or "LIMIT 1" in question or "max(n)" in question, (question, plan)
            # What differs is found from its path, not the path among all that differ.
            assert not ("path.name >" in question and "now" in str(plan[0])), (question, plan)
            assert not ("kind > 4" in question and "op_told" not in str(plan)), (question, plan)


def test_a_claim_says_whose_earlier_operations_are_and_the_chain_stays_whole(
    tmp_path: Path,
) -> None:
    with Journal(Paths(tmp_path)) as journal:
        one, two, three = append(journal, blob("a"), blob("b", by="codex:1"), blob("c"))
        for by, numbers in (("claude:1", [one, three]), ("claude:2", [two]), ("", [three])):
            with journal.writing():
                journal.claim(".", by, numbers, 2000.0)
        found = {entry.n: entry.by for entry in journal.newest()}
        assert (found[one], found[two], found[three]) == ("claude:1", "claude:2", "")
        assert journal.authors() == ["claude:1", "claude:2", "codex:1"]
        assert [e.n for e in journal.newest_by("claude:2", ".")] == [two]
        assert list(journal.newest_by("codex:1")) == []
        assert chain(journal) == [1, 2, 3, 4, 5, 6]


def test_nobody_claims_operations_of_another_chain(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        [theirs] = append(journal, blob("a"))
    shutil.copytree(tmp_path, tmp_path / "copy")
    with Journal(Paths(tmp_path / "copy")) as journal, journal.writing():
        journal.claim(".", "claude:1", [theirs], 2000.0)
        assert journal.last() == theirs


@given(st.sets(st.integers(1, 60)))
def test_runs_hold_every_number_once(numbers: set[int]) -> None:
    found = claims.runs(numbers)
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(numbers)
    assert all(one[1] + 1 < two[0] for one, two in pairwise(found))
    assert claims.unpack(claims.pack(Claim("x", found))) == Claim("x", found)
