"""Contents that a store holds packed: whatever the form, the same bytes come back, or none."""

from pathlib import Path
import random
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
import pytest
import zstandard

from git_anvcs.blobs.arriving import arriving
from git_anvcs.blobs.errors import WrongContent
from git_anvcs.blobs.packing import packed
from git_anvcs.blobs.store import key_of
from git_anvcs.blobs.stores import local
from tests.blobs.test_stores import file_of, got, oid_of

WORDS = b"".join(b"%d,station-%d,20.5\n" % (n, n % 7) for n in range(20_000))
NOISE = random.Random(1).randbytes(300_000)


def frame(data: bytes, level: int = 3) -> bytes:
    return zstandard.ZstdCompressor(level=level).compress(data)


def form_of(data: bytes, folder: Path) -> bytes:
    """What is sent where contents are packed."""
    with packed(file_of(folder, data), oid_of(data), folder / "drafts") as form:
        sent = form.read_bytes()
    assert not list(folder.glob("drafts/*"))
    return sent


def came(sent: bytes, data: bytes, folder: Path) -> bytes:
    """What is read for a content where the store has these bytes; a file that was there stays."""
    dest = folder / "dest"
    dest.write_bytes(b"as it was")
    try:
        with arriving(dest, oid_of(data)) as arrival:
            for n in range(0, len(sent), 10_000):
                arrival.write(sent[n : n + 10_000])
    except WrongContent:
        assert dest.read_bytes() == b"as it was"
        raise
    finally:
        assert not list(folder.glob(".*"))
    return dest.read_bytes()


PIECES = st.one_of(
    st.binary(max_size=3000),
    st.builds(lambda data, n: data * n, st.binary(min_size=1, max_size=20), st.integers(0, 2000)),
    st.integers(0, len(NOISE)).map(lambda n: NOISE[:n]),
)
CONTENTS = st.one_of(
    PIECES,
    st.lists(PIECES, max_size=4).map(b"".join),
    PIECES.map(frame),
    PIECES.map(lambda data: frame(frame(data))),
    st.builds(lambda data, rest: frame(data, -50) + rest, PIECES, PIECES),
)


@given(CONTENTS)
def test_any_content_comes_back_from_either_form(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("law")
    sent = form_of(data, folder)
    assert sent == data or len(sent) <= 0.9 * len(data)
    assert sent == form_of(data, folder)  # parts that were sent before a kill are the same again
    for stored in (sent, data, frame(data)):
        assert came(stored, data, folder) == data


@pytest.mark.parametrize(
    ("data", "is_packed"),
    [
        (b"", False),
        (b"a" * 4095, False),
        (b"a" * 4096, True),
        (WORDS, True),
        (NOISE, False),
        (frame(NOISE.hex().encode()), False),
        (frame(WORDS), True),  # regular enough to get smaller once more
        (WORDS[: len(NOISE) // 20] + NOISE, False),
        (b"\0" * (5 << 20) + NOISE, True),
    ],
    ids=[
        "empty",
        "tiny",
        "small",
        "text",
        "noise",
        "a frame",
        "a frame that packs",
        "mostly noise",
        "long",
    ],
)
def test_what_saves_a_tenth_is_packed(tmp_path: Path, data: bytes, is_packed: bool) -> None:
    sent = form_of(data, tmp_path)
    assert (len(sent) < len(data)) is is_packed
    assert came(sent, data, tmp_path) == data


def test_what_looks_as_if_it_could_be_packed_and_cannot_goes_as_it_is(tmp_path: Path) -> None:
    """Both blocks that are tried are words, all else is noise."""
    noise = random.Random(2).randbytes(11 << 20)
    data = b"a" * (1 << 20) + noise + b"a" * (1 << 20) + noise
    assert len(form_of(data, tmp_path)) == len(data)


def unsized(data: bytes) -> bytes:
    made = zstandard.ZstdCompressor().compressobj()
    return made.compress(data) + made.flush()


def says(size: int) -> bytes:
    """A frame of words that says another size: the four bytes behind magic and descriptor."""
    whole = frame(WORDS)
    assert zstandard.frame_content_size(whole) == len(WORDS)
    assert whole[5:9] == len(WORDS).to_bytes(4, "little")
    return whole[:5] + size.to_bytes(4, "little") + whole[9:]


def flipped(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "sent",
    [
        frame(WORDS)[:-1],
        frame(WORDS)[:3],
        frame(WORDS)[:9],
        frame(WORDS) + b"x",
        frame(WORDS) + WORDS,
        frame(WORDS) * 2,
        frame(WORDS) + frame(b""),
        frame(b"") + frame(WORDS),
        frame(WORDS) + b"\x50\x2a\x4d\x18\x04\0\0\0free",
        frame(WORDS[:9999]) + frame(WORDS[9999:]),
        frame(frame(WORDS)),
        frame(WORDS[:-1]),
        frame(b"\0" * (64 << 20)),
        flipped(frame(WORDS)),
        unsized(WORDS),
        says(len(WORDS) - 1),
        says(len(WORDS) + 1),
        says(0),
        b"\x28\xb5\x2f\xfd",
        WORDS + frame(WORDS),
    ],
    ids=[
        "cut short", "magic cut", "only its header", "a byte behind", "bytes behind", "twice",
        "an empty one behind", "an empty one before", "a skippable one behind",
        "in two frames", "a frame in a frame", "of other bytes", "of many noughts", "damaged",
        "without a size", "says less", "says more", "says nothing", "only magic", "behind bytes",
    ],
)  # fmt: skip
def test_what_is_not_exactly_a_frame_of_the_content_never_arrives(
    tmp_path: Path, sent: bytes
) -> None:
    with pytest.raises(WrongContent):
        came(sent, WORDS, tmp_path)


def test_a_window_that_takes_much_memory_is_refused(tmp_path: Path) -> None:
    words = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    data = bytes(8)
    head = zstandard.ZstdCompressor(compression_params=words).compressobj(size=1 << 31)
    sent = head.compress(data) + head.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    assert zstandard.get_frame_parameters(sent).window_size == 1 << 30
    with pytest.raises(WrongContent, match="memory"):
        came(sent, data, tmp_path)


def test_a_file_that_is_another_content_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(WrongContent), packed(file_of(tmp_path, WORDS), "0" * 64, tmp_path / "d"):
        pytest.fail("it was given out")
    assert not list(tmp_path.glob("d/*"))


def test_a_copy_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    file = file_of(tmp_path, WORDS)
    with packed(file, oid_of(WORDS), file / "no folder") as form:
        assert form == file


def test_a_folder_filled_from_a_bucket_reads_the_same(tmp_path: Path) -> None:
    store = local.store(tmp_path / "store")
    place = tmp_path / "store/blobs" / key_of(oid_of(WORDS))
    place.parent.mkdir(parents=True)
    place.write_bytes(form_of(WORDS, tmp_path))
    assert got(store, key_of(oid_of(WORDS)), "", tmp_path) == WORDS
    store.upload(file_of(tmp_path, WORDS), key_of(oid_of(WORDS)))
    assert place.read_bytes() == WORDS


@pytest.mark.parametrize("what", ["read", "write"])
def test_who_lacks_the_library_is_told(tmp_path: Path, what: str) -> None:
    file = file_of(tmp_path, WORDS)
    sent = tmp_path / "sent"
    sent.write_bytes(frame(WORDS))
    asked = f"""
import sys; sys.modules["zstandard"] = None
from pathlib import Path
from git_anvcs.blobs.arriving import arriving
from git_anvcs.blobs.packing import packed
from git_anvcs.kernel.errors import AnvcsError
try:
    if {what!r} == "read":
        with arriving(Path({str(tmp_path)!r}) / "dest", {oid_of(WORDS)!r}) as arrival:
            arrival.write(Path({str(sent)!r}).read_bytes())
    else:
        with packed(Path({str(file)!r}), {oid_of(WORDS)!r}, Path({str(tmp_path)!r})):
            pass
except AnvcsError as error:
    print(error.message, error.hint, sep=" | ")
"""
    done = subprocess.run((sys.executable, "-c", asked), capture_output=True, check=True, text=True)
    assert "zstandard is not here" in done.stdout
    assert "pip install zstandard" in done.stdout
    assert not (tmp_path / "dest").exists()
