"""The text of a document with what was done to it in several lanes, from the journal itself."""

import hashlib
from pathlib import Path

from git_anvcs.journal.edits import between
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.merged import merged
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.text import doc_id
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths

DOC = doc_id("", "file")


def save(journal: Journal, texts: Texts, lane: str, text: str) -> int:
    with journal.writing():
        if not texts.knows(DOC):
            texts.begin(DOC, "one\ntwo\nthree\n")
        document = texts.newest(DOC, lane)
        update = document.edit(between(str(document), text))
        digest = hashlib.sha256(text.encode()).digest()
        op = Op(Kind.EDIT, lane, 0, "file", DOC, digest=digest, payload=update)
        [entry] = journal.append([op._replace(client=document.client)], 1000.0)
        texts.written(entry)
    return entry.op.client


def test_two_lanes_of_one_document_are_joined(tmp_path: Path) -> None:
    """One process wrote both: had it one id for both, one of them would be lost."""
    with Journal(Paths(tmp_path)) as journal:
        texts = Texts(journal)
        clients = {
            save(journal, texts, ".", "ONE\ntwo\nthree\n"),
            save(journal, texts, "worktrees/w", "one\ntwo\nTHREE\n"),
            save(journal, texts, ".", "ONE\ntwo\nthree\nfour\n"),
        }
        assert len(clients) == 2
        found = merged(journal, DOC)
        assert found
        assert found.left == 0
        assert sorted(found.text.split()) == ["ONE", "THREE", "four", "two"]
        assert found.text.startswith("ONE\ntwo\n")
        assert merged(journal, b"x" * 16) is None
