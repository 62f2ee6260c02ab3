"""Profiles: the shipped ones are right, and a wrong one is one clear sentence."""

import pytest

from git_anvcs.merge.parse import parser
from git_anvcs.merge.profile import BadProfile, profile, read
from git_anvcs.merge.registry import format_of
from git_anvcs.merge.result import NotUnderstood

LEAST = 'name = "x"\ngrammar = "python"\ncomment = "#"\n'


def test_the_kinds_of_the_python_profile_exist_in_its_grammar() -> None:
    found = profile("python")
    grammar = parser(found.grammar).language
    assert grammar is not None
    kinds = {
        *found.blocks,
        *found.clauses,
        *found.definitions,
        *found.wrappers,
        *found.imports,
        *found.lists,
        *found.records,
        *found.strings,
    }
    unknown = [kind for kind in kinds if grammar.id_for_node_kind(kind, True) is None]
    assert unknown == []


def test_the_extensions_of_the_profile_are_those_of_the_registry() -> None:
    assert {format_of(f"a.{end}") for end in profile("python").extensions} == {"python"}


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
    ],
)
def test_a_wrong_profile_says_which_field_is_wrong(text: str, sentence: str) -> None:
    with pytest.raises(BadProfile, match=sentence):
        read(text)


def test_a_language_without_profile_is_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="no profile for klingon"):
        profile("klingon")
