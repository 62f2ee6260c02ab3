"""Files that nobody would call well made, through the strategy: what Git leaves, or better."""

import json
from pathlib import Path

import pytest

from tests.drivers.support import BASE, OURS_CLASH, THEIRS_CLASH, pretty, two_sides
from tests.drivers.test_strategy_as_ort import agree
from tests.support.sandbox import Sandbox


@pytest.fixture
def repo(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def merge(repo: Sandbox, code: int) -> None:
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "-m", "both")
    assert done.returncode == code, done.stdout + done.stderr


def nested(depth: int, leaf: str) -> str:
    return "[" * depth + "\n" + json.dumps(leaf) + "\n" + "]" * depth + "\n"


LATIN = 'NAME = "café of {}"\n'
MARKED = "a = 1\n<<<<<<< here\nb = 2\n=======\nb = 3\n>>>>>>> there\nc = {}\n"
SAME_AS_GIT = {
    "latin.py": (LATIN.format("all").encode("latin-1"), LATIN.format("ours").encode("latin-1"),
                 LATIN.format("theirs").encode("latin-1")),
    "nul.json": (b'{"a": "\0"}\n', b'{"a": "\0ours"}\n', b'{"a": "\0theirs"}\n'),
    "marked.py": tuple(MARKED.format(number).encode() for number in range(3)),
    "deep.json": tuple(nested(5000, name).encode() for name in ("base", "ours", "theirs")),
    "broken.json": (b'{"a": 1', b'{"a": 2', b'{"a": 3'),
    "empty.py": (b"", b"a = 1\n", b"a = 2\n"),
    "no newline.py": (b"a = 1", b"a = 2", b"a = 3"),
}  # fmt: skip


def test_what_cannot_be_understood_is_as_git_leaves_it(repo: Sandbox) -> None:
    two_sides(
        repo,
        *({name: versions[side] for name, versions in SAME_AS_GIT.items()} for side in range(3)),
    )
    code, left = agree(repo)
    assert code == 1
    assert left["index"].count("latin.py") == 3


@pytest.mark.parametrize("depth", [200, 900])
def test_deep_nesting_is_merged_or_left_to_lines(repo: Sandbox, depth: int) -> None:
    """Both sides add a key at the bottom."""
    inner = {"base": 0}
    sides = [{**inner, name: 1} for name in ("ours", "theirs")]
    texts = []
    for value in (inner, *sides):
        text = json.dumps(value, indent=1)
        for _ in range(depth):
            text = '{"k":\n' + text + "\n}"
        texts.append({"a.json": text + "\n"})
    two_sides(repo, *texts)
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "-m", "both")
    text = repo.read("a.json")
    assert '"ours": 1' in text
    assert '"theirs": 1' in text
    assert ("<<<<<<<" in text) == (done.returncode == 1)


def test_crlf_stays_and_merges_by_meaning(repo: Sandbox) -> None:
    base, ours, theirs = (
        pretty(**keys).replace("\n", "\r\n")
        for keys in ({"n": 0}, {"n": 0, "ours": 1}, {"n": 0, "theirs": 2})
    )
    two_sides(repo, {"a.json": base}, {"a.json": ours}, {"a.json": theirs})
    merge(repo, 0)
    text = (repo.root / "a.json").read_bytes()
    assert json.loads(text) == {"n": 0, "ours": 1, "theirs": 2}
    assert text.count(b"\r\n") == text.count(b"\n")


def test_one_side_turned_line_ends_the_other_edited(repo: Sandbox) -> None:
    text = pretty(**{f"k{number}": number for number in range(9)})
    ours, theirs = text.replace("\n", "\r\n"), text.replace('"k4": 4', '"k4": 44')
    two_sides(repo, {"a.json": text}, {"a.json": ours}, {"a.json": theirs})
    done = repo.run("git", "merge", "-s", "anvcs", "feature", "-m", "both")
    left = repo.read("a.json")
    assert "44" in left
    assert done.returncode == 0 or "<<<<<<<" in left


def test_a_link_or_a_folder_in_place_of_a_file_of_a_format(repo: Sandbox) -> None:
    two_sides(
        repo,
        {"a.json": BASE, "b.json": BASE, "z": "1"},
        {"a.json": OURS_CLASH, "b.json": OURS_CLASH},
        {"z": "2"},
    )
    repo.git("switch", "-q", "feature")
    for name in ("a.json", "b.json"):
        (repo.root / name).unlink()
    (repo.root / "a.json").symlink_to("z")
    repo.commit("other kinds", {"b.json/inner": "now a folder\n"})
    repo.git("switch", "-q", "main")
    assert agree(repo)[0] == 1


def test_modes_that_both_changed_stay_open(repo: Sandbox) -> None:
    two_sides(repo, {"a.json": BASE}, {"a.json": OURS_CLASH}, {"a.json": THEIRS_CLASH})
    (repo.root / "a.json").chmod(0o755)
    repo.commit("runs")
    merge(repo, 1)
    modes = [row.split()[0] for row in repo.git("ls-files", "-u").splitlines()]
    assert modes == ["100644", "100755", "100644"]
    assert (repo.root / "a.json").stat().st_mode & 0o100


def test_a_huge_file_is_merged_by_lines_alone(repo: Sandbox) -> None:
    lines = [f'"k{number}": "{"x" * 90}"' for number in range(120_000)]
    texts = []
    for side in ("base", "ours", "theirs"):
        own = [*lines[:60_000], f'"clash": "{side}"', *lines[60_000:]]
        texts.append({"big.json": "{\n" + ",\n".join(own) + "\n}\n"})
    two_sides(repo, *texts)
    merge(repo, 1)
    text = repo.read("big.json")
    assert '"clash": "ours"' in text
    assert '"clash": "theirs"' in text
    assert len(repo.git("ls-files", "-u").splitlines()) == 3
