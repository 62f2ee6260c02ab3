"""Secrets are found, and what only looks like one is left alone."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance.redact import entropy, redact, told
from git_anvcs.provenance.redact_rules import RULES
from tests.support.planted import ALL, KINDS, Planted, rand

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", KINDS)
def test_secret_is_taken_out_and_named_when_planted_in_a_prompt(kind: str) -> None:
    planted = KINDS[kind]
    found = redact(f"Please use this: {planted.text}\nand then run the tests.")
    assert found.kinds == {kind: 1}
    assert f"[REDACTED:{kind}]" in found.text
    assert found.text.startswith("Please use this: ")
    assert found.text.endswith("and then run the tests.")
    assert planted.secret not in found.text
    assert told(found.text) == found.kinds


@pytest.mark.parametrize("number", range(len(ALL)))
def test_secret_is_taken_out_however_it_is_written(number: int) -> None:
    planted = ALL[number]
    found = redact(planted.text)
    assert found.kinds == {planted.kind: 1}, planted.text
    assert planted.secret not in found.text


def test_every_rule_has_a_secret_planted_for_it() -> None:
    assert {rule.name for rule in RULES} == set(KINDS)


@pytest.mark.parametrize(
    "clean",
    [
        "see commit 8c35adc17d1f4d0e9b6e0c1d2e3f4a5b6c7d8e9f for the reason",
        "token: 550e8400-e29b-41d4-a716-446655440000",
        "secret = 8c35adc17d1f4d0e9b6e0c1d2e3f4a5b6c7d8e9f",
        "password = os.environ['DB_PASSWORD']",
        "token = get_token(session)",
        'api_key = "YOUR_API_KEY"',
        "api_key: <your key here>",
        'password = "changeme"',
        "AKIA" + "IOSFODNN7EXAMPLE",
        "https://user:${PASSWORD}@host/",
        "https://example.com:8080/path@v1",
        "the next token: it is a word",
        "tokens: 128000, max_tokens=4096",
        "secret: Optional[str] = None",
        "keyword=argument_name",
        "token = getUserIdFromRequestHeader",
        "api_key = XMLHTTPRequestKey",
        "key-value pairs, --token-limit 4096",
        "curl -u $USER:$TOKEN https://a.example",
        "machine learning password managers",
        "ssh://git@github.com/org/repo.git",
        '"integrity": "sha512-' + rand(86) + '=="',
    ],
)
def test_text_is_left_alone_when_it_only_looks_like_a_secret(clean: str) -> None:
    found = redact(clean)
    assert (found.text, found.total) == (clean, 0)


def test_our_own_source_holds_nothing_that_is_taken_for_a_secret() -> None:
    hits = {}
    for file in (ROOT / "git_anvcs").rglob("*.py"):
        kinds = redact(file.read_text()).kinds
        if kinds:
            hits[file.name] = kinds
    assert hits == {}


def test_home_directories_lose_their_user_when_a_prompt_names_one() -> None:
    found = redact("look at /home/alice/work/x.py and /Users/bob/y")
    assert found.text == "look at ~/work/x.py and ~/y"
    assert found.total == 0


@given(st.text(max_size=400))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(ALL))
def test_planted_secret_is_gone_whatever_stands_around_it(
    before: str, after: str, planted: Planted
) -> None:
    assert planted.secret not in redact(f"{before}\n{planted.text}\n{after}").text


@given(st.text(max_size=200))
def test_what_was_taken_out_can_be_counted_again(text: str) -> None:
    redacted = redact(text)
    if "[REDACTED:" not in text:
        assert told(redacted.text) == redacted.kinds


def test_entropy_is_that_of_shannon() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
