"""One file's bytes into another, where the file system helps and where it does not."""

from collections.abc import Iterator
import os
from pathlib import Path

import pytest

from git_anvcs.blobs import copying

CONTENT = os.urandom(3 << 20) + b"end"


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[int, int]]:
    (tmp_path / "from").write_bytes(CONTENT)
    source = os.open(tmp_path / "from", os.O_RDONLY)
    target = os.open(tmp_path / "to", os.O_RDWR | os.O_CREAT)
    yield source, target
    os.close(source)
    os.close(target)


def test_all_bytes_arrive(files: tuple[int, int]) -> None:
    assert copying.copy(*files, len(CONTENT)) in ("reflink", "range", "copy")

    assert os.pread(files[1], len(CONTENT) + 1, 0) == CONTENT


def test_where_the_kernel_does_not_copy_we_do(
    files: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(*_words: object) -> int:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "copy_file_range", elsewhere, raising=False)
    monkeypatch.setattr(copying.fcntl, "ioctl", elsewhere)

    assert copying.copy(*files, len(CONTENT)) == "copy"

    assert os.pread(files[1], len(CONTENT) + 1, 0) == CONTENT


def test_a_kernel_that_stops_in_between_is_helped(
    files: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def some(source: int, target: int, count: int, at: int, to: int) -> int:
        return os.pwrite(target, os.pread(source, min(count, 1000), at), to) if at < 5000 else 0

    monkeypatch.setattr(os, "copy_file_range", some, raising=False)
    monkeypatch.setattr(copying, "reflink", lambda _source, _target: False)

    assert copying.copy(*files, len(CONTENT)) == "copy"

    assert os.pread(files[1], len(CONTENT) + 1, 0) == CONTENT


def test_a_source_that_ends_early_is_told(
    files: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "reflink", lambda _source, _target: False)
    with pytest.raises(EOFError):
        copying.copy(*files, len(CONTENT) + 1)


def test_a_full_disk_is_no_reason_to_try_another_way(
    files: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_words: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(copying.fcntl, "ioctl", full)
    with pytest.raises(OSError, match="No space left"):
        copying.copy(*files, len(CONTENT))
