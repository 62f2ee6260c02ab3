"""Laws of differences: nothing is hidden, equal texts differ in nothing, a swap swaps.

The pairs are bases and sides from the laws of the mergers, so every format has them.
"""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
import pytest

from git_anvcs.merge.difference import across
from git_anvcs.merge.difference.compare import File, compare
from git_anvcs.merge.difference.item import ADDED, MOVED, REMOVED, Difference, covered
from git_anvcs.merge.lines import split
from tests.merge import (
    test_code_laws,
    test_json_laws,
    test_notebook_laws,
    test_python_laws,
    test_yaml_laws,
)
from tests.merge.entry_files import KINDS, Kind, trios

Pair = tuple[File, File]
Pairs = st.SearchStrategy[Pair]


def of_triples(path: str, triples: Callable[[], st.SearchStrategy]) -> Pairs:
    return triples().map(lambda one: (File(path, one.base), File(path, one.ours)))


def of_language(name: str) -> Pairs:
    look = test_code_laws.LOOKS[name]
    path = test_code_laws.options(name).path
    return test_code_laws.sides().map(
        lambda two: tuple(File(path, test_code_laws.written(look, one)) for one in two)
    )


def of_kind(kind: Kind) -> Pairs:
    return trios().map(
        lambda trio: tuple(
            File(kind.file, kind.write(model, notes).encode())
            for model, notes in zip(*(rows[:2] for rows in trio), strict=True)
        )
    )


TEXTS = st.lists(st.sampled_from([b"a\n", b"b\n", b" b\n", b"\n"])).map(b"".join)
FORMATS: dict[str, Pairs] = {
    "json": of_triples("x.json", test_json_laws.triples),
    "yaml": of_triples("x.yaml", test_yaml_laws.triples),
    "notebook": of_triples("x.ipynb", test_notebook_laws.triples),
    "python": of_triples("x.py", test_python_laws.sides),
    **{name: of_language(name) for name in test_code_laws.LOOKS},
    **{kind.name: of_kind(kind) for kind in KINDS},
    "text": st.tuples(TEXTS, TEXTS).map(lambda two: tuple(File("x.txt", one) for one in two)),
}
every_format = pytest.mark.parametrize("name", FORMATS)


def rest(text: bytes | None, told: set[int]) -> list[bytes]:
    return [line for place, line in enumerate(split(text or b"")) if place not in told]


def hides_nothing(found: Difference, old: File, new: File) -> bool:
    """Whether both versions are equal, line for line, outside of what is told."""
    here = covered(span for item in found.items for span in item.old)
    there = covered(span for item in found.items for span in item.new)
    return rest(old.data, here) == rest(new.data, there)


def names(found: Difference, change: str) -> list[tuple[str, str]]:
    return sorted((item.kind, item.where) for item in found.items if item.change == change)


@every_format
@settings(max_examples=20)
@given(data=st.data())
def test_what_is_not_told_is_equal(name: str, data: st.DataObject) -> None:
    old, new = data.draw(FORMATS[name])
    found = compare(old, new)
    assert hides_nothing(found, old, new)
    assert bool(found.items) == (old.data != new.data)
    assert compare(old, old).items == ()


@every_format
@settings(max_examples=20)
@given(data=st.data())
def test_a_file_that_comes_or_goes_is_told_whole(name: str, data: st.DataObject) -> None:
    old, new = data.draw(FORMATS[name])
    for one, other in ((old, File(old.path, None)), (File(old.path, None), new)):
        assert hides_nothing(compare(one, other), one, other)


@every_format
@settings(max_examples=20)
@given(data=st.data())
def test_what_is_added_is_removed_the_other_way_round(name: str, data: st.DataObject) -> None:
    old, new = data.draw(FORMATS[name])
    there, back = compare(old, new), compare(new, old)
    kinds = {kind for kind, _where in names(there, ADDED) + names(back, REMOVED)} - {"lines"}
    for kind in kinds:
        assert [one for one in names(there, ADDED) if one[0] == kind] == [
            one for one in names(back, REMOVED) if one[0] == kind
        ]


@settings(max_examples=10)
@given(data=st.data())
def test_what_goes_to_another_file_is_told_in_both(data: st.DataObject) -> None:
    old, new = data.draw(FORMATS["python"])
    body = b"def wanderer(one, two):\n    three = one + two\n    return call(three, one, two)\n"
    pairs = [
        (File("a.py", (old.data or b"") + b"\n\n" + body), File("a.py", new.data)),
        (File("b.py", b""), File("b.py", body)),
    ]
    found = across.compared(pairs)
    assert ("def", "def wanderer") in names(found[0], MOVED)
    assert ("def", "def wanderer") in names(found[1], MOVED)
    for one, (before, after) in zip(found, pairs, strict=True):
        assert hides_nothing(one, before, after)
