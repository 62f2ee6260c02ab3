"""Asking for a proposal: a real server and real commands, well, badly, slowly or with malice."""

import json
from pathlib import Path
import time

import pytest

from git_anvcs.flows.proposals import endpoint, proposer
from git_anvcs.flows.proposals.endpoint import BadAnswer, Place
from git_anvcs.flows.proposals.proposer import NoAnswer, Proposer
from git_anvcs.kernel.errors import AnvcsError, PolicyDenied, UsageError
from tests.support import chat_server
from tests.support.chat_server import Behaviour, completion, raw, says, serving

MOST = 5000


def chat(behaviour: Behaviour, seconds: float = 5) -> bytes:
    with serving(behaviour) as server:
        return endpoint.chat(Place(server.url, "m", "", seconds), "task", "question", MOST)


def test_an_answer_comes_as_it_is() -> None:
    text = "ä\n\t\x1b\ud800"
    assert chat(says(text)).decode(errors="surrogatepass") == text


def test_what_is_asked_and_the_key_are_sent_as_the_protocol_has_it() -> None:
    with serving(says("x")) as server:
        endpoint.chat(Place(f"{server.url}/", "some/model", "k", 5), "task", "question", MOST)
    [(headers, body)] = server.asked
    assert headers["Authorization"] == "Bearer k"
    assert body == {
        "model": "some/model",
        "messages": [
            {"role": "system", "content": "task"},
            {"role": "user", "content": "question"},
        ],
    }


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        pytest.param(raw(b"{"), "no chat completion", id="no JSON"),
        pytest.param(raw(b'{"choices": []}'), "no chat completion", id="no choice"),
        pytest.param(raw(b"[" * 30_000), "no chat completion", id="nested"),
        pytest.param(raw(completion(17)), "no text", id="a number"),
        pytest.param(raw(completion(None)), "no text", id="nothing"),
        pytest.param(raw(b"busy\x1b[2J", 429), r"429: busy\x1b[2J", id="busy"),
        pytest.param(raw(b"", 500), "500", id="broken"),
        pytest.param(chat_server.slowly, "no answer within", id="slow body"),
        pytest.param(chat_server.slow_head, "no answer within", id="slow headers"),
        pytest.param(chat_server.silent, "no answer within", id="silent"),
        pytest.param(chat_server.endless, "far too long", id="endless"),
        pytest.param(chat_server.cut_off, "HTTP", id="cut off"),
        pytest.param(chat_server.no_http, "HTTP", id="no HTTP"),
    ],
)
def test_a_server_that_misbehaves_is_one_reason_in_time(behaviour: Behaviour, why: str) -> None:
    start = time.monotonic()
    with pytest.raises(BadAnswer) as caught:
        chat(behaviour, seconds=0.5)
    assert why in str(caught.value)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("status", "why"), [(401, "refuses us"), (302, "elsewhere"), (404, "no /chat/completions")]
)
def test_what_no_second_question_can_mend_ends_it(status: int, why: str) -> None:
    with pytest.raises(AnvcsError, match=why):
        chat(raw(b"said", status))


def test_a_wrong_address_is_wrong_usage() -> None:
    for url in ("ftp://localhost", "http://", "http://[", "http://localhost:99999"):
        with pytest.raises(UsageError):
            endpoint.chat(Place(url, "m", "", 5), "t", "q", MOST)


def test_code_goes_nowhere_unencrypted() -> None:
    with pytest.raises(PolicyDenied):
        endpoint.chat(Place("http://example.com/v1", "m", "", 5), "t", "q", MOST)


def ask(command: str, tmp_path: Path, question: bytes = b"{}") -> bytes:
    who = Proposer(command, "", "", "", 1.0)
    return proposer.ask(who, question, MOST, tmp_path)


def test_a_command_reads_the_question_and_its_complaints_are_no_answer(tmp_path: Path) -> None:
    large = json.dumps({"ours": "x" * 300_000}).encode()
    assert ask("cat | wc -c; echo noise >&2", tmp_path, large).strip() == b"%d" % len(large)
    assert ask("pwd", tmp_path).strip() != str(tmp_path).encode()
    assert ask("echo $ANVCS_CHECKOUT", tmp_path).strip() == str(tmp_path).encode()
    assert ask("true", tmp_path, large) == b""


def test_a_command_that_misbehaves_is_one_reason(tmp_path: Path) -> None:
    for command, why in (("exit 3", "ended with 3"), ("sleep 60 & sleep 60", "no answer within")):
        with pytest.raises(NoAnswer, match=why):
            ask(command, tmp_path)
    with pytest.raises(AnvcsError, match="cannot be started"):
        ask("no-such-program-here", tmp_path)
    assert len(ask("head -c 3000000 /dev/zero", tmp_path)) > MOST
