"""Indexes that real git made: read as git reads them, and byte for byte what they were."""

import os
from pathlib import Path
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.git import index_file
from git_anvcs.git.index_file import Change, NotPatchable, Stat
from tests.support.sandbox import Sandbox, newer_git

KEYS = ("ctime", "mtime", "dev", "ino", "uid", "gid", "size")
NAMES = st.one_of(
    st.text("ab-. é\t\n%", min_size=1, max_size=5),
    st.sampled_from(["x" * 20, "long" * 40, "y" * 4090, "z" * 5000]),
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


def fits(path: str) -> bool:
    return not any(step in (".", "..") for step in path.split("/"))


@pytest.fixture(params=["sha1", "sha256"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Sandbox, str]:
    repo = Sandbox(tmp_path, init=False)
    repo.root.mkdir()
    repo.git("init", "-q", f"--object-format={request.param}")
    repo.git("config", "index.recordEndOfIndexEntries", "true")
    repo.git("config", "index.recordOffsetTable", "true")
    return repo, request.param


def index(repo: Sandbox) -> bytes:
    return (repo.root / ".git/index").read_bytes()


def listed(repo: Sandbox, data: bytes, form: str) -> list[tuple[str, ...]]:
    """What we read, as `ls-files --stage --debug` shows it."""
    found = []
    for entry in index_file.parse(data, form).entries:
        facts = index_file.stat_of(data, entry)
        times = (f"{facts.ctime}:{facts.ctime_ns}", f"{facts.mtime}:{facts.mtime_ns}")
        path = os.fsdecode(entry.path)
        name = (f"{entry.mode:06o} {entry.oid} {entry.stage}", path)
        found.append((*name, *times, *(str(number) for number in facts[4:])))
    return found


def by_git(repo: Sandbox) -> list[tuple[str, ...]]:
    rows = repo.git("ls-files", "--stage", "--debug", "-z")
    facts = "".join(rf"\s+{key}: (\S+)" for key in KEYS)
    pattern = rf"(\d+ \w+ \d)\t([^\0]*)\0{facts}\s+flags: \w+\n"
    return re.findall(pattern, rows)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(PATHS.filter(fits), max_size=8, unique=True),
    st.sampled_from([2, 3, 4]),
    st.lists(st.booleans(), min_size=8, max_size=8),
)
def test_what_is_read_is_what_git_reads_and_written_it_is_the_same(
    made: tuple[Sandbox, str], paths: list[str], version: int, skipped: list[bool]
) -> None:
    repo, form = made
    (repo.root / ".git/index").unlink(missing_ok=True)
    oid = "ab" * index_file.OID_SIZES[form]
    rows = "".join(f"100644 {oid}\t{path}\0" for path in paths)
    repo.git("update-index", "-z", "--replace", "--index-info", stdin=rows)
    hidden = [path for path, skip in zip(paths, skipped, strict=False) if skip]
    names = "".join(f"{path}\0" for path in hidden)
    repo.run("git", "update-index", "--skip-worktree", "-z", "--stdin", stdin=names)
    repo.git("update-index", "--index-version", str(version), "--force-write-index")
    data = index(repo)

    found = index_file.parse(data, form)

    assert listed(repo, data, form) == by_git(repo)
    changes = [
        Change(os.fsdecode(entry.path), entry.oid, index_file.stat_of(data, entry), entry.oid)
        for entry in found.entries
    ]
    same = index_file.patched(data, form, changes)
    assert same.data == data
    assert same.applied == {change.path for change in changes}
    new = [change._replace(stat=Stat(*range(9)), oid="cd" * (len(oid) // 2)) for change in changes]
    (repo.root / ".git/index").write_bytes(index_file.patched(data, form, new[::2]).data)
    every = {change.path for change in new[::2]}
    for row in by_git(repo):
        assert (row[2:] == ("0:1", "2:3", "4", "5", "6", "7", "8")) == (row[1] in every)
        assert ("cd" in row[0]) == (row[1] in every)


def test_another_object_id_makes_of_the_cache_of_trees_what_git_makes_of_it(
    made: tuple[Sandbox, str],
) -> None:
    repo, form = made
    files = dict.fromkeys(("a", "b/c", "b/d/e", "b/d/f/g", "h/i", "z"), "x\n")
    repo.commit("one", files)
    oid = repo.git("hash-object", "-w", "--stdin", stdin="new\n").strip()
    before = index_file.parse(index(repo), form)
    assert {one.name for one in before.extensions} >= {b"TREE", b"EOIE"}
    old = before.entries[0].oid
    changes = [Change(path, old, oid=oid) for path in ("b/d/e", "z")]
    ours = index_file.patched(index(repo), form, changes).data

    for path in ("b/d/e", "z"):
        repo.git("update-index", "--cacheinfo", f"100644,{oid},{path}")

    assert index_file.parse(ours, form).extensions == index_file.parse(index(repo), form).extensions
    tree = repo.git("write-tree")
    (repo.root / ".git/index").write_bytes(ours)
    assert repo.git("write-tree") == tree


def test_a_checksum_that_was_left_out_stays_so(tmp_path: Path) -> None:
    repo = Sandbox(tmp_path, **newer_git(tmp_path / "newer"))
    repo.git("config", "index.skipHash", "true")
    repo.commit("one", {"a": "x\n"})
    data = index(repo)
    entry = index_file.parse(data, "sha1").entries[0]

    new = index_file.patched(data, "sha1", [Change("a", entry.oid, Stat(*range(9)))]).data

    assert not index_file.parse(data, "sha1").hashed
    assert new[-20:] == bytes(20)
    assert new != data


def test_conflicts_and_other_versions_are_left_as_they_are(repo: Sandbox) -> None:
    base = repo.commit("base", {"a": "1\n", "b": "1\n"})
    repo.commit("ours", {"a": "2\n"})
    repo.git("checkout", "-q", "-b", "other", base)
    repo.commit("theirs", {"a": "3\n"})
    assert repo.run("git", "merge", "main").returncode == 1
    data = index(repo)
    entries = index_file.parse(data, "sha1").entries
    assert sorted(entry.stage for entry in entries) == [0, 1, 2, 3]

    changes = [Change(os.fsdecode(one.path), one.oid, Stat(*range(9))) for one in entries[:3]]
    done = index_file.patched(data, "sha1", [*changes, Change("b", "00" * 20, Stat(*range(9)))])

    assert done == (data, frozenset())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("update-index", "--split-index"), "split"),
        (("sparse-checkout", "set", "--cone", "--sparse-index", "a"), "sparse"),
    ],
)
def test_what_only_git_can_change_is_refused(
    repo: Sandbox, words: tuple[str, ...], said: str
) -> None:
    repo.commit("one", {"a/x": "x\n", "b/y": "y\n"})
    repo.git(*words)

    with pytest.raises(NotPatchable, match=said):
        index_file.patched(index(repo), "sha1", [])


@pytest.mark.parametrize(("size", "kept"), [(1 << 32, 0), ((1 << 32) + 5, 5), (7, 7)])
def test_sizes_and_times_are_cut_to_32_bits(tmp_path: Path, size: int, kept: int) -> None:
    file = tmp_path / "file"
    file.touch()
    os.truncate(file, size)
    os.utime(file, ns=(0, -1))

    found = index_file.as_git_keeps(file.stat())

    assert found.size == kept
    assert (found.mtime, found.mtime_ns) == (0xFFFFFFFF, 999_999_999)


def test_a_damaged_index_is_refused_and_never_given_a_new_checksum(repo: Sandbox) -> None:
    repo.commit("one", {"a": "x\n", "b/c": "x\n"})
    data = index(repo)
    for cut in range(len(data)):
        with pytest.raises(NotPatchable):
            index_file.patched(data[:cut], "sha1", [])
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 4
        with pytest.raises(NotPatchable):
            index_file.patched(bytes(flipped), "sha1", [])
    unsigned = data[:-20] + bytes(20)  # no checksum to tell: cuts at least
    whole = index_file.parse(data, "sha1").end  # what follows may be left out
    for cut in {*range(13, len(data) - 20)} - {whole}:
        with pytest.raises(NotPatchable):
            index_file.patched(unsigned[:cut] + bytes(20), "sha1", [])
