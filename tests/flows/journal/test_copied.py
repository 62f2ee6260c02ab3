"""A repository that was copied goes on under a name of its own, and says all that it needs."""

import json
from pathlib import Path
import random
import shutil

from git_anvcs.flows.journal import undo, whole
from git_anvcs.flows.journal.observe import observe
from git_anvcs.flows.journal.opened import opened
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk
from git_anvcs.journal.bursts import Span
from git_anvcs.journal.journal import Journal
from git_anvcs.journal.moves import unpack
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.journal.replica import Replica
from git_anvcs.journal.texts import Texts
from git_anvcs.store.paths import Paths
from tests.flows.journal.test_travel import begun, worked
from tests.flows.journal.test_undo import held
from tests.support.sandbox import Sandbox


def copied(repo: Sandbox) -> Sandbox:
    shutil.copytree(repo.root, repo.base / "copy", symlinks=True)
    return Sandbox(repo.base, name="copy", init=False)


def own_ops(journal: Journal) -> list[int]:
    asked = "SELECT n FROM op JOIN actor ON actor.id = op.actor WHERE actor.name = ? ORDER BY n"
    return [row[0] for row in journal._db.execute(asked, (journal.actor,))]


def test_a_copy_says_all_that_differs_without_what_it_was_copied_from(repo: Sandbox) -> None:
    found = begun(repo)
    repo.write("a.py", "one\n" * 29 + "two\n")
    repo.write("b.txt", "")
    repo.write("dir/d.bin", b"\0\1")
    with opened(found):
        pass
    repo.write("a.py", "zero\n" + "one\n" * 29 + "two\n")
    (repo.root / "run.sh").unlink()
    with opened(found) as here:
        first = here.journal.actor
    copy = copied(repo)
    copy.write("dir/c.md", "# C\n\nmore\n")
    with opened(Repo.discover(copy.root)) as here:
        assert here.journal.actor != first
        mine = {e.op.path: e for e in here.journal.newest() if e.n in own_ops(here.journal)}
        assert set(mine) == {"", "a.py", "b.txt", "dir/d.bin", "dir/c.md", "run.sh"}
        assert not any(entry.op.flags & Flag.LOST for entry in mine.values())
        for path in ("a.py", "dir/c.md"):
            op = mine[path].op
            replica = Replica()
            replica.take(b"", [_first(here.journal, op.doc), here.journal.payload(mine[path].n)])
            assert (
                disk.bytes_of(str(replica.document), crlf=False) == (copy.root / path).read_bytes()
            )
            assert replica.waiting == 0
        moved = unpack(here.journal.payload(mine[""].n)).refs
        assert moved["HEAD"] == (copy.git("rev-parse", "HEAD").strip(),) * 2
        before = here.journal.last()
        assert observe(here.repo, here.journal, here.texts) == []
        assert here.journal.last() == before


def _first(journal: Journal, doc: bytes) -> bytes:
    import zlib

    found = journal.checkpoint(doc, "", 0)
    assert found
    return zlib.decompress(found[1])


def test_every_moment_before_and_after_a_copy_is_had_back(repo: Sandbox, tmp_path: Path) -> None:
    with opened(begun(repo)) as here:
        states = worked(repo, here, seed=11, steps=25)
    copy = copied(repo)
    with opened(Repo.discover(copy.root)) as here:
        states |= worked(copy, here, seed=12, steps=25)
        for n in random.Random(13).sample(sorted(states), 12):
            assert whole.write(here, n, tmp_path / f"at{n}").left == {}
            assert held(tmp_path / f"at{n}") == states[n], n
        first = min(states)
        plan = undo.plan(here, Span(first, here.journal.last()), all_since=True)
        assert undo.apply(here, plan).left == {}
        assert held(copy.root) == states[first]
    with opened(Repo.discover(repo.root), look=False) as here:
        assert here.journal.last() in states


def test_who_goes_on_under_another_name_is_heard_by_all_that_have_it_open(repo: Sandbox) -> None:
    """Two processes have the journal open; one of them finds that the name is used elsewhere."""
    found = begun(repo)
    repo.write("a.py", "1\n")
    with opened(found) as here, opened(found) as other:
        repo.write("a.py", "1\n2\n")
        here.look()
        with other.journal.writing():
            other.journal.renew()
        repo.write("a.py", "1\n2\n3\n")
        here.look()
        assert here.journal.actor == other.journal.actor
        repo.write("a.py", "1\n2\n3\n4\n")
        other.look()
        for entry in here.journal.newest():
            if entry.op.kind is Kind.EDIT:
                text = Texts(here.journal).at(entry.op.doc, ".", entry.n)
                assert len(text.encode()) == entry.op.size
        assert len(own_ops(here.journal)) == 3  # refs, all of the text, one line more


def test_a_daemon_leaves_a_copy_beside_it_alone(repo: Sandbox) -> None:
    begun(repo)
    repo.env["ANVCS_DAEMON_ENABLED"] = "true"
    repo.anvcs("daemon", "start")
    try:
        repo.write("a.py", "first\n")
        repo.anvcs("journal", "look")
        repo.ok("cp", "-r", str(repo.root), str(repo.base / "copy"))
        copy = Sandbox(repo.base, name="copy", init=False)
        copy.write("b.txt", "of the copy\n")
        copy.anvcs("journal", "look")
        repo.write("b.txt", "of the first\n")
        repo.anvcs("journal", "look")
        assert sizes(repo, "b.txt") == [len("of the first\n")]
        assert sizes(copy, "b.txt") == [len("of the copy\n")]
        assert json.loads(repo.anvcs("daemon", "status", "--json"))["pid"]
        # The first is moved away, and the copy comes to where it was.
        repo.root.rename(repo.base / "moved")
        copy.root.rename(repo.root)
        repo.write("b.txt", "of the copy, in its new place\n")
        repo.anvcs("journal", "look")
        moved = Sandbox(repo.base, name="moved", init=False)
        assert sizes(moved, "b.txt") == [len("of the first\n")]
        assert sizes(repo, "b.txt")[0] == len("of the copy, in its new place\n")
    finally:
        for name in ("moved", "repo", "copy"):
            if (repo.base / name).exists():
                Sandbox(repo.base, name=name, init=False).run("git-anvcs", "daemon", "stop")


def sizes(repo: Sandbox, path: str) -> list[int]:
    """Of a file at each operation, the newest first."""
    with Journal(Paths(repo.root / ".git")) as journal:
        return [entry.op.size for entry in journal.newest_below(path)]
