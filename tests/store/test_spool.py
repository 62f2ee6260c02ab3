"""The spool: appended to by many, read by one, torn by crashes."""

from pathlib import Path
import threading

import pytest

from git_anvcs.store import spool
from git_anvcs.store.paths import Paths
from git_anvcs.store.spool import Mark


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def add(paths: Paths, number: int) -> None:
    spool.append(paths, "commit", ".", {"n": number})


def numbers(lines: list[spool.Line]) -> list[object]:
    return [line.value["n"] for line in lines if line.value]


def test_lines_come_out_in_order_and_only_once_when_the_mark_moves_on(paths: Paths) -> None:
    add(paths, 1)
    add(paths, 2)
    lines, mark = spool.read(paths, Mark())
    assert numbers(lines) == [1, 2]
    assert not spool.pending(paths, mark)
    add(paths, 3)
    assert spool.pending(paths, mark)
    assert numbers(spool.read(paths, mark)[0]) == [3]


def test_an_empty_spool_is_read_as_nothing(paths: Paths) -> None:
    assert spool.read(paths, Mark()) == ([], Mark())
    assert not spool.pending(paths, Mark())


def test_a_line_being_written_waits_for_its_end(paths: Paths) -> None:
    add(paths, 1)
    with spool.current(paths).open("ab") as file:
        file.write(b'{"v":1,"kind":"commit"')
    lines, mark = spool.read(paths, Mark())
    assert numbers(lines) == [1]
    with spool.current(paths).open("ab") as file:
        file.write(b',"n":2}\n')
    assert numbers(spool.read(paths, mark)[0]) == [2]


def test_the_line_after_a_torn_one_is_found_when_they_run_together(paths: Paths) -> None:
    add(paths, 1)
    with spool.current(paths).open("ab") as file:
        file.write(b'{"v":1,"kind":"age')
    add(paths, 2)
    lines, _ = spool.read(paths, Mark())
    assert numbers(lines) == [1, 2]
    [torn] = [line for line in lines if line.value is None]
    assert torn.raw == b'{"v":1,"kind":"age'
    assert "torn" in torn.reason


@pytest.mark.parametrize(
    "raw", [b"nonsense", b"\xff\xfe", b"[]", b'{"v":1}', b'{"v":2,"kind":"commit"}', b"[" * 99_999]
)
def test_a_corrupt_line_is_named_and_the_rest_is_read(paths: Paths, raw: bytes) -> None:
    add(paths, 1)
    with spool.current(paths).open("ab") as file:
        file.write(raw + b"\n")
    add(paths, 2)
    lines, _ = spool.read(paths, Mark())
    assert numbers(lines) == [1, 2]
    [bad] = [line for line in lines if line.value is None]
    spool.put_aside(paths, bad)
    spool.put_aside(paths, bad)
    [(path, reason)] = spool.set_aside(paths)
    assert reason == bad.reason
    assert path.parent == paths.set_aside


def test_lines_appended_late_to_a_spool_put_away_are_still_read(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_ROTATE_AT", 10)
    add(paths, 1)
    late = spool.current(paths).open("ab")
    _, mark = spool.read(paths, Mark())
    mark = spool.rotate(paths, mark)
    with late:
        late.write(b'{"v":1,"kind":"commit","n":2}\n')
    add(paths, 3)
    lines, mark = spool.read(paths, mark)
    assert numbers(lines) == [2, 3]
    assert not spool.pending(paths, mark)


def test_nothing_is_repeated_or_lost_when_a_rotation_is_not_saved(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "_ROTATE_AT", 10)
    mark = Mark()
    for number in range(5):
        add(paths, number)
        lines, mark = spool.read(paths, mark)
        assert numbers(lines) == [number]
        spool.rotate(paths, mark)  # the process dies before it saves the new mark
    assert len(list(paths.spool.iterdir())) <= 2


def test_many_writers_tear_no_line(paths: Paths) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 50):
            add(paths, number)

    threads = [threading.Thread(target=write, args=(50 * i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines, _ = spool.read(paths, Mark())
    assert sorted(map(int, map(str, numbers(lines)))) == list(range(400))
