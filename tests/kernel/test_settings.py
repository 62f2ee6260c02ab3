"""Settings: the small checker agrees with JSON Schema, the layers lie in order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.kernel import settings as words
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.settings import Settings, Value
from git_anvcs.store import schemas

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 700),
    st.floats(allow_nan=False),
    st.text(max_size=4),
    st.sampled_from(["local", "s3", "hash-only", "inline"]),
)


def documents(spec: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Documents that are nearly right: known names, any value now and then, names unknown."""
    if spec["type"] == "object":
        fields = {name: documents(inner) for name, inner in spec["properties"].items()}
        some = st.fixed_dictionaries({}, optional={**fields, "unknown": SCALARS})
        return st.one_of(some, some, SCALARS)
    if spec["type"] == "array":
        return st.one_of(st.lists(SCALARS, max_size=3), SCALARS)
    return SCALARS


@given(documents(words.schema()))
def test_a_document_has_problems_exactly_when_json_schema_says_so(document: object) -> None:
    ours = [problem.path for problem in words.problems(document, words.schema())]
    library = [violation.path for violation in schemas.violations(document, words.schema())]
    assert bool(ours) == bool(library)


@given(st.text(), st.dictionaries(st.text(alphabet="AB", min_size=1), st.text(max_size=3)))
def test_text_without_variables_stays_when_expanded(text: str, env: dict[str, str]) -> None:
    plain = text.replace("${", "")
    assert words.expand(plain, env) == plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${A}", "1"),
        ("x${A}y${B:-2}", "x1y2"),
        ("${EMPTY:-3}", "3"),
        ("${EMPTY}", ""),
        ("${B}", None),
        ("${B:-}", ""),
        ("$A $ {A}", "$A $ {A}"),
    ],
)
def test_variables_are_filled_in_when_they_stand_in_braces(text: str, expected: str | None) -> None:
    assert words.expand(text, {"A": "1", "EMPTY": ""}) == expected


def test_the_later_layer_wins_and_inert_values_count_for_nothing_when_layers_meet() -> None:
    settings = Settings(
        [
            {"merge.timeout": Value(3, "file"), "remotes": Value(["evil"], "file", inert="no")},
            {"merge.timeout": Value(4, "environment")},
        ]
    )
    assert settings.find("merge.timeout") == Value(4, "environment")
    assert settings.number("merge.timeout") == 4.0
    assert settings.words("remotes") == ()
    assert settings.inert() == {"remotes": Value(["evil"], "file", inert="no")}
    assert settings.flag("blobs.compress") is False
    assert settings.flag("blobs.upload_on_commit") is True
    with pytest.raises(UsageError, match="no setting") as caught:
        settings.text("prompt.polcy")
    assert caught.value.hint == "did you mean prompt.policy?"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("daemon.enabled", "Off", False),
        ("daemon.enabled", "", True),
        ("merge.timeout", "2.5", 2.5),
        ("remotes", "a, b,", ["a", "b"]),
        ("prompt.policy", "ref", "ref"),
    ],
)
def test_one_word_becomes_a_value_when_git_or_the_environment_says_it(
    name: str, text: str, value: object
) -> None:
    assert words.from_text(words.known()[name], text) == value


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("daemon.enabled", "perhaps", "true or false"),
        ("merge.timeout", "nan", "between"),
        ("merge.timeout", "soon", "a number"),
        ("prompt.policy", "all", "one of inline"),
    ],
)
def test_a_word_is_refused_when_it_is_of_another_type(name: str, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        words.from_text(words.known()[name], text)


def test_every_setting_has_a_default_of_its_own_type_and_a_description() -> None:
    for key in words.known().values():
        assert words.problems(key.spec["default"], key.spec) == [] or key.spec["default"] == ""
        assert key.spec["description"]


def test_openings_without_an_end_are_text_however_many_there_are() -> None:
    text = "${A:-" * 50_000  # takes minutes where each of them looks to the end of the text
    assert words.expand(text, {}) == text
