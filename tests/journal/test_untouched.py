"""A file that nobody touched since it was read is not read again; one that was is, always."""

import os
from pathlib import Path

from git_anvcs.journal import disk
from git_anvcs.journal.untouched import Untouched, sign_of

YEAR_NS = 365 * 86400 * 10**9


def learned(root: Path, name: str, *, began_later: int) -> tuple[Untouched, Path]:
    """A file that was read so many nanoseconds after it was written."""
    file = root / name
    file.write_text("one\n")
    known, sign = Untouched(), sign_of(root, name)
    held = disk.read(root, name)
    assert sign
    assert held
    known.learn(name, sign, held, sign.ctime + began_later)
    return known, file


def test_a_file_that_rests_is_known(tmp_path: Path) -> None:
    known, _ = learned(tmp_path, "a", began_later=4 * 10**9)
    held = known.held("a", sign_of(tmp_path, "a"))
    assert held
    assert (held.size, held.data) == (4, None)


def test_a_file_that_was_written_just_before_is_read_again(tmp_path: Path) -> None:
    known, _ = learned(tmp_path, "a", began_later=10**9)
    assert known.held("a", sign_of(tmp_path, "a")) is None


def test_every_way_to_change_a_file_is_seen(tmp_path: Path) -> None:
    def rewritten(file: Path) -> None:
        times = file.stat()
        file.write_text("two\n")  # as long, and its time is set back
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def replaced(file: Path) -> None:
        times = file.stat()
        other = file.with_name("other")
        other.write_text("two\n")
        os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
        other.replace(file)

    def linked(file: Path) -> None:
        moved = file.parent.rename(file.parent.with_name("moved"))
        file.parent.symlink_to(moved)

    ways = [rewritten, replaced, linked, lambda file: file.chmod(0o755), lambda f: f.unlink()]
    for number, change in enumerate(ways):
        (tmp_path / f"{number}").mkdir()
        name = f"{number}/a"
        known, file = learned(tmp_path, name, began_later=4 * 10**9)
        assert known.held(name, sign_of(tmp_path, name))
        change(file)
        sign = sign_of(tmp_path, name)
        assert sign is None or known.held(name, sign) is None


def test_a_file_of_the_future_is_never_trusted(tmp_path: Path) -> None:
    known, file = learned(tmp_path, "a", began_later=4 * 10**9)
    ahead = file.stat().st_mtime_ns + YEAR_NS
    os.utime(file, ns=(ahead, ahead))
    held = disk.read(tmp_path, "a")
    assert held
    known.learn("a", sign_of(tmp_path, "a"), held, file.stat().st_ctime_ns + 4 * 10**9)
    assert known.held("a", sign_of(tmp_path, "a")) is None
