"""Facts of files: what each kind says of itself, and that hostile files say it safely."""

from pathlib import Path
import pickle
import sys
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.blobs.apart import LOOK, GaveUp, Limits, ask
from git_anvcs.blobs.media.describe import READERS, describe
from git_anvcs.blobs.media.facts import LONGEST, MOST, Facts, changes
from tests.blobs.samples import MAKERS

EXPECTED: dict[str, Facts] = {
    "photo.jpg": {
        "kind": "image",
        "format": "JPEG",
        "width": 64,
        "height": 48,
        "dpi": "72 x 72",
        "exif FocalLength": "35.0",
        "exif Make": "Maker\ufffd[2J",
    },
    "moving.gif": {"format": "GIF", "frames": 2},
    "two.pdf": {"kind": "pdf", "pages": 2, "page sizes": "72 x 144", "about Title": "Two pages"},
    "sound.wav": {
        "kind": "media",
        "container": "Wave",
        "seconds": 0.5,
        "audio 1 codec": "PCM",
        "audio 1 channels": 2,
        "audio 1 samples a second": 8000,
    },
    "film.mp4": {
        "container": "MPEG-4",
        "video 1 codec": "MPEG-4 Visual",
        "video 1 width": 64,
        "video 1 frames": 6,
        "video 1 seconds": 0.5,
    },
    "model.safetensors": {
        "tensors": 2,
        "parameters": 9,
        "metadata format": "np",
        "tensor b": "F16 [3]",
        "tensor w": "F32 [2, 3]",
    },
    "model.onnx": {
        "producer": "tests",
        "graph": "small",
        "nodes": 1,
        "weights": 1,
        "parameters": 4,
        "input x": "float32 [batch, 3]",
        "output y": "float32 [?, 3]",
        "operator Relu": 1,
        "operators of ai.onnx": 17,
        "metadata licence": "none",
    },
    "model.pt": {
        "kind": "zip",
        "format": "PyTorch",
        "tensors": 1,
        "parameters": 6,
        "tensor state_dict.weight": "Float [2, 3]",
    },
    "old.pth": {"format": "PyTorch, before 1.6", "tensor state_dict.weight": "Float [2, 3]"},
    "trap.pkl": {
        "format": "pickle",
        "value": "dict",
        "unpickling would also call": "posix.system",
    },
    "array.npy": {"type": "<f4", "shape": "[3, 4]", "elements": 12},
    "arrays.npz": {"format": "NumPy arrays", "array x": "<i8 [3]"},
    "table.parquet": {
        "rows": 3,
        "columns": 3,
        "compression": "SNAPPY",
        "column id": "int64",
        "column seen": "timestamp[ns]",
    },
    "table.arrow": {"kind": "arrow", "rows": 3, "column name": "string"},
    "table.csv": {
        "rows": 3,
        "columns": 4,
        "separator": ",",
        "column id": "text",
        "column day": "date",
        "column score": "number",
    },
    "table.jsonl": {"rows": 2, "column id": "number", "column n": "text", "column x": "list"},
    "data.db": {
        "tables": 1,
        "table t": "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)",
        "view v": "CREATE VIEW v AS SELECT a FROM t",
        "rows of t": 2,
    },
    "packed.tar.gz": {
        "kind": "tar",
        "entries": 2,
        "file folder/a.txt": "5 bytes, mode 644",
        "file link": "link to ../../etc/passwd",
    },
    "zipped.zip": {"entries": 1, "file ../a.txt": "5 bytes, crc 3610a686"},
}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    for name, make in MAKERS.items():
        make(folder / name)
    return folder


def written(folder: Path, name: str, data: bytes) -> Path:
    file = folder / name
    file.write_bytes(data)
    return file


@pytest.mark.parametrize("name", MAKERS)
def test_a_file_of_each_kind_says_what_it_is(tmp_path: Path, samples: Path, name: str) -> None:
    facts = describe(written(tmp_path, name, (samples / name).read_bytes()))
    assert {one: facts.get(one) for one in EXPECTED[name]} == EXPECTED[name]
    assert "problem" not in facts
    assert list(tmp_path.iterdir()) == [tmp_path / name], "nothing is unpacked, run or left"


def test_every_reader_has_a_sample(samples: Path) -> None:
    kinds = {describe(samples / name)["kind"] for name in MAKERS}
    assert set(READERS) == kinds


FEW = settings().max_examples // 4  # of each of many files
OURS = ["model.safetensors", "model.onnx", "model.pt", "old.pth", "array.npy", "table.csv"]


@pytest.mark.parametrize("name", [*OURS, "table.jsonl", "packed.tar.gz", "zipped.zip", "data.db"])
@settings(max_examples=FEW)
@given(
    edits=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=4),
    cut=st.one_of(st.none(), st.integers(0, 1 << 16)),
)
def test_a_damaged_file_is_told_and_nothing_else_happens(
    tmp_path_factory: pytest.TempPathFactory,
    samples: Path,
    name: str,
    edits: list[tuple[int, int]],
    cut: int | None,
) -> None:
    damaged = bytearray((samples / name).read_bytes())
    for place, byte in edits:
        damaged[place % len(damaged)] = byte
    if cut is not None:
        del damaged[cut % len(damaged) :]
    file = written(tmp_path_factory.getbasetemp(), f"damaged.{name}", bytes(damaged))
    facts = describe(file, name)
    assert facts["bytes"] == len(damaged)
    assert len(facts) <= MOST + 1
    assert all(len(str(one)) <= LONGEST + 1 for one in facts.values())


@pytest.mark.parametrize("name", ["photo.jpg", "two.pdf", "film.mp4", "table.parquet"])
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_file_cut_off_in_the_middle_gives_facts_or_a_sentence(
    tmp_path: Path, samples: Path, name: str, part: float
) -> None:
    whole = (samples / name).read_bytes()
    facts = describe(written(tmp_path, name, whole[: int(len(whole) * part)]))
    assert facts["bytes"] == int(len(whole) * part)


def test_a_pickle_is_never_unpickled(tmp_path: Path, samples: Path) -> None:
    file = written(tmp_path, "trap.pt", (samples / "trap.pkl").read_bytes())
    assert "posix.system" in str(describe(file)["unpickling would also call"])
    nested: object = ()
    for _ in range(200):
        nested = (nested, nested)
    doubled = describe(written(tmp_path, "deep.pkl", pickle.dumps([nested])))
    assert doubled["items"] == 1
    assert not Path("caught").exists()


def test_a_header_longer_than_the_file_is_not_read(tmp_path: Path) -> None:
    file = written(tmp_path, "a.safetensors", (1 << 62).to_bytes(8, "little") + b"{}")
    assert "longer than the file" in str(describe(file)["problem"])


def test_what_a_zip_file_unpacks_to_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "bomb.pt"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(65 << 20))
    assert "longer than is looked at" in str(describe(file)["problem"])


def test_a_reader_that_takes_too_much_is_ended(tmp_path: Path) -> None:
    rows = "".join(f"{number},x\n" for number in range(400_000))
    file = written(tmp_path, "large.csv", f"a,b\n{rows}".encode())
    with pytest.raises(GaveUp, match="1 s of processor time"):
        ask(file, file.name, "fingerprint", Limits(1, 4 << 30))
    with pytest.raises(GaveUp):
        ask(file, file.name, "describe", Limits(5, 1 << 20))


def test_apart_a_file_says_the_same(tmp_path: Path, samples: Path) -> None:
    for name in ("photo.jpg", "table.parquet"):
        file = written(tmp_path, name, (samples / name).read_bytes())
        assert ask(file, name, "describe", LOOK) == describe(file)


VALUES = st.one_of(st.text(max_size=3), st.integers(-3, 3), st.booleans(), st.floats(-2, 2))
FACTS = st.dictionaries(st.sampled_from("abcde"), VALUES)


@settings(max_examples=FEW)
@given(before=FACTS, after=FACTS)
def test_changes_lead_from_the_one_to_the_other(before: Facts, after: Facts) -> None:
    found = dict(before)
    for change in changes(before, after):
        found.pop(change.name, None)
        if change.after is not None:
            found[change.name] = change.after
    assert found == after
    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in after.items()
    }
    assert changes(after, after) == []


@pytest.mark.parametrize(
    ("name", "module", "library"),
    [
        ("photo.jpg", "PIL", "Pillow"),
        ("film.mp4", "pymediainfo", "pymediainfo"),
        ("two.pdf", "pypdf", "pypdf"),
        ("table.parquet", "pyarrow", "pyarrow"),
    ],
)
def test_a_library_that_is_not_installed_is_told_with_what_adds_it(
    samples: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, library: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    said = str(describe(samples / name)["problem"])
    assert said.startswith(f"the library {library} is not installed")
    assert "pip install 'git-anvcs[media]'" in said


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (bytes(n % 255 + 1 for n in range(600)), "binary"),  # no NUL
        (b"weights \x02", "binary"),
        ("größe\tin\r\nUTF-8\f\x1b[1m".encode(), "text"),
        ("größe".encode("latin-1"), "text"),
        (b"", "text"),
    ],
)
def test_what_text_never_has_is_binary(tmp_path: Path, content: bytes, kind: str) -> None:
    file = tmp_path / "file.bin"
    file.write_bytes(content)
    assert describe(file)["kind"] == kind
