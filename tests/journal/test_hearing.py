"""What comes from other clones: in order, proved, under its own lanes, and harmless."""

from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
import pytest

from git_anvcs.journal import hearing, saying, segment
from git_anvcs.journal.hearing import Taken
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import NOTHING, Flag, Kind, Op, digest_of, encode
from git_anvcs.journal.segment import Segment
from git_anvcs.journal.text import Document, Edit, doc_id
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from git_anvcs.trust import ed25519

KEY = ed25519.generate()
ACTOR = b"a" * 16
FILE = 0o100644


def sign(said: bytes) -> tuple[bytes, bytes]:
    return ed25519.public_of(KEY), ed25519.sign(KEY, said)


def blob(path: str, **more: object) -> Op:
    return Op(Kind.BLOB, ".", 1 << 16, path, mode=FILE, **more)  # type: ignore[arg-type]


def made(*ops: Op, first: int = 1, before: bytes = NOTHING, actor: bytes = ACTOR) -> Segment:
    """A segment that another clone may have sent, whatever it says in it."""
    entries, end = [], before
    for seq, op in enumerate(ops, first):
        entries.append(encode(op, actor, seq, end))
        end = digest_of(entries[-1])
    return segment.make(actor, first, before, entries, sign)


def take(journal: Journal, found: Segment) -> Taken:
    with journal.writing():
        return hearing.take(journal, found)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(Paths(tmp_path)) as found:
        yield found


def test_a_chain_comes_in_under_lanes_of_its_own_and_only_once(journal: Journal) -> None:
    first = made(blob("a"), Op(Kind.DELETE, "worktrees/w", 2 << 16, "b", base="b" * 40))
    assert [e.op.lane for e in take(journal, first).entries] == [
        "61616161/.",
        "61616161/worktrees/w",
    ]
    assert take(journal, first) == Taken()
    both = made(*(op for op in (blob("a"), blob("a"))))
    assert take(journal, both).forked
    assert journal.differing("61616161/.").keys() == {"a"}
    assert journal.differing(".") == {}
    assert not journal.lanes().keys() & {"."}


def test_what_leaves_a_gap_is_refused_and_fits_later(journal: Journal) -> None:
    one = made(blob("a"), blob("b"))
    two = made(blob("c"), first=3, before=one.last)
    assert take(journal, two).refused == "operations 1 to 2 are missing"
    take(journal, one)
    both = made(blob("a"), blob("b"), blob("c"))
    assert [e.op.path for e in take(journal, both).entries] == ["c"]
    assert take(journal, two) == Taken()
    assert journal.heard()[ACTOR].seq == 3


def test_another_history_and_another_key_are_told_and_change_nothing(journal: Journal) -> None:
    take(journal, made(blob("a"), blob("b")))
    known = journal.heard()
    other = made(blob("a"), blob("B"), blob("c"))
    assert take(journal, other).forked
    goes_on = made(blob("c"), first=3, before=other.last)
    assert take(journal, goes_on).forked
    stranger = made(blob("c"), first=3, before=known[ACTOR].digest)
    key = ed25519.generate()
    said = segment.message(stranger)
    stranger = stranger._replace(key=ed25519.public_of(key), signature=ed25519.sign(key, said))
    assert "another key" in take(journal, stranger).refused
    unsigned = made(blob("x"), actor=b"u" * 16)._replace(key=b"", signature=b"")
    assert "not signed" in take(journal, unsigned).refused
    forged = made(blob("x"), actor=b"f" * 16)._replace(signature=bytes(63) + b"\1")
    assert "signature" in take(journal, forged).refused
    assert journal.heard() == known


def test_our_own_chain_is_none_to_take(journal: Journal) -> None:
    assert "this clone" in take(journal, made(blob("a"), actor=journal.actor)).refused


@pytest.mark.parametrize(
    "op",
    [
        blob("../a"), blob("/etc/x"), blob("a/../../b"), blob(".git/hooks/x"),
        blob("a/.GIT/config"), blob("a//b"), blob("a\0b"), blob(""), blob("a")._replace(time=1),
        blob("a")._replace(mode=0o160000),
        blob("a")._replace(lane="61616161/."), blob("a")._replace(lane="../x"),
        blob("a")._replace(lane="worktrees/\x1b[2J"), blob("a", size=1 << 63),
        blob("a")._replace(time=(1 << 64) - 1), blob("a", client=1 << 63), blob("a", by="x" * 999),
        blob("a", base="refs/heads/main"), blob("a", digest=b"short"), blob("a", doc=b"d" * 16),
        Op(Kind.CLAIM, ".", 1, payload=b'{"by": "x", "of": [[1, 99999999999999999999]]}'),
        Op(Kind.GIT, ".", 1, payload=b'{"refs": {"\\ud800": ["", "x"]}, "lost": [], "said": []}'),
        Op(Kind.MARK, ".", 1, payload=b"x" * (1 << 21)),
        Op(Kind.EDIT, ".", 1, "a", payload=b"\0\0"),
        Op(Kind.EDIT, ".", 1, "a", doc_id("", "a"), payload=b"\xff\xff"),
        Op(Kind.EDIT, ".", 1, "a", doc_id("", "b"), payload=b"\0\0"),
    ],
)  # fmt: skip
def test_what_no_clone_of_ours_would_say_is_withheld(journal: Journal, op: Op) -> None:
    fine = op.path == "a" and op.time == 1 and op.kind is Kind.BLOB
    taken = take(journal, made(blob("before"), op, blob("after")))
    assert taken.withheld == (0 if fine else 1)
    assert {"before", "after"} <= {entry.op.path for entry in taken.entries}


def test_the_clocks_of_others_do_not_move_ours(journal: Journal) -> None:
    take(journal, made(blob("a")._replace(time=1 << 61)))
    with journal.writing():
        [entry] = journal.append([blob("b")], 1000.0)
    assert entry.op.seconds == 1000.0


def test_what_is_private_is_only_named_and_the_chain_goes_on(
    journal: Journal, tmp_path: Path
) -> None:
    with journal.writing():
        journal.append([blob("a"), blob(".env", flags=Flag.PRIVATE), blob("b")], 1000.0)
    [sent] = saying.segments(journal, 0, sign)
    assert b".env" not in b"".join(e for e in sent.entries if isinstance(e, bytes))
    with Journal(Paths(tmp_path / "other")) as other:
        taken = take(other, sent)
        assert [e.op.path for e in taken.entries] == ["a", "b"]
        assert taken.withheld == 1
        with journal.writing():
            journal.append([blob("c")], 1001.0)
        [more] = saying.segments(journal, 2, sign)
        assert [e.op.path for e in take(other, more).entries] == ["c"]


def test_a_text_with_a_gap_is_never_shown_wrong(journal: Journal, tmp_path: Path) -> None:
    doc, document = doc_id("", "a"), Document(7)
    updates = [document.edit([Edit(at, 0, "word ")]) for at in (0, 5, 10)]
    with journal.writing():
        journal.append([Op(Kind.EDIT, ".", 0, "a", doc, payload=one) for one in updates], 1000.0)
    [sent] = saying.segments(journal, 0, sign, keeps=lambda seq, _: seq == 2)
    with Journal(Paths(tmp_path / "other")) as other:
        entries = take(other, sent).entries
        texts = Texts(other)
        assert [texts.at(doc, e.op.lane, e.n) for e in entries] == ["word ", "word "]


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_segments_in_any_order_and_number_give_one_history(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    ops = [blob(f"{number}") for number in range(8)]
    whole = made(*ops)
    ends = [NOTHING, *whole.digests]
    pieces = [
        made(*ops[a:b], first=a + 1, before=ends[a]) for a in range(8) for b in range(a + 1, 9)
    ]
    with Journal(Paths(tmp_path_factory.mktemp("heard"))) as journal:
        known = 0
        for number in order:
            piece = pieces[number % len(pieces)]
            taken = take(journal, piece)
            if piece.first > known + 1:
                assert taken.refused
            known = max(known, piece.end - 1) if not taken.refused else known
        take(journal, whole)
        assert [e.op.path for e in journal.newest("61616161/.")][::-1] == [op.path for op in ops]
