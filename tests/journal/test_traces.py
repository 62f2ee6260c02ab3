"""Hours of real typing through the journal: the exact text at the end, and at any operation."""

from collections import Counter
import hashlib
from pathlib import Path
import random

import pytest

from git_anvcs.journal import history
from git_anvcs.journal.edits import between
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Op
from git_anvcs.journal.text import Document, Edit, doc_id, new_client
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from tests.support import traces

SAMPLES = 100


def trace(name: str, cut: slice) -> object:
    """cut: the transactions after which somebody saves; all of them are the benchmark's."""
    missing = pytest.mark.skipif(not traces.there(name), reason=f"the trace {name} is not here")
    return pytest.param(name, cut, id=name, marks=missing)


@pytest.mark.parametrize(
    ("name", "cut"),
    [trace("rustcode", slice(0, 6000, 8)), trace("sveltecomponent", slice(18334, None, -10))],
)
def test_real_typing_is_had_back_at_every_operation(name: str, cut: slice, tmp_path: Path) -> None:
    read = traces.read(name)
    if cut.stop:
        read = read._replace(transactions=read.transactions[: cut.stop])
    said = list(traces.texts(read))
    saves = [said[at] for at in sorted(range(len(said))[cut])]
    assert cut.stop or saves[-1] == read.end
    doc = doc_id("", "file")
    with Journal(Paths(tmp_path)) as journal:
        texts = Texts(journal)
        for at in range(0, len(saves), 100):
            with journal.writing():
                if not at:
                    texts.begin(doc, read.start)
                for text in saves[at : at + 100]:
                    document = texts.newest(doc, ".")
                    update = document.edit(between(str(document), text))
                    digest = hashlib.sha256(text.encode()).digest()
                    op = Op(Kind.EDIT, ".", 0, "file", doc, digest=digest, payload=update)
                    [entry] = journal.append([op], 1000.0 + at)
                    texts.written(entry)
        entries = list(journal.newest("."))[::-1]
        assert texts.at(doc, ".", entries[-1].n) == saves[-1]
        for number in random.Random(1).sample(range(len(saves)), SAMPLES):
            content = history.content(journal, texts, entries[number])
            assert content
            assert content.data.decode() == saves[number]


@pytest.mark.skipif(not traces.there("friendsforever"), reason="the trace is not here")
def test_two_who_typed_at_once_end_with_one_text() -> None:
    """Each hears the other's updates in order, when the trace says that it knew them."""
    said, end = traces.concurrent("friendsforever")
    clients = {one.agent: Document(new_client()) for one in said}
    updates: list[list[bytes]] = []
    own: dict[int, list[int]] = {agent: [] for agent in clients}
    heard = {(me, other): 0 for me in clients for other in clients}

    def hear(me: int, other: int, upto: int) -> None:
        known = heard[me, other]
        new = [n for n in own[other][known:] if n <= upto]
        clients[me].apply([update for n in new for update in updates[n]])
        heard[me, other] += len(new)

    for number, one in enumerate(said):
        for parent in one.parents:
            if said[parent].agent != one.agent:
                hear(one.agent, said[parent].agent, parent)
        document = clients[one.agent]
        text = str(document)
        updates.append([])
        for at, removed, added in one.patches:
            edit = Edit(len(text[:at].encode()), len(text[at : at + removed].encode()), added)
            updates[number].append(document.edit([edit]))
            text = traces.patched(text, [(at, removed, added)])
        own[one.agent].append(number)
    for me in clients:
        for other in clients.keys() - {me}:
            hear(me, other, len(said))
    first, *others = map(str, clients.values())
    assert [first] * len(others) == others
    assert Counter(first) == Counter(end), "nothing is lost, nothing is there twice"
