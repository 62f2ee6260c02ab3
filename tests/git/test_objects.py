"""Objects written as one pack and read back, checked by Git itself."""

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.git import objects
from git_anvcs.git.objects import Entry, Object
from git_anvcs.git.repo import Repo
from tests.support.sandbox import Sandbox


@given(
    st.sampled_from([20, 32]),
    st.dictionaries(
        st.binary(min_size=1, max_size=9).filter(lambda name: not {0, 47} & {*name}),
        st.tuples(st.sampled_from([b"100644", b"40000"]), st.binary(min_size=32, max_size=32)),
    ),
)
def test_ids_in_a_tree_are_those_of_its_entries(
    size: int, found: dict[bytes, tuple[bytes, bytes]]
) -> None:
    oids = {name: oid[:size].hex() for name, (_, oid) in found.items()}
    data = objects.tree_data(Entry(found[name][0], name, oid) for name, oid in oids.items())

    assert objects.ids_in(Object("0" * 2 * size, "tree", data)) == oids


@pytest.mark.parametrize("count", [1, 90, 300])
def test_objects_written_in_one_go_are_what_git_would_have_made(repo: Sandbox, count: int) -> None:
    found = Repo.discover(repo.root)
    blobs = [objects.make(found, "blob", os.urandom(i)) for i in range(count)]
    entries = [Entry(b"100644", str(i).encode(), b.oid) for i, b in enumerate(blobs)]
    inner = objects.make(found, "tree", objects.tree_data(entries))
    outer = objects.make(
        found, "tree", objects.tree_data([Entry(b"40000", b"d", inner.oid), entries[0]])
    )
    objects.write(found, [*blobs, inner, outer])
    assert objects.read(found, [b.oid for b in blobs]) == blobs
    assert objects.tree_entries(found, outer.data)[0].name == b"0"
    repo.git("fsck", "--strict")
    assert repo.git("cat-file", "-p", f"{outer.oid}:d/0", stdin=b"") == ""


def test_a_name_that_stands_for_nothing_is_none(repo: Sandbox) -> None:
    commit = repo.commit("one", {"a": "1"})
    found = objects.read(
        Repo.discover(repo.root), ["HEAD", "no such thing", "HEAD:a", "HEAD:b", "0" * 40]
    )
    assert [o and o.kind for o in found] == ["commit", None, "blob", None, None]
    assert found[0] is not None
    assert found[0].oid == commit


def test_trees_sort_as_git_sorts_them(repo: Sandbox) -> None:
    repo.commit("one", {"a.b": "1", "a/x": "2", "a-b": "3", "ab": "4"})
    found = Repo.discover(repo.root)
    [tree] = objects.read(found, ["HEAD^{tree}"])
    assert tree is not None
    assert objects.tree_data(reversed(objects.tree_entries(found, tree.data))) == tree.data


def test_nothing_is_started_for_nothing(tmp_path: Path) -> None:
    broken = Repo(tmp_path, tmp_path, tmp_path, bare=False)
    assert objects.read(broken, []) == []
    objects.write(broken, [])
