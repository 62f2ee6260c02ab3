"""A damaged journal: what is right of it comes back, nothing wrong is ever given out."""

from collections.abc import Callable
import json
from multiprocessing import get_context
from pathlib import Path
import random
import shutil
import time

import pytest

from git_anvcs.flows.journal import mending, mirror, recover, then, upkeep, whole
from git_anvcs.flows.journal.observe import Look, observe
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.upkeep import Rules
from git_anvcs.git.repo import Repo
from git_anvcs.journal import checking, clock, freezing, history, sealing, sweeping
from git_anvcs.journal.journal import place_of
from git_anvcs.journal.op import Kind
from git_anvcs.store import pages
from git_anvcs.store.database import Damaged
from tests.journal.test_segment import sign
from tests.support.sandbox import Sandbox

PAGE = 4096
Held = dict[tuple[int, str], bytes | None]


def worked(repo: Sandbox, looks: int = 40) -> Held:
    """A journal of some hundred operations; what each of them said that a file held."""
    chosen = random.Random(5)
    repo.commit("one", {f"f{n}.txt": f"{n}\n" * 30 for n in range(6)})
    for look in range(looks):
        for _ in range(3):
            name = f"f{chosen.randrange(12)}.txt"
            old = repo.read(name).split("\n") if (repo.root / name).exists() else []
            old.insert(chosen.randrange(len(old) + 1), f"line {look} {chosen.random()}")
            repo.write(name, "\n".join(old))
        repo.write("data.bin", chosen.randbytes(3000))
        with opened(Repo.discover(repo.root)):
            pass
        if look % 20 == 19:
            repo.commit("more")
    return said(repo)


def said(repo: Sandbox) -> Held:
    """What the journal gives out for each operation: None for what it says it has not."""
    with opened(Repo.discover(repo.root), look=False) as here:
        return {
            (entry.op.time, entry.op.path): found.data if found else None
            for entry in here.journal.newest()
            if entry.op.kind in (Kind.EDIT, Kind.BLOB)
            for found in [history.content(here.journal, here.texts, entry)]
        }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sandbox, Held]:
    repo = Sandbox(tmp_path_factory.mktemp("made"))
    return repo, worked(repo)


@pytest.fixture
def copy(made: tuple[Sandbox, Held]) -> tuple[Sandbox, Held]:
    """The same repository, whole, before each damage."""
    repo, truth = made
    fresh = repo.base / "fresh"
    if not fresh.exists():
        shutil.copytree(repo.root / ".git/anvcs", fresh)
    shutil.rmtree(repo.root / ".git/anvcs")
    shutil.copytree(fresh, repo.root / ".git/anvcs")
    return repo, truth


def answers(repo: Sandbox) -> Held:
    """Ask for everything; a journal found damaged is mended, and asked again."""
    try:
        return said(repo)
    except Damaged:
        return said(repo)  # it was mended


def judge(repo: Sandbox, truth: Held) -> int:
    """Nothing wrong is given out, and the journal goes on; how much is as it was."""
    right, known = 0, {*truth.values()}
    for check in (False, True):
        if check:
            mending.check(Repo.discover(repo.root))  # as the daemon does: an index lies in silence
        found = answers(repo)
        for key, data in found.items():
            # A bit of a time or of a name that flips is seen by the chain alone: journal fsck.
            assert data is None or data == truth.get(key) or (key not in truth and data in known)
        right = sum(data is not None for data in found.values())
    repo.write("f1.txt", "written afterwards\n")
    with opened(Repo.discover(repo.root)) as here:
        [(_, held)] = whole.Then(here, here.journal.last()).contents(["f1.txt"])
        assert getattr(held, "data", None) == b"written afterwards\n"
    return right


def zeroed(data: bytearray, chosen: random.Random) -> None:
    at = chosen.randrange(len(data) // PAGE) * PAGE
    data[at : at + PAGE] = bytes(PAGE)


def torn(data: bytearray, chosen: random.Random) -> None:
    at = chosen.randrange(len(data) // PAGE) * PAGE
    data[at + 512 : at + PAGE] = chosen.randbytes(PAGE - 512)


def garbled(data: bytearray, chosen: random.Random) -> None:
    for _ in range(3):
        at = chosen.randrange(len(data))
        data[at] ^= 1 << chosen.randrange(8)


def cut(data: bytearray, chosen: random.Random) -> None:
    del data[chosen.randrange(PAGE, len(data)) :]


def headless(data: bytearray, chosen: random.Random) -> None:
    data[:100] = chosen.randbytes(100)


def first_page(data: bytearray, chosen: random.Random) -> None:
    data[:PAGE] = bytes(PAGE)


DAMAGES = [zeroed, torn, garbled, cut, headless, first_page]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: one.__name__)
def test_whatever_is_damaged_nothing_wrong_comes_out_and_the_rest_is_kept(
    copy: tuple[Sandbox, Held], damage: Callable[[bytearray, random.Random], None]
) -> None:
    repo, truth = copy
    file = repo.root / ".git/anvcs/journal/journal.db"
    whole_file = file.read_bytes()
    for seed in range(1 if damage in (headless, first_page) else 8):
        shutil.rmtree(repo.root / ".git/anvcs")
        shutil.copytree(repo.base / "fresh", repo.root / ".git/anvcs")
        data = bytearray(whole_file)
        damage(data, random.Random(seed))
        file.write_bytes(data)
        right = judge(repo, truth)
        least = {headless: 1.0, first_page: 1.0, cut: 0.0}.get(damage, 0.6)
        assert right >= least * len(truth)


def test_everything_of_a_whole_file_is_salvaged(copy: tuple[Sandbox, Held]) -> None:
    repo, truth = copy
    here = Repo.discover(repo.root)
    file = repo.root / ".git/anvcs/journal/journal.db"
    told = mending.mend(here, place_of(file))
    assert told
    assert (told.lost, told.unproved, told.texts) == (0, 0, ())
    assert said(repo) == truth
    shown = json.loads(repo.anvcs("journal", "status", "--json"))
    assert [one["operations"] for one in shown["mended"]] == [told.operations]
    assert mending.mend(here, b"another file") is None
    with opened(here) as again:
        changed = repo.git("status", "--porcelain", "-z").split("\0")[:-1]
        assert sorted(again.journal.differing(".")) == sorted(line[3:] for line in changed)


def test_what_is_only_in_the_log_is_salvaged_too(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path)
    repo.commit("one", {"a": "1\n"})
    with opened(Repo.discover(repo.root)) as here:  # open: nothing is moved out of the log
        repo.write("a", "kept\n")
        here.look()
        file = here.journal.file
        log = file.with_name("journal.db-wal").read_bytes()
        rows = list(pages.records(file.read_bytes(), log))
    assert any(len(row.values) == 18 for row in rows)
    assert not any(len(row.values) == 18 for row in pages.records(b"", b"x" * 9000))


@pytest.mark.parametrize("damage", [None, headless, first_page], ids=["whole", "header", "page"])
def test_what_is_frozen_comes_back_from_its_segments(
    repo: Sandbox, damage: Callable[[bytearray, random.Random], None] | None
) -> None:
    truth = worked(repo, 15)
    with opened(Repo.discover(repo.root), look=False) as here:
        names = list(sealing.seal(here.journal, sign, now=1 << 40, older=0))
        frozen = list(freezing.freeze(here.journal, 1 << 62))
    assert names
    assert sum(one.operations for one in frozen) > 20
    file = repo.root / ".git/anvcs/journal/journal.db"
    if damage:
        data = bytearray(file.read_bytes())
        damage(data, random.Random(1))
        file.write_bytes(data)
    told = mending.mend(Repo.discover(repo.root), place_of(file))
    assert told
    assert told.texts == ()
    assert said(repo) == truth


def test_what_was_thinned_is_still_told_after_a_mending_and_in_a_mirror(repo: Sandbox) -> None:
    repo.commit("first", {"t": "t\n"})
    found, day = Repo.discover(repo.root), 86400
    begun = (time.time() // day - 200) * day
    for step in range(9):
        repo.write("notes.txt", "".join(f"hour {n}\n" for n in range(step + 1)))
        with opened(found, look=False) as here:
            observe(found, here.journal, here.texts, Look(seconds=begun + step * 6 * 3600))
    with opened(found, look=False) as here:
        assert upkeep.collect(here, Rules(10, 120), time.time()).thinned == 6
        assert sweeping.sweep(here.journal, time.time() + 7200).files == 1  # the one before
    asked = [clock.at(begun + step * 6 * 3600 + 60) for step in range(9)]
    before = notes_at(found, asked)
    assert ["thinned out" in str(one) for one in before].count(True) == 7
    mended = mending.mend(found, place_of(repo.root / ".git/anvcs/journal/journal.db"))
    assert mended
    assert (mended.lost, mended.texts) == (0, ())
    assert notes_at(found, asked) == before
    with opened(found, look=False) as here:
        kept = [whole.Then(here, entry.n).contents(["notes.txt"]) for entry in here.journal.newest()
                if entry.op.path == "notes.txt"]  # fmt: skip
        assert [str(one).count("hour") for [(_, one)] in kept] == [9, 8, 4]
        assert checking.check(here.journal, full=True).problems == ()
        mirror.copy(found, here.journal, repo.base / "mirror")
    [one] = recover.kept(repo.base / "mirror")
    assert recover.recover(one, repo.base / "out").worktrees["."][1].left == {}
    assert (repo.base / "out/main/notes.txt").read_text() == repo.read("notes.txt")
    assert "whole" in repo.anvcs("journal", "fsck")


def notes_at(repo: Repo, times: list[int]) -> list[then.Held]:
    with opened(repo, look=False) as here:
        numbers = [here.journal.last_before(".", time) for time in times]
        return [held for n in numbers for _, held in whole.Then(here, n).contents(["notes.txt"])]


def test_a_journal_that_lost_its_log_goes_on(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path)
    repo.commit("one", {"f1.txt": "1\n"})
    with opened(Repo.discover(repo.root)) as here:
        for number in range(30):
            repo.write("f1.txt", f"{number}\n" * 200)
            here.look()
        file = here.journal.file
        alone = file.read_bytes()
    truth = said(repo)
    file.write_bytes(alone)
    judge(repo, truth)


def _mend(root: Path, place: bytes) -> None:
    mending.mend(Repo.discover(root), place)


def test_of_several_that_find_the_damage_one_mends(copy: tuple[Sandbox, Held]) -> None:
    repo, truth = copy
    file = repo.root / ".git/anvcs/journal/journal.db"
    data = bytearray(file.read_bytes())
    headless(data, random.Random(1))
    file.write_bytes(data)
    context = get_context("fork")
    workers = [context.Process(target=_mend, args=(repo.root, place_of(file))) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert len(list(file.parent.glob("damaged-*"))) == 1
    assert said(repo) == truth
    [aside] = file.parent.glob("damaged-*/journal.db")
    assert aside.read_bytes() == data


def test_a_mending_that_was_killed_is_finished(
    copy: tuple[Sandbox, Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo, truth = copy
    file = repo.root / ".git/anvcs/journal/journal.db"

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(mending, "_swap", killed)
        with pytest.raises(Killed):
            mending.mend(Repo.discover(repo.root), place_of(file))
    assert said(repo) == truth
    assert len(list(file.parent.glob("damaged-*/journal.db"))) == 1
    assert not list(file.parent.glob("journal.db.mended*"))


def test_the_daemon_mends_what_is_damaged_under_it(repo: Sandbox) -> None:
    repo.commit("one", {"a": "1\n"})
    repo.anvcs("daemon", "start")
    try:
        repo.write("a", "kept\n")
        repo.anvcs("journal", "look")
        file = repo.root / ".git/anvcs/journal/journal.db"
        mending.mend(Repo.discover(repo.root), place_of(file))  # by another process
        repo.write("b", "afterwards\n")
        repo.run("git-anvcs", "journal", "look")  # the daemon sees that the file is another one
        repo.anvcs("journal", "look")
        assert repo.anvcs("at", "-0s", "--print", "b") == "afterwards\n"
        assert repo.anvcs("at", "-0s", "--print", "a") == "kept\n"
    finally:
        repo.run("git-anvcs", "daemon", "stop")
