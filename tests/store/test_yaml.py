from contextlib import suppress

import pytest

from git_anvcs.store import schemas, yaml


def test_yaml_gives_plain_values_and_the_place_of_each_key() -> None:
    document = yaml.read("storage:\n  mode: hybrid\ntracks: [a, 1, 2.5, true, null]\n")

    assert document.value == {
        "storage": {"mode": "hybrid"},
        "tracks": ["a", 1, 2.5, True, None],
    }
    assert document.places["storage", "mode"] == (2, 3)
    assert document.places["tracks", 1] == (3, 13)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: b: c\n", 1), ("a: 1\na: 2\n", 2), ("x: [1\n", 2)],
)
def test_broken_yaml_says_where(text: str, line: int) -> None:
    with pytest.raises(yaml.YamlBroken) as caught:
        yaml.read(text)
    assert caught.value.line == line


def test_tags_of_other_languages_make_no_objects() -> None:
    assert yaml.read("a: !!python/object:os.system 1\n").value == {"a": "1"}


def test_violations_name_path_and_reason() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "additionalProperties": False,
    }

    found = schemas.violations({"n": "x", "m": 1}, schema)

    assert [violation.path for violation in found] == [(), ("n",)]
    assert schemas.violations({"n": 1}, schema) == []


@pytest.mark.parametrize(
    "text",
    ["--- !!omap x\n", "!!int ", "2026-99-99", "[" * 2000, "? [a]\n: 1", "a: &a [*a]"],
)
def test_yaml_that_makes_the_parser_stumble_ends_in_no_other_error(text: str) -> None:
    with suppress(yaml.YamlBroken):
        yaml.read(text)


def test_keys_that_a_merge_brings_are_values_like_others() -> None:
    found = yaml.read("a: &a {x: 1}\nb: {<<: *a, y: 2}\n")
    assert found.value == {"a": {"x": 1}, "b": {"y": 2, "x": 1}}


def test_a_tagged_list_is_a_list() -> None:
    assert yaml.read("!t # odd\n-   ").value == [None]
