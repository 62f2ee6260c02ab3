"""Laws of the pointer: one spelling, and everything else is content."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs.pointer import LARGEST, LONGEST, NoPointer, Pointer, parse, text

HEX = "0123456789abcdef"
PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789"
OID = "ab" * 32


SAMPLES = sorted((Path(__file__).parents[1] / "cases/formats/pointer").glob("v*/*.txt"))
assert SAMPLES


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_frozen_sample_reads_and_writes_back_byte_for_byte(sample: Path) -> None:
    pointer = parse(sample.read_bytes())
    assert pointer is not None
    assert text(pointer) == sample.read_bytes()
    assert pointer.pinned == (sample.stem != "unpinned")


def words(alphabet: str, longest: int) -> st.SearchStrategy[str]:
    return st.text(alphabet, max_size=longest)


POINTERS = st.builds(
    Pointer,
    oid=st.text(HEX, min_size=64, max_size=64),
    size=st.integers(1, LARGEST),
    storage=words(PLAIN, 32),
    key=st.lists(st.text(PLAIN + "=%!", min_size=1, max_size=20), max_size=5).map(
        lambda parts: "/".join(parts).lstrip("=%!/")
    ),
    version_id=words(PLAIN + "._~+/=-", 300),
    cid=words("abcdefghijklmnopqrstuvwxyz234567", 60).map(lambda rest: rest and f"b{rest}"),
)
UNPINNED = text(Pointer(OID, 7))
PINNED = text(Pointer(OID, 7, "main", "a/b", "-v.1", "bafy"))


@given(POINTERS)
def test_a_pointer_is_read_as_it_was_written(pointer: Pointer) -> None:
    assert parse(text(pointer)) == pointer
    assert len(text(pointer)) <= LONGEST


@given(
    st.binary(max_size=400)
    | st.builds(
        lambda start, cut, put: start[:cut] + put + start[cut:],
        st.sampled_from([UNPINNED, PINNED]),
        st.integers(0, len(PINNED)),
        st.binary(max_size=3),
    )
)
def test_what_is_read_as_a_pointer_is_spelt_that_way(data: bytes) -> None:
    pointer = parse(data)
    assert pointer is None or text(pointer) == data


@given(
    st.sampled_from([UNPINNED, PINNED]), st.integers(0, len(PINNED)), st.integers(0, len(PINNED))
)
def test_a_part_of_a_pointer_is_none_or_a_shorter_one(whole: bytes, start: int, end: int) -> None:
    part = whole[start:end]
    pointer = parse(part)
    assert pointer is None or (text(pointer) == part and part.startswith(b"version "))


@pytest.mark.parametrize(
    "data",
    [
        UNPINNED + b"\n",
        UNPINNED[:-1],
        UNPINNED.replace(b"\n", b"\r\n"),
        b"<<<<<<< ours\n" + UNPINNED + b"=======\n" + UNPINNED + b">>>>>>> theirs\n",
        UNPINNED.replace(b"size 7", b"size 07"),
        UNPINNED.replace(b"size 7", b"size 0"),
        UNPINNED.replace(b"size 7", b"size -7"),
        UNPINNED.replace(b"size 7", b"size %d" % (LARGEST + 1)),
        UNPINNED.replace(b"ab", b"AB"),
        UNPINNED.replace(b"anvcs-blob/1", b"anvcs-blob/2"),
        b"\xef\xbb\xbf" + UNPINNED,
        UNPINNED.decode().encode("utf-16"),
        UNPINNED + b"version_id 1\nstorage main\n",
        UNPINNED + b"storage main\nstorage main\n",
        UNPINNED + b"storage -main\n",
        UNPINNED + b"key ../secret\n",
        UNPINNED + b"key a/./b\n",
        UNPINNED + b"key /etc/passwd\n",
        UNPINNED + b"key a//b\n",
        UNPINNED + b"key -o\n",
        UNPINNED + b"key a b\n",
        UNPINNED + b"version_id " + b"v" * LONGEST + b"\n",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 7\n",
        b"",
    ],
)
def test_what_only_looks_like_a_pointer_is_content(data: bytes) -> None:
    assert parse(data) is None


@pytest.mark.parametrize(
    "pointer",
    [
        Pointer(OID, 0),
        Pointer("", 1),
        Pointer(OID, 1, storage="A"),
        Pointer(OID, 1, version_id="a\nkey b"),
        Pointer(OID, 1, version_id="é"),
        Pointer(OID, 1, version_id="v" * LONGEST),
    ],
)
def test_what_could_not_be_read_again_is_not_written(pointer: Pointer) -> None:
    with pytest.raises(NoPointer):
        text(pointer)


def test_the_format_is_frozen() -> None:
    pointer = Pointer(OID, 7, "main", "data/x.bin", "v.1", "bafy")
    assert text(pointer) == (
        b"version anvcs-blob/1\noid sha256:" + b"ab" * 32 + b"\nsize 7\n"
        b"storage main\nkey data/x.bin\nversion_id v.1\ncid bafy\n"
    )
