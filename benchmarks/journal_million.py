"""What a journal of 1,000,000 operations costs to open, to page through and to go back in.

200 files of one worktree are edited by turns, each by 4,900 real edits; 20,000 operations are of
two other worktrees, ten of them tell that HEAD moved. Appended in big transactions; every text
that is read is compared with what it was.

    python benchmarks/journal_million.py --keep /tmp/million
"""

from argparse import ArgumentParser
from collections.abc import Callable
import hashlib
from pathlib import Path
import random
import sys
import time
from typing import NamedTuple
import zlib

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import journal_table, reading
from git_anvcs.flows.journal import timeline
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import Then
from git_anvcs.git.repo import Repo
from git_anvcs.journal import bursts, moves
from git_anvcs.journal.edits import between
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.moves import Moves
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.journal.text import Document, doc_id, new_client
from git_anvcs.journal.texts import CHECKPOINT_OPS, Texts
from git_anvcs.store.paths import Paths

FILES, EDITS, OTHERS = 200, 4_900, 20_000
LANE = "."
PAGE = 50


class Step(NamedTuple):
    """One edit: the update, and the text after it with its digest."""

    update: bytes
    text: str
    digest: bytes


def main() -> None:
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--keep", metavar="DIR", help="make the journal there, or use it again")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    steps = edits()
    folder = reading.scratch(lambda place: make(place, steps), args.keep)
    table = journal_table.Table(f"a journal of {EDITS * FILES + OTHERS:,} operations")
    opened = [journal_table.timed(lambda: Journal(Paths(folder / ".git")).close())[0]
              for _ in range(args.runs)]  # fmt: skip
    table.times("open", opened, goal=200)
    with Journal(Paths(folder / ".git")) as journal:
        here = Opened(Repo.discover(folder), journal, Texts(journal), LANE)
        measure(here, steps, args.runs, table)
    table.value("size", sum(f.stat().st_size for f in folder.glob(".git/anvcs/journal/*")) / 1e6,
                "MB")  # fmt: skip
    table.print(as_json=args.json)


def measure(here: Opened, steps: list[Step], runs: int, table: journal_table.Table) -> None:
    chosen = random.Random(2)
    journal = here.journal
    last = journal.last()

    def told(name: str, goal: float | None, work: Callable[[], object], times: int = runs) -> None:
        table.times(name, [journal_table.timed(work)[0] for _ in range(times)], goal=goal)

    told("timeline, first page", 100, lambda: page(here, timeline.Wanted("", PAGE, LANE)))
    told("timeline of a file, first page", 100, lambda: page(here, wanted_of(chosen, PAGE)))
    told("timeline of a folder, first page", 100,
         lambda: page(here, timeline.Wanted("src", PAGE, LANE)))  # fmt: skip
    told("timeline of another worktree, first page", 100,
         lambda: page(here, timeline.Wanted("", PAGE, "worktrees/one")))  # fmt: skip
    told("bursts of destruction, none", 100, lambda: list(bursts.found_in(
        journal.around_losses(LANE, bursts.APART_SECONDS))))  # fmt: skip
    told("which paths differed at an operation", None,
         lambda: journal.differing_at(LANE, chosen.randint(1, last)))  # fmt: skip
    told("number of a time", None,
         lambda: journal.last_before(LANE, chosen.randint(0, 1 << 58)))  # fmt: skip
    at = []
    for _ in range(runs * 3):
        path, n = name(chosen.randrange(FILES)), chosen.randint(FILES, last)
        spent, held = journal_table.timed(
            lambda path=path, n=n: dict(Then(here, n).contents([path]))
        )  # type: ignore[misc]
        entry = journal.last_of(LANE, path, n)
        assert entry
        assert hashlib.sha256(held[path].data).digest() == entry.op.digest
        at.append(spent)
    table.times("at, one file, any operation", at, goal=50)


def page(here: Opened, wanted: timeline.Wanted) -> None:
    assert len(list(timeline.looks(here, wanted))) == PAGE


def wanted_of(chosen: random.Random, most: int) -> timeline.Wanted:
    return timeline.Wanted(name(chosen.randrange(FILES)), most, LANE)


def name(number: int) -> str:
    return f"src/module{number % 20}/file{number}.py"


def edits() -> list[Step]:
    """A file of 40 to 200 lines that is written and changed, line by line."""
    chosen = random.Random(1)
    document = Document(new_client())
    lines: list[str] = []
    text = ""
    found = []
    for number in range(EDITS):
        at = chosen.randint(0, len(lines))
        lines[at:at] = [f"    value_{chosen.getrandbits(32):x} = {number}\n"]
        if len(lines) > 200:
            del lines[chosen.randrange(200)]
        old, text = text, "".join(lines)
        update = document.edit(between(old, text))
        found.append(Step(update, text, hashlib.sha256(text.encode()).digest()))
    return found


def make(folder: Path, steps: list[Step]) -> None:
    reading.git(folder, "init", "-q", "-b", "main")
    begin = time.time() - 90 * 86400
    with Journal(Paths(folder / ".git")) as journal:
        docs = [doc_id("", name(number)) for number in range(FILES)]
        texts = Texts(journal)
        with journal.writing():
            for doc in docs:
                texts.begin(doc, "")
        whole = Document()
        for number, step in enumerate(steps):
            whole.apply([step.update])
            ops = [edit(name(file), docs[file], step) for file in range(FILES)]
            ops += others(number)
            with journal.writing():
                for at, op in enumerate(ops):
                    [entry] = journal.append([op], begin + number * 1500 + at * 7)
                    if op.doc and (number + 1) % CHECKPOINT_OPS == 0:
                        state = zlib.compress(whole.whole(), 6)
                        journal.keep_checkpoint(op.doc, LANE, entry.n, state)


def edit(path: str, doc: bytes, step: Step) -> Op:
    return Op(Kind.EDIT, LANE, 0, path, doc, mode=0o100644, size=len(step.text),
              digest=step.digest, payload=step.update)  # fmt: skip


def others(number: int) -> list[Op]:
    """What happens meanwhile in other worktrees, and seldom to HEAD."""
    share = OTHERS // EDITS + 1
    found = [
        Op(Kind.BLOB, f"worktrees/{lane}", 0, f"data{number % 300}.bin", mode=0o100644)
        for lane in (("one",) * share)[: share if number * share < OTHERS else 0]
    ]
    if number % (EDITS // 10) == 0:
        payload = moves.pack(Moves({"HEAD": ("", "")}))
        found.append(Op(Kind.GIT, LANE, 0, flags=Flag.BY_GIT, payload=payload))
    return found


if __name__ == "__main__":
    main()
