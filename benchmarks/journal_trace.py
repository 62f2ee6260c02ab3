"""Hours of real typing through the journal: how fast it is taken in, how fast any moment is back.

A trace of 36,981 transactions (josephg/editing-traces, rustcode, CC BY 4.0) as if each were saved:
edits of one document, their updates, operations in SQLite with digests and checkpoints. Every
checkout is compared with the text that was there.

    python benchmarks/journal_trace.py
"""

from argparse import ArgumentParser
from collections.abc import Callable
import hashlib
from pathlib import Path
import random
import sys
import tempfile
import time
from typing import NamedTuple
import zlib

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import journal_table
from git_anvcs.flows.journal import upkeep
from git_anvcs.journal import freezing, history, sealing
from git_anvcs.journal.edits import between
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.text import Document, Edit, doc_id
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from git_anvcs.trust import ed25519
from tests.support import traces

LANE, PATH = ".", "file.rs"
CHECKOUTS = 300
LEAST_RATE = 15_000
MOST_SIZE = 0.4


class Save(NamedTuple):
    """digest: of the text; edits: as the trace has them, from the last to the first, or one by one

    of texts in between
    """

    digest: bytes
    edits: list[Edit]


class Taken(NamedTuple):
    """seconds: elapsed, of all; cpu: of the processor; slowest: of each transaction"""

    seconds: float
    cpu: float
    each: list[float]


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trace", default="rustcode")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    read = traces.read(args.trace)
    texts = list(traces.texts(read))
    assert texts[-1] == read.end
    saves = prepared(read.start, texts)
    table = journal_table.Table(f"{args.trace}: {len(saves):,} operations")
    for name, batch in (("ingest in batches of 64", 64), ("ingest one by one", 1)):
        with tempfile.TemporaryDirectory() as folder, Journal(Paths(Path(folder))) as journal:
            taken = take_in(journal, saves, read.start, batch)
            goal = LEAST_RATE if batch > 1 else None
            table.value(name, len(saves) / taken.seconds, "op/s", goal=goal)
            table.value(f"{name}, of processor time", len(saves) / taken.cpu, "op/s", goal=goal)
            table.times(f"{name}, a transaction", taken.each)
            if batch > 1:
                go_back(journal, texts, table)
                sizes(journal, table)
    guessed(read.start, texts, table)
    table.print(as_json=args.json)


def prepared(start: str, texts: list[str]) -> list[Save]:
    """What is taken in is known before the clock starts: the texts are the trace's, not ours."""
    old, found = start, []
    for text in texts:
        found.append(Save(hashlib.sha256(text.encode()).digest(), between(old, text)))
        old = text
    return found


def take_in(journal: Journal, saves: list[Save], start: str, batch: int) -> Taken:
    doc, texts = doc_id("", PATH), Texts(journal)
    with journal.writing():
        texts.begin(doc, start)
    begin, used, each = time.perf_counter(), time.process_time(), []
    for at in range(0, len(saves), batch):
        spent, _ = journal_table.timed(
            lambda at=at: write(journal, texts, doc, saves[at : at + batch])  # type: ignore[misc]
        )
        each.append(spent)
    return Taken(time.perf_counter() - begin, time.process_time() - used, each)


def write(journal: Journal, texts: Texts, doc: bytes, saves: list[Save]) -> None:
    with journal.writing():
        for save in saves:
            update = texts.newest(doc, LANE).edit(save.edits)
            op = Op(Kind.EDIT, LANE, 0, PATH, doc, mode=0o100644, digest=save.digest,
                    payload=update)  # fmt: skip
            [entry] = journal.append([op], time.time())
            texts.written(entry)


def go_back(journal: Journal, said: list[str], table: journal_table.Table) -> None:
    entries = list(journal.newest(LANE))[::-1]
    chosen, times, cpu = random.Random(3), [], []
    for _ in range(CHECKOUTS):
        number, used = chosen.randrange(len(entries)), time.process_time()
        spent, held = journal_table.timed(
            lambda n=number: history.content(journal, Texts(journal), entries[n])  # type: ignore[misc]
        )
        times.append(spent)
        cpu.append(time.process_time() - used)
        assert held
        assert held.data.decode() == said[number]
    table.times("checkout of any operation", times, goal=20)
    table.times("checkout of any operation, of processor time", cpu, goal=20)


def sizes(journal: Journal, table: journal_table.Table) -> None:
    numbers = [entry.n for entry in journal.newest(LANE)][::-1]
    packed = b"".join(journal.payload(n) for n in numbers)
    raw = len(packed)
    cold = sum(len(zlib.compress(packed[at : at + (64 << 10)], 6))
               for at in range(0, raw, 64 << 10))  # fmt: skip
    table.value("updates, raw", raw, "bytes")
    table.value("updates, each", raw / len(numbers), "bytes")
    table.value("updates in pieces of 64 KiB, deflated, to raw", cold / raw, "", goal=MOST_SIZE)
    files = journal.file.parent.glob(f"{journal.file.name}*")
    table.value("the database to the raw updates", sum(f.stat().st_size for f in files) / raw, "")
    cold_size(journal, raw, table)


def cold_size(journal: Journal, raw: int, table: journal_table.Table) -> None:
    """All of it sealed and frozen: what is then on disk, and how long the first question waits."""
    key = ed25519.generate()
    signed = lambda message: (ed25519.public_of(key), ed25519.sign(key, message))  # noqa: E731
    spent, _ = journal_table.timed(lambda: list(sealing.seal(journal, signed, now=1e12)))
    table.value("sealing all", spent, "s")
    before = {n: text_at(journal, n) for n in (1, journal.last() // 2, journal.last())}
    spent, frozen = journal_table.timed(lambda: list(freezing.freeze(journal, 1 << 62)))
    table.value("freezing all", spent, "s")
    for one in frozen:
        for name in one.old:
            (journal.segments / name).unlink()
    upkeep.shrink(journal)
    table.value("frozen, all files to raw", upkeep.on_disk(journal) / raw, "", goal=MOST_SIZE)
    with Journal(Paths(journal.file.parents[2])) as again:
        for n in (journal.last(), journal.last() // 2, 1):
            spent, held = journal_table.timed(lambda n=n: text_at(again, n))  # type: ignore[misc]
            assert held == before[n]
            table.value(f"frozen: the text at #{n:,}, the first time", spent * 1000, "ms")


def text_at(journal: Journal, n: int) -> object:
    entry = journal.last_of(LANE, PATH, n)
    assert entry
    return history.content(journal, Texts(journal), entry)


def guessed(start: str, said: list[str], table: journal_table.Table) -> None:
    """What the edits between two saves cost to find, and how large their updates are."""
    document, times = Document(), []
    document.edit([Edit(0, 0, start)])
    chosen = sorted(random.Random(4).sample(range(1, len(said)), 500))
    size = 0
    for number in chosen:
        old = str(document)
        find: Callable[[], list[Edit]] = lambda new=said[number], old=old: between(old, new)  # type: ignore[misc]  # noqa: E731
        spent, edits = journal_table.timed(find)
        times.append(spent)
        size += len(document.edit(edits))
        assert str(document) == said[number]
    table.times("edits between two texts some 74 transactions apart", times)
    table.value("the update of one", size / len(chosen), "bytes")


if __name__ == "__main__":
    main()
