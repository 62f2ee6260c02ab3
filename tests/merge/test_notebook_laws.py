"""Laws of merging notebooks, over generated ones; every result is judged by nbformat itself."""

import json

from hypothesis import given
from hypothesis import strategies as st
import nbformat
import pytest

from git_anvcs.merge import checks, embedded, engine
from git_anvcs.merge.formats import notebook
from git_anvcs.merge.result import NotUnderstood, Options, Rules, Versions

LINES = st.sampled_from(
    [
        "import os",
        "import re",
        "x = 1",
        "x = 2",
        "print(x)",
        "def f():\n    return 1",
        "%time",
        "é",
        "",
    ]
)
PROSE = st.sampled_from(["# Title", "one two three four five six", "one 2 three four five 6", "ü"])
RUNS = st.sampled_from([None, "1", "2"])
METADATA = st.sampled_from([{}, {"tags": ["a"]}, {"tags": ["a", "b"]}, {"collapsed": True}])
LAYOUTS = st.sampled_from(
    [{"indent": 1}, {"indent": 4, "ensure_ascii": False}, {"indent": None}, {"indent": "\t"}]
)
OPTIONS = Options("x.ipynb", style="diff3")
NEVER_RUN = {"execution_count": None, "outputs": []}


@st.composite
def cells(draw: st.DrawFn, *, ids: bool) -> dict:
    if draw(st.booleans()):
        made = {
            "cell_type": "code",
            "metadata": draw(METADATA),
            "source": rows("\n".join(draw(st.lists(LINES, max_size=4)))),
            **run(draw),
        }
    else:
        text = "\n".join(draw(st.lists(PROSE, max_size=3)))
        made = {"cell_type": "markdown", "metadata": draw(METADATA), "source": rows(text)}
    if ids:
        made["id"] = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    return made


def run(draw: st.DrawFn) -> dict:
    said = draw(RUNS)
    if said is None:
        return NEVER_RUN
    output = {"output_type": "stream", "name": "stdout", "text": [said]}
    return {"execution_count": int(said), "outputs": [output]}


def rows(text: str) -> list[str]:
    return text.splitlines(keepends=True)


@st.composite
def triples(draw: st.DrawFn) -> Versions:
    """A base and two edits of it, in one layout."""
    ids = draw(st.booleans())
    base = distinct(draw(st.lists(cells(ids=ids), max_size=5)))
    sides = [edited(draw, base, ids=ids) for _ in range(2)]
    layout = draw(LAYOUTS)
    return Versions(*(text_of(one, layout, ids=ids) for one in (base, *sides)))


def edited(draw: st.DrawFn, base: list[dict], *, ids: bool) -> list[dict]:
    made = []
    for cell in base:
        one = dict(cell)
        change = draw(st.integers(0, 7))
        if change == 0:
            continue
        if change == 1:
            one["source"] = rows("".join(cell["source"]) + "\n" + draw(LINES))
        if change == 2 and cell["source"]:
            one["source"] = [draw(LINES) + "\n", *cell["source"][1:]]
        if change == 3 and cell["cell_type"] == "code":
            one |= run(draw)
        if change == 4:
            one["metadata"] = draw(METADATA)
        made.append(one)
    if draw(st.booleans()):
        made.insert(draw(st.integers(0, len(made))), draw(cells(ids=ids)))
    return distinct(made)


def distinct(made: list[dict]) -> list[dict]:
    """Without cells whose id is taken."""
    seen: set[str] = set()
    kept = [one for one in made if not (one.get("id") in seen or seen.add(one.get("id") or ""))]
    return kept if any("id" in one for one in made) else made


def text_of(made: list[dict], layout: dict, *, ids: bool) -> bytes:
    book = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 if ids else 4}
    return (json.dumps(book, **layout) + "\n").encode()


def different(texts: list[str]) -> bool:
    """Whether no line stands twice: of two equal ones nobody can say which is which."""
    lines = "\n".join(texts).split("\n")
    return len(set(lines)) == len(lines) and len(set(texts)) == len(texts)


def sources(text: bytes) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


@given(triples())
def test_every_result_is_a_valid_notebook_also_with_conflicts(versions: Versions) -> None:
    merged = engine.merge(versions, OPTIONS)
    for text in (merged.text, *merged.readings):
        nbformat.validate(json.loads(text))
    assert bool(merged.conflicts) == embedded.has_markers(merged.text)


@given(triples())
def test_no_source_line_of_either_side_vanishes(versions: Versions) -> None:
    merged = engine.merge(versions, OPTIONS)
    texts = checks.sides(merged, OPTIONS)
    assert notebook.conserved(versions, texts)
    new = {line for text in versions[1:] for one in sources(text) for line in one.split("\n")}
    old = {line for one in sources(versions.base) for line in one.split("\n")}
    there = "\n".join(line for text in texts for line in sources(text))
    for line in new - old:
        assert line in there


@given(triples())
def test_the_merge_by_meaning_passes_every_check(versions: Versions) -> None:
    merged = notebook.merge(versions, OPTIONS)
    assert checks.well_marked(merged, versions, OPTIONS), merged
    for text in checks.sides(merged, OPTIONS):
        assert not notebook.flaws(versions, text, OPTIONS), merged


@given(triples())
def test_one_sided_changes_stand_byte_for_byte(versions: Versions) -> None:
    base, ours, _ = versions
    assert notebook.merge(Versions(base, ours, base), OPTIONS).text == ours
    assert notebook.merge(Versions(base, ours, ours), OPTIONS).text == ours


@given(triples())
def test_what_theirs_alone_changed_is_all_of_theirs(versions: Versions) -> None:
    base, _, theirs = versions
    merged = notebook.merge(Versions(base, base, theirs), OPTIONS)
    assert not merged.conflicts
    assert json.loads(merged.text) == json.loads(theirs)


@given(triples())
def test_swapping_the_sides_changes_only_order_and_outputs(versions: Versions) -> None:
    base, ours, theirs = versions
    one, two = (
        engine.merge(Versions(base, *sides), OPTIONS) for sides in ((ours, theirs), (theirs, ours))
    )
    assert bool(one.conflicts) == bool(two.conflicts)
    if not one.conflicts:
        lines = [sorted("\n".join(sources(merged.text)).split("\n")) for merged in (one, two)]
        assert lines[0] == lines[1]


@given(triples())
def test_merging_the_result_again_changes_nothing(versions: Versions) -> None:
    merged = notebook.merge(versions, OPTIONS)
    if not merged.conflicts and all(map(different, map(sources, versions))):
        again = engine.merge(versions._replace(ours=merged.text), OPTIONS)
        assert sources(again.text) == sources(merged.text)


def test_a_magic_that_both_sides_put_in_place_of_an_import_stands_once() -> None:
    texts = ["import re", "import os\n%time", "%time"]
    books = [
        [{"cell_type": "code", "metadata": {}, "source": rows(text), "id": "k"} | NEVER_RUN]
        for text in texts
    ]
    merged = engine.merge(Versions(*(text_of(one, {}, ids=True) for one in books)), OPTIONS)
    assert sources(merged.text) == ["import os\n%time"]


@given(triples(), st.sampled_from(["ours", "theirs", "clear", "newest"]))
def test_an_output_stands_only_under_the_source_it_was_made_from(
    versions: Versions, policy: str
) -> None:
    merged = engine.merge(versions, OPTIONS._replace(rules=Rules(outputs=policy)))
    known = {
        ("".join(cell["source"]), json.dumps(cell["outputs"]))
        for text in versions
        for cell in json.loads(text)["cells"]
        if cell.get("outputs")
    }
    for text in checks.sides(merged, OPTIONS):
        for cell in json.loads(text)["cells"]:
            if cell.get("outputs"):
                assert ("".join(cell["source"]), json.dumps(cell["outputs"])) in known


@given(triples())
def test_crlf_stays(versions: Versions) -> None:
    texts = Versions(*(text.replace(b"\n", b"\r\n") for text in versions))
    merged = notebook.merge(texts, OPTIONS)
    assert merged.text == notebook.merge(versions, OPTIONS).text.replace(b"\n", b"\r\n")


@pytest.mark.parametrize(
    "text", [b"{}", b"[]", b'{"nbformat": 2, "nbformat_minor": 0}', b'{"nbformat": 4}', b"{,}"]
)
def test_what_is_no_notebook_is_merged_by_lines(text: bytes) -> None:
    with pytest.raises(NotUnderstood):
        notebook.merge(Versions(text, text, text), OPTIONS)


def test_the_driver_does_not_load_nbformat() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from git_anvcs.merge.registry import load_format; load_format('notebook');"
        "print(sorted({'nbformat', 'jsonschema', 'tree_sitter', 'difflib'} & set(sys.modules)))"
    )
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
