"""Laws of merging YAML, with ruamel.yaml as an independent reader."""

from collections import Counter
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from git_anvcs.merge import checks, engine
from git_anvcs.merge.formats import yaml as yaml_format
from git_anvcs.merge.result import NotUnderstood, Options, Versions
from tests.merge.test_json_laws import Values, edited
from tests.support.choices import Choices, chosen

SCALARS = (None, True, 1, 2, "x", "yes", "012", "two words", "# no", "l1\nl2\n")
YAMLS = Values(("a", "b", "c", "name", "id", "on"), SCALARS)
OBJECTS = chosen(lambda choose: YAMLS.mapping(choose, 1 + choose.below(4)), 100)
OPTIONS = Options("x.yaml", style="diff3")


def written(value: object, *, flow: bool, dash: int) -> bytes:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = flow
    yaml.sort_base_mapping_type_on_output = False
    yaml.indent(mapping=2, sequence=2 + dash, offset=dash)
    out = io.BytesIO()
    yaml.dump(value, out)
    return out.getvalue()


def read(text: bytes) -> object:
    return YAML(typ="safe", pure=True).load(text.decode())


def triples() -> st.SearchStrategy[Versions]:
    return chosen(_triple, 300)


def _triple(choose: Choices) -> Versions:
    flow, dash, comments = choose.below(6) == 1, choose.of([0, 2]), choose.below(2)
    base = YAMLS.mapping(choose, 1 + choose.below(4))
    sides = [edited(choose, base) or {"z": 1} for _ in range(2)]
    texts = [written(value, flow=flow, dash=dash) for value in (base, *sides)]
    if comments:
        texts = [commented(text) for text in texts]
    return Versions(*texts)


def commented(text: bytes) -> bytes:
    """A comment before some top-level keys, the same in each version."""
    lines = text.split(b"\n")
    marks = {b"a:": b"# about a", b"c:": b"# about c", b"na": b"\n# about name"}
    return b"\n".join(
        marks[line[:2]] + b"\n" + line if line[:2] in marks else line for line in lines
    )


def comments(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line.startswith(b"# about")]


@given(triples())
@example(Versions(b"b: null\n", b"b: null\n# about a\na: []\n", b"# about a\na: []\n"))
def test_every_result_is_yaml_and_keeps_both_sides(versions: Versions) -> None:
    merged = engine.merge(versions, OPTIONS)
    if merged.format != "yaml":
        return
    for text in checks.sides(merged, OPTIONS):
        assert isinstance(read(text), dict)
    if not merged.conflicts:
        counts = [yaml_format.tokens(version) for version in versions]
        assert not checks.lost(counts, yaml_format.tokens(merged.text))
        most = [Counter(comments(version)) for version in versions]
        for note, count in Counter(comments(merged.text)).items():
            assert count <= max(one[note] for one in most)


@given(triples())
def test_the_merge_by_meaning_is_yaml_with_markers_in_place(versions: Versions) -> None:
    try:
        merged = yaml_format.merge(versions, OPTIONS)
    except NotUnderstood:
        return
    assert checks.well_marked(merged, versions, OPTIONS)
    for text in checks.sides(merged, OPTIONS):
        read(text)
        assert not yaml_format.flaws(versions, text, OPTIONS)


@given(triples())
def test_one_sided_changes_mean_what_the_side_means(versions: Versions) -> None:
    base, ours, _ = versions
    for trio in ((base, ours, base), (base, base, ours), (base, ours, ours)):
        try:
            assert yaml_format.merge(Versions(*trio), OPTIONS).text == ours
        except NotUnderstood:
            assert engine.merge(Versions(*trio), OPTIONS).text == ours


@given(triples())
def test_swapping_the_sides_changes_only_the_order(versions: Versions) -> None:
    base, ours, theirs = versions
    one = engine.merge(Versions(base, ours, theirs), OPTIONS)
    two = engine.merge(Versions(base, theirs, ours), OPTIONS)
    if one.format == two.format == "yaml" and not one.conflicts and not two.conflicts:
        assert yaml_format.tokens(one.text) == yaml_format.tokens(two.text)


@given(triples())
@example(Versions(b"# a\na: 1\n", b"# a\na: 1\n# c\nc: 1\n", b"z: 1\n"))
def test_merging_the_result_again_changes_nothing(versions: Versions) -> None:
    try:
        merged = yaml_format.merge(versions, OPTIONS)
    except NotUnderstood:
        return
    if not merged.conflicts:
        again = yaml_format.merge(versions._replace(ours=merged.text), OPTIONS)
        assert again.text == merged.text


@given(OBJECTS, OBJECTS, OBJECTS, st.sampled_from([0, 2]))
def test_disjoint_keys_all_survive(one: dict, two: dict, three: dict, dash: int) -> None:
    base = {f"base_{key}": value for key, value in one.items()}
    ours = base | {f"ours_{key}": value for key, value in two.items()}
    theirs = base | {f"theirs_{key}": value for key, value in three.items()}
    texts = [written(value, flow=False, dash=dash) for value in (base, ours, theirs)]
    merged = engine.merge(Versions(*texts), OPTIONS)
    assert not merged.conflicts
    assert json.dumps(read(merged.text)) == json.dumps(read(texts[1]) | read(texts[2]))
