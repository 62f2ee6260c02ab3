import json

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import codec
from git_anvcs.provenance.filters import parse
from git_anvcs.provenance.record import Record


def record(**fields: object) -> Record:
    value = {
        "schema": "anvcs/commit-meta/1",
        "meta_id": "am_0",
        "rev": 1,
        "subject": {"commit": "a" * 40, "tree": "b" * 40, "ref": "refs/heads/topic/x"},
        "agent_id": "claude-code:8f21",
        "model": "anthropic/claude-opus-4",
        "tests_passed": False,
        "tests": {"ran_on_tree": "b" * 40},
        **fields,
    }
    found = codec.parse_line(json.dumps(value).encode())
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "agent:claude-code",
        "agent:Claude*",
        "agent:claude-code:8f21",
        "model:claude-opus-4",
        "model:anthropic/*",
        "session:8f21",
        "tests:failed",
        "tests:passed|failed",
        "class:agent",
        "lane:topic/*",
        'lane:"topic/x"',
        "!agent:codex,!tests:passed",
        "agent:codex|claude-code,tests:failed",
    ],
)
def test_a_record_is_wanted(text: str) -> None:
    assert parse(text).admits(record())


@pytest.mark.parametrize(
    "text",
    ["agent:claude", "agent:human", "tests:passed", "!class:agent", "agent:claude-code,lane:main"],
)
def test_a_record_is_not_wanted(text: str) -> None:
    assert not parse(text).admits(record())


def test_no_record_is_untracked() -> None:
    assert parse("class:untracked,agent:untracked,tests:unknown").admits(None)
    assert not parse("class:agent").admits(None)
    assert parse("!model:x").admits(None)


def test_every_session_of_a_record_counts() -> None:
    session = {"agent_id": {"tool": "codex", "id": "77", "model": "gpt-5"}}
    both = record(sessions={"s_00000000000000": session})

    assert parse("agent:codex,session:77,model:gpt-*").admits(both)
    assert parse("session:s_00000000000000").admits(both)


def test_paths_go_to_git() -> None:
    wanted = parse('path:src/**|"a,b"', "tests:failed")

    assert wanted.pathspecs == [":(top,glob)src/**", ":(top,literal)a,b"]
    assert wanted.admits(record())


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("agnet:claude", 1, "there is no key 'agnet'"),
        ("agent:claude,test:failed", 14, "there is no key 'test'"),
        ("tests:green", 7, "tests: is never 'green'"),
        ("agent:", 7, "agent: needs a value"),
        ("agent:a,", 9, "a term is key:value"),
        ("", 1, "a term is key:value"),
        ("agent", 1, "a term is key:value"),
        ('agent:"x', 7, "the quote is not closed"),
        ('agent:"x"y', 10, "a comma or | belongs here"),
        ("agent:a||b", 9, "agent: needs a value"),
        ("!path:x", 1, "path: cannot be negated"),
    ],
)
def test_errors_point_at_the_place(text: str, column: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)

    first, shown, mark = caught.value.message.split("\n")
    assert first == f"--filter: {said} (column {column})"
    assert shown == f"  {text}"
    assert mark.index("^") == column + 1
    assert caught.value.hint or "quote" in said


def test_two_path_terms_are_refused() -> None:
    with pytest.raises(UsageError, match="one path: term"):
        parse("path:a", "path:b")


@given(st.text())
def test_any_text_is_a_filter_or_a_usage_error(text: str) -> None:
    try:
        wanted = parse(text)
    except UsageError:
        return
    wanted.admits(record())
    wanted.admits(None)


@given(st.text(min_size=1).filter(lambda t: not set(t) & set("*?[")))
def test_a_quoted_value_means_itself(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')

    assert parse(f'agent:"{quoted}"').terms[0].values == (text,)
