"""Secrets are found, and what only looks like one is left alone.

The secrets are put together at run time, so that no scanner trips over this file.
"""

from pathlib import Path
import random
import string

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.provenance.redact import entropy, redact

ROOT = Path(__file__).parents[2]
LETTERS = string.ascii_letters + string.digits
BASE32 = string.ascii_uppercase + "234567"


def rand(size: int, alphabet: str = LETTERS) -> str:
    return "".join(random.Random(7).choices(alphabet, k=size))


PLANTED = {
    "aws-access-key": "AK" + "IA" + rand(16, BASE32),
    "aws-secret-key": "aws_secret_access_key = " + rand(40),
    "github-token": "gh" + "p_" + rand(36),
    "gitlab-token": "gl" + "pat-" + rand(20),
    "slack-token": "xo" + "xb-" + rand(12, string.digits) + "-" + rand(24),
    "stripe-key": "sk_" + "live_" + rand(24),
    "openai-key": "sk-" + "proj-" + rand(48),
    "anthropic-key": "sk-" + "ant-api03-" + rand(60),
    "jwt": "ey" + "J" + rand(20) + ".eyJ" + rand(40) + "." + rand(43),
    "private-key": "-----BEGIN RSA PRIV" + "ATE KEY-----\n" + rand(64) + "\n-----END RSA PRIV"
    "ATE KEY-----",
    "url-password": "postgres://app:" + rand(12) + "@db.internal/app",
    "secret-by-name": 'db_passw' + f'ord = "{rand(14)}!"',
    "npm-token": "np" + "m_" + rand(36),
    "pypi-token": "py" + "pi-AgEIcHlwaS5vcmc" + rand(60),
    "google-key": "AI" + "za" + rand(35),
    "hugging-face-token": "h" + "f_" + rand(34),
    "authorization-header": "Authorization: Bear" + "er " + rand(40),
    "slack-webhook": "https://hooks.sl" + f"ack.com/services/T{rand(8)}/B{rand(8)}/{rand(24)}",
    "azure-key": "Account" + f"Key={rand(86)}==",
}  # fmt: skip


@pytest.mark.parametrize("kind", PLANTED)
def test_secret_is_taken_out_and_named_when_planted_in_a_prompt(kind: str) -> None:
    planted = PLANTED[kind]
    found = redact(f"Please use this: {planted}\nand then run the tests.")
    assert found.kinds == {kind: 1}
    assert f"[REDACTED:{kind}]" in found.text
    assert found.text.startswith("Please use this: ")
    assert found.text.endswith("and then run the tests.")
    secret = planted.rsplit("=", 1)[-1].strip(' "') if kind == "secret-by-name" else planted
    assert secret not in found.text


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


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(sorted(PLANTED)))
def test_planted_secret_is_gone_whatever_stands_around_it(
    before: str, after: str, kind: str
) -> None:
    planted = PLANTED[kind]
    if kind in ("secret-by-name", "aws-secret-key"):
        planted = planted.split("=")[1].strip(' "')
        text = f"{before}\n{PLANTED[kind]}\n{after}"
    else:
        text = f"{before}\n{planted}\n{after}"
    assert planted not in redact(text).text


def test_entropy_is_that_of_shannon() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
