"""Texts as documents: what edits do to them, in any clone and any order that can happen."""

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal.edits import between
from git_anvcs.journal.text import Document, Edit, NoUpdate, doc_id, new_client, seed

PIECES = st.sampled_from(["a", "é", "€", "😀", "\n", "\r\n", "\t", "x = 1\n", "\u2028", "e\u0301"])
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def document(text: str, doc: bytes = b"d" * 16) -> Document:
    made = Document(new_client())
    made.apply([seed(doc, text)])
    return made


@given(TEXTS, TEXTS)
def test_edits_between_two_texts_make_the_second_of_the_first(old: str, new: str) -> None:
    changed = document(old)
    update = changed.edit(between(old, new))
    assert str(changed) == new
    other = document(old)
    other.apply([update])
    assert str(other) == new


@given(st.lists(TEXTS, max_size=5), st.sets(st.integers(0, 4)))
def test_edits_after_edits_and_after_those_of_others(texts: list[str], others: set[int]) -> None:
    mine, theirs = document(""), document("")
    for number, new in enumerate(texts):
        one, other = (theirs, mine) if number in others else (mine, theirs)
        other.apply([one.edit(between(str(one), new))])
        assert str(mine) == str(theirs) == new


@given(TEXTS, st.integers(0, 30), TEXTS)
def test_an_insertion_is_one_edit_of_its_size(old: str, at: int, put: str) -> None:
    new = old[:at] + put + old[at:]
    edits = between(old, new)
    assert sum(len(edit.added.encode()) - edit.removed for edit in edits) == len(put.encode())
    assert sum(edit.removed for edit in edits) <= len(old.encode())


def test_scattered_changes_stay_scattered() -> None:
    lines = [f"line {n}\n" for n in range(1000)]
    new = [*lines]
    for n in (3, 500, 997):
        new[n] = f"line {n} changed\n"
    edits = between("".join(lines), "".join(new))
    assert [edit.added for edit in edits] == [" changed"] * 3
    assert sum(edit.removed for edit in edits) == 0


@given(TEXTS, TEXTS, TEXTS)
def test_clones_that_were_seeded_apart_agree(old: str, mine: str, theirs: str) -> None:
    doc = doc_id("blob", "path")
    one, two = document(old, doc), document(old, doc)
    said, heard = one.edit(between(old, mine)), two.edit(between(old, theirs))
    one.apply([heard])
    two.apply([said])
    assert str(one) == str(two)
    whole = Document()
    whole.apply([one.whole()])
    assert str(whole) == str(one)


def test_the_seed_is_the_librarys_own_encoding() -> None:
    """What we make by hand a document says of itself, byte for byte; and it never changes."""
    text = "# A\nhé😀\n"
    update = seed(bytes(range(16)), text)
    made = Document()
    made.apply([update])
    assert made.whole() == update
    assert update.hex() == SEED
    assert seed(bytes(16), "") == Document().whole()


SEED = "010192c2bd8689d9a40f00040101740c2320410a68c3a9f09f98800a00"


def test_a_document_is_named_by_its_first_blob_and_its_path() -> None:
    assert doc_id("b", "p").hex() == DOC
    assert len({doc_id("b", "p"), doc_id("bp", ""), doc_id("", "bp"), doc_id("b", "q")}) == 4


DOC = "068b266783b22d27207ea601e46c5cc7"


@pytest.mark.parametrize(
    "edit", [Edit(1, 0, "x"), Edit(0, 1, ""), Edit(-1, 0, "x"), Edit(0, 9, "")]
)
def test_an_edit_that_cuts_a_character_is_refused(edit: Edit) -> None:
    made = document("é!")
    with pytest.raises(ValueError, match="no range"):
        made.edit([edit])
    assert str(made) == "é!"


@given(st.binary(max_size=60))
def test_bytes_that_are_no_update_are_refused_or_harmless(data: bytes) -> None:
    made = document("text")
    try:
        made.apply([data])
    except NoUpdate:
        assert str(made) == "text"


def test_each_replica_of_a_process_edits_under_an_id_of_its_own() -> None:
    secret = b"s" * 16
    ids = {new_client(secret, doc, lane) for doc in (b"a" * 16, b"b" * 16) for lane in (".", "w")}
    assert len(ids) == 4
    assert new_client(secret, b"a" * 16, ".") in ids
    assert new_client(b"t" * 16, b"a" * 16, ".") not in ids
