"""Envelopes of other clones: all that are some come in, in pieces that fit into memory."""

import hashlib

import pytest

from git_anvcs.git.repo import Repo
from git_anvcs.provenance import envelopes
from git_anvcs.provenance.exchange import dsse, in_toto
from git_anvcs.provenance.exchange.dsse import Envelope
from git_anvcs.provenance.exchange.in_toto import NotAStatement
from tests.support.sandbox import Sandbox

COMMIT = "a" * 40


@pytest.mark.parametrize(("most", "commits"), [(1, 3), (1 << 20, 1)])
def test_what_another_clone_sent_is_read_in_pieces(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch, most: int, commits: int
) -> None:
    monkeypatch.setattr(envelopes, "_BATCH_BYTES", most)
    lines = [dsse.write(Envelope(text.encode(), "t", ())) for text in ("one", "two", "three")]
    files = {}
    for line in lines:
        oid = repo.git("hash-object", "-w", "--stdin", stdin=line + b"\n").strip()
        name = hashlib.sha256(line).hexdigest()
        files[f"{envelopes.folder_of(COMMIT)}/{name}.json"] = oid
    files[f"{envelopes.folder_of(COMMIT)}/{'0' * 64}.json"] = "b" * 40  # not here
    here = Repo.discover(repo.root)

    assert envelopes.take(here, files) == 3

    assert sorted(envelopes.stored(here, COMMIT)) == sorted(lines)
    made = repo.git("rev-list", "--count", envelopes.ATTEST_REF)
    assert int(made) == commits


def test_a_statement_that_two_readers_would_read_differently_is_none() -> None:
    with pytest.raises(NotAStatement, match="a key twice"):
        in_toto.read(b'{"_type":"x","predicate":{"result":"FAILED","result":"PASSED"}}')
