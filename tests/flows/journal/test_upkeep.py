"""`journal gc`, `fsck` and `dump`: nothing that was saved is lost by keeping house."""

import base64
import json
import os
from pathlib import Path
import shutil
import time

import pytest

from git_anvcs.flows.journal import housekeeping, upkeep
from git_anvcs.flows.journal.check import check
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.timeline import Wanted, looks
from git_anvcs.flows.journal.upkeep import Freed, Rules
from git_anvcs.git.repo import Repo
from git_anvcs.journal import dumping, history
from git_anvcs.journal.text import Document
from git_anvcs.kernel.errors import AnvcsError
from tests.support.sandbox import Sandbox

ODD = "odd \udcff\x1b[2J"
PACK = Rules(hot=0, keep=0)
NOW_HOT = {"ANVCS_JOURNAL_HOT": "0"}


def saved(repo: Sandbox) -> dict[int, str]:
    """Several looks; what a file held at the operation that each ended with."""
    repo.commit("one", {"a.py": "one\n" * 50})
    states = {}
    for step in range(5):
        repo.write("a.py", "one\n" * 50 + f"step {step}\n")
        repo.write("picture", bytes([0, step]) * 200)
        if step == 3:
            (repo.root / os.fsdecode(os.fsencode(ODD))).write_text("hostile name\n")
        with opened(Repo.discover(repo.root)) as here:
            last = here.journal.last_of(".", "a.py")
            assert last
            states[last.n] = repo.read("a.py")
    return states


def collected(repo: Sandbox, rules: Rules, *, dry_run: bool = False) -> Freed:
    with opened(Repo.discover(repo.root), look=False) as here:
        return upkeep.collect(here, rules, time.time() + 1, dry_run=dry_run)


def told(repo: Sandbox) -> list[object]:
    with opened(Repo.discover(repo.root), look=False) as here:
        return list(looks(here, Wanted()))


def test_gc_packs_what_is_old_and_everything_is_had_back(repo: Sandbox) -> None:
    states = saved(repo)
    before = told(repo)
    there = sorted((repo.root / ".git/anvcs/journal").rglob("*"))
    assert collected(repo, PACK, dry_run=True).frozen == 0, "what is not sealed is not counted yet"
    assert sorted((repo.root / ".git/anvcs/journal").rglob("*")) == there
    freed = collected(repo, PACK)
    assert freed.sealed == 1
    assert freed.frozen > 5
    with opened(Repo.discover(repo.root), look=False) as here:
        asked = here.journal._db.execute("PRAGMA freelist_count").fetchone()
        assert asked == (0,), "free pages are given back"
    assert collected(repo, PACK)[:4] == (0, 0, 0, 0)
    files = (repo.root / ".git/anvcs/journal/segments").iterdir()
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]
    assert told(repo) == before
    for n, text in states.items():
        with opened(Repo.discover(repo.root), look=False) as here:
            entry = here.journal.last_of(".", "a.py", n)
            assert entry
            held = history.content(here.journal, here.texts, entry)
            assert held
            assert held.data.decode() == text
    with opened(Repo.discover(repo.root)) as here:
        found = check(here, full=True)
        assert (found.problems, found.notes) == ((), ())


def test_the_commands_say_what_they_do(repo: Sandbox) -> None:
    saved(repo)
    facts = json.loads(repo.anvcs("journal", "gc", "--json", env=NOW_HOT))
    assert facts["frozen"] > 5
    assert "0 operations would be packed" in repo.anvcs("journal", "gc", "--dry-run")
    assert repo.anvcs("journal", "fsck", "--full").endswith("whole\n")
    assert "\x1b" not in repo.anvcs("journal", "dump")
    [segment] = (repo.root / ".git/anvcs/journal/segments").iterdir()
    segment.write_bytes(segment.read_bytes()[:-40])
    done = repo.run("git-anvcs", "journal", "fsck")
    assert done.returncode == 1
    assert "cannot be read" in done.stdout
    done = repo.run("git-anvcs", "timeline")
    assert done.returncode == 1
    assert "cannot be read" in done.stderr
    assert "hint: `git anvcs journal fsck`" in done.stderr


def test_work_goes_on_where_what_was_frozen_is_damaged(repo: Sandbox) -> None:
    """What was edited from cannot be replayed: the file is kept whole, and nothing is made up."""
    saved(repo)
    collected(repo, PACK)
    [segment] = (repo.root / ".git/anvcs/journal/segments").iterdir()
    data = segment.read_bytes()
    segment.unlink()
    for text in ("work goes on\n", "and on\n"):
        repo.write("a.py", text)
        with opened(Repo.discover(repo.root)) as here:
            last = here.journal.last_of(".", "a.py")
            assert last
            assert history.content(here.journal, here.texts, last) == (0o100644, text.encode())
    segment.write_bytes(data)
    with opened(Repo.discover(repo.root)) as here:
        assert check(here, full=True).problems == ()


def test_beside_a_daemon_it_is_done_again_and_again(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = saved(repo)
    monkeypatch.setattr(housekeeping, "FIRST", 0.01)
    monkeypatch.setattr(housekeeping, "SEAL", 0.01)
    found = Repo.discover(repo.root)
    folder = repo.root / ".git/anvcs/journal/segments"
    deadline = time.monotonic() + 30
    with housekeeping.running(found, lambda: PACK):
        for count in (1, 2):
            while not folder.is_dir() or len(list(folder.iterdir())) < count:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            repo.write("a.py", "more\n")
            with opened(found) as here:
                last = here.journal.last_of(".", "a.py", min(states))
                assert last
                held = history.content(here.journal, here.texts, last)
                assert held
                assert held.data.decode() == states[min(states)]
    shutil.rmtree(repo.root / ".git/anvcs")
    housekeeping._kept(found, lambda: PACK, 0.0)  # which makes nothing where nothing is
    assert not (repo.root / ".git/anvcs").exists()


def test_contents_that_nothing_tells_of_are_swept_after_an_hour(repo: Sandbox) -> None:
    saved(repo)
    folder = repo.root / ".git/anvcs/journal/contents/aa"
    folder.mkdir(exist_ok=True)
    old, young = folder / ("0" * 62), folder / ("1" * 62)
    for file, age in ((old, 2 * 3600), (young, 60)):
        file.write_bytes(b"left by a crash")
        os.utime(file, (0, time.time() - age))
    assert collected(repo, Rules(30, 0)).files == 1
    assert (old.exists(), young.exists()) == (False, True)
    with opened(Repo.discover(repo.root)) as here:
        assert check(here, full=True).problems == ()


def test_segments_are_signed_and_sealing_goes_on_without_the_key(repo: Sandbox) -> None:
    saved(repo)
    collected(repo, PACK)
    [key] = [file for file in (repo.root / ".git/anvcs/keys").iterdir() if len(file.name) == 16]
    key.chmod(0o644)  # which is refused
    repo.write("a.py", "unsigned\n")
    with opened(Repo.discover(repo.root)):
        pass
    assert collected(repo, PACK).sealed == 1
    with opened(Repo.discover(repo.root)) as here:
        found = check(here)
    assert (found.problems, found.notes) == ((), ("1 segments are not signed",))


def test_a_commit_that_git_lost_is_told(repo: Sandbox) -> None:
    oid = repo.commit("one", {"a": "1\n"})
    ref = repo.root / ".git/refs/anvcs/kept" / oid
    ref.parent.mkdir(parents=True)
    ref.write_text(f"{oid}\n")
    with opened(Repo.discover(repo.root)) as here:
        assert check(here).problems == ()
        place = repo.root / ".git/objects" / oid[:2] / oid[2:]
        place.chmod(0o644)
        place.unlink()
        try:
            problems = check(here).problems
        except AnvcsError as error:
            pytest.fail(str(error))
    assert [text for text in problems if oid in text]


def test_a_kept_commit_goes_with_the_last_operation_that_tells_of_it(repo: Sandbox) -> None:
    """A year later nothing of it is left; what was not told of by then, or is new, stays."""
    repo.commit("one", {"a.py": "1\n"})
    with opened(Repo.discover(repo.root)):
        pass
    lost = repo.commit("two", {"a.py": "2\n"})
    with opened(Repo.discover(repo.root)):
        repo.git("reset", "-q", "--hard", "HEAD~1")
    with opened(Repo.discover(repo.root)):
        pass
    ref = f"refs/anvcs/kept/{lost}"
    assert repo.git("rev-parse", ref).strip() == lost
    repo.write("a.py", "now\n")
    later = time.time() + 500 * 86400
    for days, is_kept in ((300, True), (100, False)):  # thinned, then dropped
        with opened(Repo.discover(repo.root)) as here:
            upkeep.collect(here, Rules(0, days), later)
        assert (repo.run("git", "rev-parse", "-q", "--verify", ref).returncode == 0) == is_kept
    with opened(Repo.discover(repo.root)) as here:
        found = check(here, full=True)
        assert found.problems == ()
        assert "dropped" in found.notes[0]
        last = here.journal.last_of(".", "a.py")
        assert last
        assert history.content(here.journal, here.texts, last) == (0o100644, b"now\n")


def test_a_dry_run_tells_how_much_gc_would_thin_out(repo: Sandbox) -> None:
    saved(repo)
    collected(repo, PACK)
    later = time.time() + 500 * 86400
    with opened(Repo.discover(repo.root), look=False) as here:
        foreseen = upkeep.collect(here, Rules(0, 300), later, dry_run=True)
        assert upkeep.collect(here, Rules(0, 300), later, dry_run=True) == foreseen
        done = upkeep.collect(here, Rules(0, 300), later)
    assert foreseen.thinned == done.thinned > 0


def test_dump_is_the_whole_truth(repo: Sandbox) -> None:
    """A text is made again from it alone, frozen or not."""
    saved(repo)
    with opened(Repo.discover(repo.root), look=False) as here:
        dumped = list(dumping.dump(here.journal))
    path_of = {
        str(one["document"]): one["path"] for one in dumped if one.get("document") and "n" in one
    }
    document = Document()
    for one in dumped:
        if path_of.get(str(one.get("document"))) == "a.py":
            document.apply([base64.b64decode(str(one.get("first") or one["payload"]))])
    assert str(document) == repo.read("a.py")
    numbers = [one["n"] for one in dumped if "n" in one]
    assert numbers == list(range(1, len(numbers) + 1))
    assert ODD in {one.get("path") for one in dumped}
    collected(repo, PACK)
    with opened(Repo.discover(repo.root), look=False) as here:
        assert list(dumping.dump(here.journal)) == dumped
        some = list(dumping.dump(here.journal, path="picture"))
        assert {one["path"] for one in some} == {"picture"}
        assert list(dumping.dump(here.journal, since=time.time() + 9)) == []
        assert list(dumping.dump(here.journal, lane="worktrees/none")) == []


def test_what_is_put_while_it_is_swept_stays(tmp_path: Path) -> None:
    from git_anvcs.store import contents

    digest = contents.put(tmp_path, b"text")
    place = next(tmp_path.glob("??/*"))
    os.utime(place, (0, 0))
    assert contents.put(tmp_path, b"text") == digest  # counts as put now
    assert contents.sweep(tmp_path, digest, time.time() - 60) == 0
    assert contents.get(tmp_path, digest) == b"text"
    os.utime(place, (0, 0))
    assert contents.sweep(tmp_path, digest, time.time() - 60) > 0
    assert contents.sweep(tmp_path, digest, time.time() - 60) == 0
    assert contents.get(tmp_path, digest) is None
    assert list(tmp_path.glob("??/*")) == []
