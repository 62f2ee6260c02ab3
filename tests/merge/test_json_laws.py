"""Laws of merging JSON, over values written in many ways."""

from collections.abc import Sequence
import json
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from git_anvcs.merge import checks, engine, markers
from git_anvcs.merge.data import json_text
from git_anvcs.merge.formats import json as json_format
from git_anvcs.merge.result import NotUnderstood, Options, Versions
from tests.support.choices import Choices, chosen

KEYS = ("a", "b", "c", "name", "id", "é", 'q"')
SCALARS = (None, False, True, 0, 1, 2, 1.0, "", "x", "ü", "1")
DEPTH = 3
LAYOUTS = (
    {"indent": 2},
    {"indent": 4, "ensure_ascii": False},
    {"indent": "\t"},
    {"indent": None},
    {"separators": (",", ":")},
)


class Values(NamedTuple):
    """Of what values are made."""

    keys: Sequence[str] = KEYS
    scalars: Sequence[object] = SCALARS

    def one(self, choose: Choices, depth: int = DEPTH) -> object:
        if not depth or not choose.below(2):
            return choose.of(self.scalars)
        if choose.below(2):
            return self.mapping(choose, choose.below(5), depth - 1)
        return [self.one(choose, depth - 1) for _ in range(choose.below(5))]

    def mapping(self, choose: Choices, size: int, depth: int = DEPTH) -> dict[str, object]:
        return {choose.of(self.keys): self.one(choose, depth) for _ in range(size)}


JSON = Values()
OBJECTS = chosen(lambda choose: JSON.mapping(choose, choose.below(6)), 100)


def triples() -> st.SearchStrategy[Versions]:
    """A base and two edits of it, all in one layout."""
    return chosen(_triple, 300)


def _triple(choose: Choices) -> Versions:
    layout, windows = choose.of(LAYOUTS), choose.below(2)
    base = JSON.mapping(choose, choose.below(6))
    sides = [edited(choose, base) for _ in range(2)]
    texts = [json.dumps(value, **layout) + "\n" for value in (base, *sides)]  # type: ignore[arg-type]
    if windows:
        texts = [text.replace("\n", "\r\n") for text in texts]
    return Versions(*(text.encode() for text in texts))


def edited(choose: Choices, value: object) -> object:
    if isinstance(value, dict):
        made = {k: edited(choose, v) for k, v in value.items() if choose.below(6)}
        if choose.below(2):
            made[choose.of(KEYS)] = JSON.one(choose)
        return made
    if isinstance(value, list):
        kept = [edited(choose, one) for one in value if choose.below(6)]
        if choose.below(2):
            kept.insert(choose.below(len(kept) + 1), JSON.one(choose))
        return kept
    return value if choose.below(5) else choose.of(SCALARS)


OPTIONS = Options("x.json", style="diff3")


@given(triples())
def test_every_result_is_json_and_keeps_both_sides(versions: Versions) -> None:
    merged = engine.merge(versions, OPTIONS)
    for text in checks.sides(merged, OPTIONS):
        if merged.format == "json":
            json.loads(text)
    if not merged.conflicts:
        counts = [json_format.tokens(version) for version in versions]
        assert not checks.lost(counts, json_format.tokens(merged.text))


@given(triples())
def test_the_merge_by_meaning_is_json_with_markers_in_place(versions: Versions) -> None:
    try:
        merged = json_format.merge(versions, OPTIONS)
    except NotUnderstood:
        return
    assert checks.well_marked(merged, versions, OPTIONS), merged
    for text in checks.sides(merged, OPTIONS):
        assert not json_format.flaws(versions, text, OPTIONS), merged


@given(triples())
def test_one_sided_changes_stand_byte_for_byte(versions: Versions) -> None:
    base, ours, _ = versions
    assert json_format.merge(Versions(base, ours, base), OPTIONS).text == ours
    assert json_format.merge(Versions(base, ours, ours), OPTIONS).text == ours
    assert json_format.merge(Versions(base, base, ours), OPTIONS).text == ours


@given(triples())
def test_swapping_the_sides_changes_only_the_order(versions: Versions) -> None:
    base, ours, theirs = versions
    one, two = (
        engine.merge(Versions(base, *sides), OPTIONS) for sides in ((ours, theirs), (theirs, ours))
    )
    assert bool(one.conflicts) == bool(two.conflicts)
    if one.format == two.format == "json" and not one.conflicts:
        assert json_format.tokens(one.text) == json_format.tokens(two.text)


@given(triples())
def test_merging_the_result_again_changes_nothing(versions: Versions) -> None:
    try:
        merged = json_format.merge(versions, OPTIONS)
    except NotUnderstood:
        return
    if not merged.conflicts:
        again = json_format.merge(versions._replace(ours=merged.text), OPTIONS)
        assert again.text == merged.text


@given(triples())
def test_the_sides_of_a_conflict_hold_what_the_sides_had(versions: Versions) -> None:
    merged = engine.merge(versions, OPTIONS)
    if merged.conflicts and merged.format == "json":
        parsed = markers.parse(merged.text)
        for side in parsed.versions()[1:]:
            json.loads(side)


@given(OBJECTS, OBJECTS, OBJECTS, st.sampled_from(LAYOUTS))
def test_disjoint_keys_all_survive(one: dict, two: dict, three: dict, layout: dict) -> None:
    base = {f"base {key}": value for key, value in one.items()}
    ours = base | {f"ours {key}": value for key, value in two.items()}
    theirs = base | {f"theirs {key}": value for key, value in three.items()}
    texts = [json.dumps(value, **layout).encode() for value in (base, ours, theirs)]
    merged = engine.merge(Versions(*texts), OPTIONS)
    assert not merged.conflicts
    assert json.loads(merged.text) == ours | theirs


RECORDS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(SCALARS), max_size=3)


@given(st.lists(RECORDS, max_size=3), RECORDS, RECORDS, st.integers(0, 3), st.sampled_from(LAYOUTS))
def test_a_new_element_of_one_name_is_that_of_one_side(
    rows: list[dict], one: dict, two: dict, place: int, layout: dict
) -> None:
    base = [{"name": f"n{number}", **row} for number, row in enumerate(rows)]
    ours, theirs = [*base], [*base]
    ours.append({"name": "new", **one})
    theirs.insert(place, {"name": "new", **two})
    texts = [json.dumps({"l": value}, **layout).encode() for value in (base, ours, theirs)]
    merged = engine.merge(Versions(*texts), OPTIONS)
    if not merged.conflicts:
        made = [value for value in json.loads(merged.text)["l"] if value["name"] == "new"]
        assert made in ([{"name": "new", **one}], [{"name": "new", **two}])


NUMBERS = st.lists(st.integers(0, 3), max_size=5)


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(LAYOUTS))
def test_numbers_are_those_of_one_version(
    base: list[int], ours: list[int], theirs: list[int], layout: dict
) -> None:
    texts = [json.dumps({"r": value}, **layout).encode() for value in (base, ours, theirs)]
    merged = engine.merge(Versions(*texts), OPTIONS)
    if not merged.conflicts:
        assert json.loads(merged.text)["r"] in (ours, theirs)


@st.composite
def steps(draw: st.DrawFn) -> Versions:
    """A step of a workflow, with lines between, and two edits of it."""
    keys = ["name", "env", "if", "run", "shell", "uses", "with", "id"]
    rows = []
    for _ in range(3):
        way = draw(st.sampled_from([("run", "shell"), ("uses", "with"), ()]))
        kept = [key for key in keys if key in way or key in ("env", "if", "id")]
        rows.append({key: draw(st.integers(0, 1)) for key in kept if draw(st.booleans())})
    return Versions(*(json.dumps({"steps": [row]}, indent=2).encode() for row in rows))


@given(steps())
def test_alternatives_are_never_put_together(versions: Versions) -> None:
    merged = engine.merge(versions, OPTIONS._replace(path="action.yml"))  # JSON is YAML
    if not merged.conflicts:
        [step] = json.loads(merged.text)["steps"]
        assert not ({"run", "shell"} & step.keys() and {"uses", "with"} & step.keys())


@given(chosen(JSON.one, 100), st.sampled_from(LAYOUTS))
def test_a_parsed_text_is_written_back_exactly(value: object, layout: dict) -> None:
    text = json.dumps(value, **layout).encode()
    document = json_text.parse(text, {})
    todo = [document.root]
    while todo:
        node = todo.pop()
        if node.kind == "scalar":
            continue
        parts = [
            one.lead + one.head + one.value.text + one.before + comma + one.after
            for one, comma in zip(node.items, [b","] * (len(node.items) - 1) + [b""], strict=False)
        ]
        assert node.style.encode() + b"".join(parts) + node.close == node.text
        todo += [one.value for one in node.items]


def test_one_is_not_true_when_values_are_compared() -> None:
    texts = [b'{\n  "a": 1\n}\n', b'{\n  "a": true\n}\n', b'{\n  "a": 1.0\n}\n']
    merged = engine.merge(Versions(*texts), OPTIONS)
    assert [one.where for one in merged.conflicts] == ["a"]


def test_deep_nesting_falls_back_and_does_not_crash() -> None:
    texts = [b"[" * 9000 + word + b"]" * 9000 for word in (b"1", b"1, 2", b"0, 1")]
    assert engine.merge(Versions(*texts), OPTIONS).text
    texts = ["{\n" + '"a": {\n' * 200 + f'"{n}": 1' + "}\n" * 200 + "}" for n in range(3)]
    assert engine.merge(Versions(*(text.encode() for text in texts)), OPTIONS).text
