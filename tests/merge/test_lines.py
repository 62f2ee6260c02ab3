"""The line merge against real `git merge-file`, byte by byte, and its laws."""

from pathlib import Path
import random
import subprocess

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.kernel.diff import changes
from git_anvcs.merge import lines, markers
from git_anvcs.merge.result import Labels, Merged, Options, Versions

LINES = st.sampled_from([b"a\n", b"b\n", b"c\n", b"{\n", b"}\n", b"\n", b"d\r\n", b"e\0\n", b"f\r"])
TEXTS = st.lists(LINES, max_size=12).map(b"".join)
LABELS = ("-L", "ours", "-L", "base", "-L", "theirs")


def git_merge_file(folder: Path, versions: Versions, style: str) -> tuple[bytes, bool]:
    for name, text in zip(versions._fields, versions, strict=True):
        (folder / name).write_bytes(text)
    names = ("ours", "base", "theirs")
    argv = ["git", "merge-file", "-p", *LABELS, *names]
    argv[2:2] = [] if style == "merge" else [f"--{style}"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
    return done.stdout, done.returncode != 0


def edited(rng: random.Random, text: list[bytes], words: list[bytes]) -> list[bytes]:
    text = list(text)
    for _ in range(rng.randint(0, 3)):
        place, size = rng.randint(0, len(text)), rng.randint(1, 3)
        cut = rng.choice([0, size, size])
        new = rng.choice([0, size, size])
        text[place : place + cut] = [rng.choice(words) for _ in range(new)]
    return text


def triple(seed: int) -> Versions:
    rng = random.Random(seed)
    words = [b"line %d\n" % n for n in range(rng.choice([4, 30]))] + [b"}\n", b"\n", b"crlf\r\n"]
    base = [rng.choice(words) for _ in range(rng.randint(0, 25))]
    sides = [base, edited(rng, base, words), edited(rng, base, words)]
    texts = [b"".join(side) for side in sides]
    return Versions(*(text[:-1] if rng.random() < 0.1 else text for text in texts))


@pytest.mark.parametrize("style", ["merge", "diff3", "zdiff3"])
def test_the_bytes_are_gits_own_when_texts_are_random(style: str, tmp_path: Path) -> None:
    for seed in range(100):
        versions = triple(seed)
        merged = lines.merge(versions, Options(style=style))
        expected = git_merge_file(tmp_path, versions, style)
        assert (merged.text, bool(merged.conflicts)) == expected, versions


@given(TEXTS, TEXTS)
def test_one_side_wins_byte_for_byte_when_only_it_changed(base: bytes, side: bytes) -> None:
    assert lines.merge(Versions(base, base, side), Options()).text == side
    assert lines.merge(Versions(base, side, base), Options()).text == side
    assert lines.merge(Versions(base, side, side), Options()) == Merged(side, (), (), "text")


@given(TEXTS, TEXTS, TEXTS)
def test_swapping_the_sides_swaps_the_conflicts_when_merged(
    base: bytes, ours: bytes, theirs: bytes
) -> None:
    one = lines.merge(Versions(base, ours, theirs), Options(style="diff3"))
    two = lines.merge(Versions(base, theirs, ours), Options(style="diff3"))
    assert [c.line for c in one.conflicts[:1]] == [c.line for c in two.conflicts[:1]]
    swapped = [c._replace(ours=c.theirs, theirs=c.ours).kind for c in two.conflicts]
    assert len(one.conflicts) == len(swapped)
    if not one.conflicts:
        assert one.text == two.text


@given(TEXTS, TEXTS)
def test_changes_make_one_sequence_of_the_other_when_applied(one: bytes, two: bytes) -> None:
    a, b = lines.split(one), lines.split(two)
    made, at = [], 0
    for change in changes(a, b):
        made += a[at : change.a0] + b[change.b0 : change.b1]
        at = change.a1
    assert made + a[at:] == b


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["diff3", "merge", "zdiff3"]))
def test_markers_read_back_as_the_chunks_when_rendered(
    base: bytes, ours: bytes, theirs: bytes, style: str
) -> None:
    versions = Versions(*(text + b"\n" for text in (base, ours, theirs)))
    merged = lines.merge(versions, Options(style=style, labels=Labels("b", "o x", "t")))
    parsed = markers.parse(merged.text)
    clashes = [chunk for chunk in parsed.chunks if chunk.kind == "conflict"]
    assert len(clashes) == len(merged.conflicts) == len(parsed.labels)
    assert all(label[1:] == ("o x", "t") for label in parsed.labels)
    texts = lines.Texts(*parsed.texts)
    again, placed = markers.render(
        texts, parsed.chunks, Options(style=style, labels=Labels("b", "o x", "t"))
    )
    assert [place.line for place in placed] == [one.line for one in merged.conflicts]
    assert again.replace(b"\r", b"") == merged.text.replace(b"\r", b"")


def test_conflict_lines_point_at_the_markers_when_there_are_several() -> None:
    versions = Versions(b"1\na\nb\nc\nd\n2\n", b"x\na\nb\nc\nd\ny\n", b"p\na\nb\nc\nd\nq\n")
    merged = lines.merge(versions, Options())
    rows = merged.text.split(b"\n")
    assert [rows[one.line - 1] for one in merged.conflicts] == [b"<<<<<<< ours"] * 2


@pytest.mark.parametrize(
    "text",
    [
        b"<<<<<<< a\nx\n",
        b">>>>>>> a\n",
        b"<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> c\n",
        b"<<<<<<< a\n=======\n||||||| b\n<<<<<<< x\n",
    ],
)
def test_a_broken_set_of_markers_is_an_error_when_read(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"line \d"):
        markers.parse(text)


def test_twenty_thousand_hostile_lines_end_in_bounded_steps() -> None:
    rng = random.Random(1)
    words = [b"a\n", b"b\n", b"}\n", b"\n"]
    sides = [b"".join(rng.choice(words) for _ in range(5_000)) for _ in range(3)]
    merged = lines.merge(Versions(*sides), Options())
    assert merged.conflicts
