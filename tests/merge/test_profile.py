"""Profiles: the shipped ones are right, and a wrong one is one clear sentence."""

from pathlib import Path
import re

import pytest

from git_anvcs.merge import registry
from git_anvcs.merge.parse import parser
from git_anvcs.merge.profile import profile, read
from git_anvcs.merge.profile_rows import Definition
from git_anvcs.merge.profile_table import BadProfile
from git_anvcs.merge.registry import PROFILES, format_of
from git_anvcs.merge.result import NotUnderstood

FORMATS = Path(__file__).parents[2] / "docs/reference/merge-formats.md"
LEAST = 'name = "x"\ngrammar = "python"\ncomment = "#"\n'


SHIPPED = pytest.mark.parametrize("name", ["python", *sorted(PROFILES)])


@SHIPPED
def test_the_kinds_of_a_profile_exist_in_its_grammar(name: str) -> None:
    found = profile(name)
    grammar = parser(found.grammar).language
    assert grammar is not None
    kinds = {
        *found.blocks,
        *found.comma_blocks,
        *found.sections,
        *found.flat,
        *found.leading,
        *found.barriers,
        *found.scopes,
        *found.clauses,
        *found.definitions,
        *found.calls,
        *found.wrappers,
        *found.constants,
        *found.imports,
        *found.lists,
        *found.records,
        *found.strings,
        *found.regions,
        *found.contexts,
        *found.parameters,
        *found.qualifiers,
        *found.whole,
        *found.same,
        *found.name_spaces,
        *found.any_case,
        *found.patterns,
        *found.namings,
    }
    unknown = [kind for kind in kinds if grammar.id_for_node_kind(kind, True) is None]
    assert unknown == []


@SHIPPED
def test_the_fields_that_a_profile_names_exist_in_its_grammar(name: str) -> None:
    found = profile(name)
    grammar = parser(found.grammar).language
    assert grammar is not None
    paths = [
        *(
            path
            for one in found.definitions.values()
            for path in (one.name, one.owner, one.needs, *one.holds)
        ),
        *(path for one in found.calls.values() for path in (one.callee, one.title)),
        *(path for one in found.namings.values() for path in (one.callee, one.names)),
        *(one.definition for one in found.wrappers.values()),
        *(field for one in found.constants.values() for field in (one.name, one.value)),
        *(
            path
            for one in found.definitions.values()
            for path in (one.parameters, one.value, one.until, one.once_with)
        ),
        *(path for one in found.regions.values() for path in one),
    ]
    steps = {step.rstrip("*") for path in paths for step in re.split(r"[.|+]", path) if step}
    fields = {step for step in steps if step not in ("#", "$", "<") and step[0] not in ":=^"}
    assert [one for one in fields if grammar.field_id_for_name(one) is None] == []


@SHIPPED
def test_what_must_be_the_same_is_a_field_or_a_kind_of_the_grammar(name: str) -> None:
    found = profile(name)
    grammar = parser(found.grammar).language
    assert grammar is not None
    labels = {one for fields in found.same.values() for one in fields.split("+")}
    assert [
        one
        for one in labels
        if grammar.field_id_for_name(one) is None and grammar.id_for_node_kind(one, True) is None
    ] == []


@SHIPPED
def test_the_extensions_of_a_profile_are_those_of_the_registry(name: str) -> None:
    assert {format_of(f"a.{end}") for end in profile(name).extensions} == {name}


def test_the_page_of_formats_names_every_one_with_its_extensions() -> None:
    rows = [row for row in FORMATS.read_text().splitlines() if row.startswith("| `")]
    for language in registry.languages():
        row = next((row for row in rows if f"`{language.name}`" in row.split("|")[1]), "")
        assert row, language.name
        assert [end for end in language.extensions if f"`{end}`" not in row] == []


def test_a_profile_that_is_like_another_says_only_what_differs() -> None:
    child = 'name = "y"\nblocks = ["b"]\n[definitions.f]\nlabel = "g"\n'
    parent = LEAST + 'blocks = ["a"]\n[definitions.f]\nlabel = "f"\nname = "n"\n'
    found = read(child, parent)
    assert (found.name, found.grammar, found.blocks) == ("y", "python", ("b",))
    assert found.definitions["f"] == Definition("g", "n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = ", "not TOML"),
        ("", "name must be a string"),
        (LEAST + "blocks = 3", "blocks must be a list of strings"),
        (LEAST + "definitions = 3", "definitions must be a table"),
        (LEAST + "[definitions.f]\nlabel = 1", "definitions.f.label must be a string"),
        (LEAST + "[lists.l]\nfrei = []", "lists.l.frei is not a field of a profile"),
        (LEAST + "colour = 1", "colour is not a field of a profile"),
        (
            LEAST + '[definitions.f]\nlabel = "f"\nname = "n"\nholds_names = 1',
            "definitions.f.holds_names must be true or false",
        ),
        (LEAST + "name_spaces = 3", "name_spaces must be a table"),
        (LEAST + '[name_spaces]\ntype = "f"', "name_spaces.type must be a list of strings"),
        (LEAST + '[name_spaces]\ntype = ["f"]', "name_spaces: f names nothing"),
        (LEAST + 'any_case = ["f"]', "any_case: f names nothing"),
        (LEAST + '[together]\na = ["f", "g"]', "together: f is no label"),
        (
            LEAST + '[definitions.f]\nlabel = "f"\nname = "n"\nalso = { "(" = "x" }',
            "definitions.f.also: .* unterminated subpattern",
        ),
        (
            LEAST + '[definitions.f]\nlabel = "f"\nname = "n"\nalso = { "a" = "x" }',
            "definitions.f.also: x must hold {name} or {Name}",
        ),
        (
            LEAST + '[namings.f]\ncallee = "c"\nnames = "n"\ntakes = { attr = ["x"] }',
            "namings.f.takes.attr: x must hold {name}",
        ),
    ],
)
def test_a_wrong_profile_says_which_field_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(BadProfile, match=sentence):
        read(text)


def test_a_language_without_profile_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="no profile for klingon"):
        profile("klingon")
