"""What an update brings and needs is told from its bytes; several replicas end with one text."""

import random

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import updates
from git_anvcs.journal.edits import between
from git_anvcs.journal.replica import Replica
from git_anvcs.journal.text import Document, doc_id, new_client, seed
from git_anvcs.journal.updates import NoUpdate

PIECES = st.sampled_from(["a", "é", "€", "😀", "\n", "\r\n", "\t", "x = 1\n", "\u2028", "e\u0301"])
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_updates_follow_each_other_without_a_gap(texts: list[str]) -> None:
    document = Document(7)
    units = 0
    for new in texts:
        old = str(document)
        update = updates.read(document.edit(between(old, new)))
        assert update.brings.get(7, (units, units))[0] == units
        assert update.fits({7: units})
        assert not any(update.fits({7: less}) for less in range(units) if update.brings)
        units = updates.after({7: units}, [update])[7]
        assert "".join(update.texts) in new or len(update.texts) > 1
    assert updates.after({}, [updates.read(document.whole())]).get(7, 0) == units


@given(TEXTS)
def test_the_first_text_of_a_document_is_read(text: str) -> None:
    read = updates.read(seed(b"d" * 16, text))
    assert "".join(read.texts) == text
    assert sum(end for _, end in read.brings.values()) == len(text.encode("utf-16-le")) // 2
    assert read.fits({})


@given(st.binary(max_size=60))
def test_any_bytes_are_an_update_or_told_to_be_none(data: bytes) -> None:
    try:
        update = updates.read(data)
    except NoUpdate:
        return
    for first, end in update.brings.values():
        assert 0 <= first <= end


@given(TEXTS.filter(bool), st.data())
def test_an_update_that_is_cut_short_is_none(text: str, data: st.DataObject) -> None:
    whole = Document(9).edit(between("", text))
    size = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(NoUpdate):
        updates.read(whole[:size])


SEEDS = st.integers(0, 1 << 32)


@given(SEEDS)
def test_replicas_that_hear_of_each_other_late_end_with_one_text(number: int) -> None:
    """Each knows the others up to some update, in order, when it edits; later all know all."""
    chosen = random.Random(number)
    doc = doc_id("", "file")
    base = "one\ntwo\nthree\n"
    replicas = [Replica(new_client()) for _ in range(3)]
    said: list[list[bytes]] = [[], [], []]
    heard = [[0] * 3 for _ in replicas]
    for replica in replicas:
        replica.take(b"", [seed(doc, base)])
    for _ in range(12):
        me = chosen.randrange(3)
        for other in {0, 1, 2} - {me}:
            upto = chosen.randint(heard[me][other], len(said[other]))
            replicas[me].take(b"%d" % other, said[other][heard[me][other] : upto])
            heard[me][other] = upto
        text = str(replicas[me].document)
        at = chosen.randint(0, len(text))
        new = text[:at] + chosen.choice(["", "é", "word\n"]) + text[at + chosen.randrange(4) :]
        said[me].append(replicas[me].document.edit(between(text, new)))
        replicas[me].wrote(said[me][-1])
    for me, replica in enumerate(replicas):
        for other in {0, 1, 2} - {me}:
            replica.take(b"%d" % other, said[other][heard[me][other] :])
    assert {replica.waiting for replica in replicas} == {0}
    assert len({str(replica.document) for replica in replicas}) == 1


def test_what_lies_behind_a_gap_is_never_fed() -> None:
    writer = Document(5)
    first, second, third = (
        writer.edit(between(str(writer), text)) for text in ("one ", "one two ", "one two three")
    )
    reader = Replica()
    reader.take(b"a", [first, third])
    assert (str(reader.document), reader.waiting) == ("one ", 1)
    reader.take(b"b", [second])  # another actor has it, too
    assert (str(reader.document), reader.waiting) == ("one two three", 0)
    reader.take(b"a", [b"\xff no update", b""])
    assert (str(reader.document), reader.waiting) == ("one two three", 2)
