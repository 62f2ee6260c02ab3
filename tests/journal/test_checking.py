"""A journal that is whole is said to be; whatever is changed in it is found, and named."""

from collections.abc import Callable
from pathlib import Path
import shutil

import pytest

from git_anvcs.journal import checking, freezing, sealing
from git_anvcs.journal.journal import Journal
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store.paths import Paths
from tests.journal.test_freezing import History, frozen, worked
from tests.journal.test_segment import sign


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third is frozen, a third sealed, a third neither."""
    folder = tmp_path_factory.mktemp("sound")
    with Journal(Paths(folder)) as journal:
        made = History(journal, 5)
        for step in range(30):
            made.look()
            if step in (3, 6, 9, 15, 20):
                list(sealing.seal(journal, sign, now=made.seconds, older=0))
        times = [one.last_time for one in sealing.segments(journal)]
        frozen(journal, times[2] + 1)
    return folder


def problems(folder: Path, *, full: bool = True) -> str:
    with Journal(Paths(folder)) as journal:
        return "\n".join(checking.check(journal, full=full).problems)


def test_a_sound_journal_is_whole(sound: Path) -> None:
    with Journal(Paths(sound)) as journal:
        for full in (False, True):
            found = checking.check(journal, full=full)
            assert (found.problems, found.notes) == ((), ())
            assert (found.operations, found.segments) == (journal.last(), 5)
            assert found.texts
            assert found.contents


def run(statement: str) -> Callable[[Journal], object]:
    return lambda journal: journal._db.execute(statement)


def spoil(journal: Journal, states: tuple[int, ...], change: Callable[[bytes], bytes]) -> None:
    for one in sealing.segments(journal):
        if one.state in states:
            place = journal.segments / one.name
            place.write_bytes(change(place.read_bytes()))


DAMAGE: dict[str, tuple[Callable[[Journal], object], str]] = {
    "a path": (run("UPDATE op SET path = 1 + path % 4 WHERE n ="
                   " (SELECT max(n) FROM op WHERE path)"),
               "is not what its digest says"),
    "a time": (run("UPDATE op SET time = time + 1 WHERE n = 40"), "#40 is not what its digest"),
    "a digest": (run("UPDATE op SET hash = zeroblob(32) WHERE n = 40"), "#40 is not what"),
    "an update": (run("UPDATE op SET payload = x'0000' WHERE kind = 1 AND n > 40"),
                  "is not what its digest says"),
    "a row that is sealed": (run("DELETE FROM op WHERE n = 26"), "are missing"),
    "a row that is not": (run("DELETE FROM op WHERE n = (SELECT max(n) - 3 FROM op)"),
                          "is not what its digest says"),
    "a checkpoint": (run("UPDATE checkpoint SET state = (SELECT state FROM checkpoint LIMIT 1)"),
                     "is damaged"),
    "a segment": (lambda j: spoil(j, (0, 1), lambda data: data[:300] + b"x" + data[301:]),
                  "segment"),
    "a segment cut short": (lambda j: spoil(j, (1,), lambda data: data[:-1]), "cannot be read"),
    "a file": (lambda j: [(j.segments / s.name).unlink() for s in sealing.segments(j)],
               "cannot be read"),
    "an order": (run("UPDATE segment SET first = first + 1 WHERE id = 5"), "does not follow"),
    "another's segment": (run("UPDATE segment SET last = zeroblob(32) WHERE id = 2"),
                          "is not the one that the database tells of"),
    "contents": (lambda j: shutil.rmtree(j.contents), "is gone or damaged"),
    "a content": (lambda j: [p.write_bytes(b"?") for p in j.contents.glob("*/*")],
                  "is gone or damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_damaged_is_found(name: str, sound: Path, tmp_path: Path) -> None:
    shutil.copytree(sound, tmp_path / "copy")
    damage, said = DAMAGE[name]
    with Journal(Paths(tmp_path / "copy")) as journal:
        damage(journal)
    assert said in problems(tmp_path / "copy")


def test_a_first_text_that_is_gone_is_noticed(sound: Path, tmp_path: Path) -> None:
    """What was edited from it cannot be replayed, frozen or not."""
    shutil.copytree(sound, tmp_path / "copy")
    with Journal(Paths(tmp_path / "copy")) as journal:
        [doc] = {row[0] for row in journal._db.execute(
            "SELECT doc FROM checkpoint JOIN frozen_text USING (doc) LIMIT 1")}  # fmt: skip
        journal._db.execute("DELETE FROM checkpoint WHERE doc = ?", (doc,))
    assert "its text at" in problems(tmp_path / "copy")


def test_what_nobody_could_sign_is_told(tmp_path: Path) -> None:
    def cannot(_: bytes) -> tuple[bytes, bytes]:
        raise AnvcsError("the key is gone")

    with Journal(Paths(tmp_path)) as journal:
        made = History(journal, 1)
        made.look()
        list(sealing.seal(journal, cannot, now=made.seconds, older=0))
        found = checking.check(journal)
    assert (found.problems, found.notes) == ((), ("1 segments are not signed",))


def test_a_signature_of_somebody_else_is_told(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        made = History(journal, 1)
        made.look()
        list(sealing.seal(journal, lambda _: sign(b"else"), now=made.seconds, older=0))
        assert "signature" in checking.check(journal).problems[0]


def test_a_crash_between_file_and_database_harms_nothing(tmp_path: Path) -> None:
    """The file is there, and the database knows nothing of it: it is sealed or frozen again."""
    with Journal(Paths(tmp_path)) as journal:
        worked(journal, 3, 12)
        before = [(e, journal.payload(e.n)) for e in journal.newest()]

        class Died(Exception):
            pass

        def dies(*_: object) -> None:
            raise Died

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(freezing, "index", dies)
            with pytest.raises(Died):
                frozen(journal)
        assert [(e, journal.payload(e.n)) for e in journal.newest()] == before
        assert checking.check(journal, full=True).problems == ()
        assert frozen(journal)
        assert [(e, journal.payload(e.n)) for e in journal.newest()] == before
        assert checking.check(journal, full=True).problems == ()
