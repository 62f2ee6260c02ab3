"""A content of the cache becomes a new file, and nothing else becomes anything."""

from pathlib import Path

import pytest

from git_anvcs.blobs import giving, pointer
from git_anvcs.blobs.contents import digest
from git_anvcs.blobs.placing import LeftAlone
from git_anvcs.blobs.pointer import Pointer

CONTENT = b"content" * 99
POINTER = Pointer(digest([CONTENT]), len(CONTENT))


@pytest.fixture
def cached(tmp_path: Path) -> Path:
    file = tmp_path / "cached"
    file.write_bytes(CONTENT)
    return file


def test_it_is_written_once_and_takes_the_place_of_its_pointer(
    cached: Path, tmp_path: Path
) -> None:
    top = tmp_path / "new" / "top"
    giving.give(cached, top, "a/b.bin", POINTER)
    first = (top / "a/b.bin").stat()
    giving.give(cached, top, "a/b.bin", POINTER)
    assert (top / "a/b.bin").stat().st_ino == first.st_ino
    (top / "a/c.bin").write_bytes(pointer.text(POINTER))
    giving.give(cached, top, "a/c.bin", POINTER)
    assert (top / "a/c.bin").read_bytes() == (top / "a/b.bin").read_bytes() == CONTENT
    assert sorted(path.name for path in (top / "a").iterdir()) == ["b.bin", "c.bin"]


@pytest.mark.parametrize(
    "path",
    ["../out", "/out", ".GIT/hooks/pre-push", "a/../b", "link/x", "link", "dir", "mine", "n\0", ""],
)
def test_it_goes_nowhere_else_and_over_nothing(cached: Path, tmp_path: Path, path: str) -> None:
    top = tmp_path / "top"
    (top / "dir").mkdir(parents=True)
    (top / "mine").write_bytes(b"mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (top / "link").symlink_to(elsewhere)
    with pytest.raises(LeftAlone):
        giving.give(cached, top, path, POINTER)
    assert sorted(found.name for found in top.iterdir()) == ["dir", "link", "mine"]
    assert list(elsewhere.iterdir()) == []
    assert (top / "mine").read_bytes() == b"mine"
    assert not (tmp_path / "out").exists()


def test_a_content_that_is_not_whole_leaves_nothing(cached: Path, tmp_path: Path) -> None:
    with pytest.raises(LeftAlone, match="not whole"):
        giving.give(cached, tmp_path / "top", "a", POINTER._replace(size=10_000))
    assert list((tmp_path / "top").iterdir()) == []
