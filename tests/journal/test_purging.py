"""What is purged is in no segment, also where it was thinned; what others hold as well stays."""

from pathlib import Path

import pytest

from git_anvcs.journal import begun, checking, disk, purging, saying, sealing, segment, thinning
from git_anvcs.journal.begun import Begun
from git_anvcs.journal.bursts import Span
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.op import Kind, Op, decode
from git_anvcs.journal.texts import Texts
from git_anvcs.store import contents
from git_anvcs.store.paths import Paths
from tests.journal.test_freezing import LATER, frozen
from tests.journal.test_segment import sign
from tests.journal.test_thinning import Slowly


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_thinned_is_followed_said_and_purged(tmp_path: Path, seed: int) -> None:
    with Journal(Paths(tmp_path)) as journal:
        made = Slowly(journal, seed)
        for step in range(24):
            made.look()
            if step in (8, 16):
                list(sealing.seal(journal, sign, now=made.seconds, older=0))
        frozen(journal)
        assert list(thinning.thin(journal, LATER, 0))  # the files before are swept in an hour
    with Journal(Paths(tmp_path)) as journal:
        texts = Texts(journal)
        follow = {}
        for entry in sorted(journal.newest(), key=lambda one: one.n):
            op = entry.op
            if op.kind is Kind.EDIT:
                at = follow.setdefault((op.doc, op.lane), texts.follow(op.doc, op.lane))
                assert at(entry.n) == texts.at(op.doc, op.lane, entry.n)
        said = list(saying.segments(journal, 0, sign))
        assert [text for one in said for text in segment.problems(one)] == []
        wanted = [entry for entry in journal.newest() if entry.op.path == "a"]
        chosen = purging.of_entries(journal, wanted)
        with journal.writing():
            journal.append([Op(Kind.MARK, ".", 0)], made.seconds)
        list(sealing.seal(journal, sign, now=LATER, older=0))
        assert purging.purge(journal, chosen) >= len(wanted) > 0
    with Journal(Paths(tmp_path)) as journal:
        for file in journal.segments.iterdir():
            entries = segment.unpack(file.read_bytes()).entries
            paths = [decode(entry).op.path for entry in entries if isinstance(entry, bytes)]
            assert "a" not in paths
        assert checking.check(journal, full=True).problems == ()


def test_what_another_file_holds_as_well_stays_and_no_mark_tells_of_it(tmp_path: Path) -> None:
    with Journal(Paths(tmp_path)) as journal:
        digest = journal.put(b"\0the same")
        blob = Op(Kind.BLOB, ".", 0, "a", mode=disk.FILE, size=9, digest=digest)
        told = begun.pack(Begun(Span(1, 2), {"a": (None, (disk.FILE, digest.hex()))}, {}))
        ops = [blob, blob._replace(path="b"), Op(Kind.MARK, ".", 0, payload=told)]
        with journal.writing():
            journal.append([*ops, Op(Kind.MARK, ".", 0)], 1.0)
        chosen = purging.of_entries(journal, journal.newest_below("a"))
        assert (chosen.numbers, chosen.digests) == ({1, 3}, frozenset())
        list(sealing.seal(journal, sign, now=LATER, older=0))
        purging.purge(journal, chosen)
        assert contents.get(journal.contents, digest) == b"\0the same"
        both = purging.of_entries(journal, journal.newest_below("b"))
        assert both.digests == {digest}
