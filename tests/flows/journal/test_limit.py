"""`journal.limit` and `journal.largest`: the oldest contents go, what may be needed stays."""

import json
from pathlib import Path
from random import Random
import time

import pytest

from git_anvcs.cli import told
from git_anvcs.flows.journal import housekeeping, mending, purge, timeline, upkeep
from git_anvcs.flows.journal.check import check
from git_anvcs.flows.journal.observe import Look, observe
from git_anvcs.flows.journal.opened import Opened, opened
from git_anvcs.flows.journal.then import Then
from git_anvcs.flows.journal.upkeep import Limited, Rules
from git_anvcs.git.repo import Repo
from git_anvcs.journal import disk, history, limiting
from git_anvcs.journal.capture import Capture, Git, Seen, Standing
from git_anvcs.journal.history import Content
from git_anvcs.journal.journal import place_of
from git_anvcs.store import contents
from tests.support.sandbox import Sandbox

DAYS = 86400.0
KIB = 1024
LET_GO = "what it held then was let go to stay below the limit (journal.limit)"


def noise(seed: int, size: int = 4 * KIB) -> bytes:
    """Bytes that do not pack."""
    return b"\0" + Random(seed).randbytes(size - 1)


def looked(repo: Sandbox, seconds: float | None = None) -> int:
    """Look, at a time; the number of the last operation."""
    with opened(Repo.discover(repo.root), look=False) as here:
        observe(here.repo, here.journal, here.texts, Look(seconds=seconds))
        return here.journal.last()


def limited(repo: Sandbox, limit: int, after: float = 0) -> Limited:
    with opened(Repo.discover(repo.root), look=False) as here:
        return upkeep.limited(here.journal, limit, time.time() + after)


def held(repo: Sandbox, n: int, path: str) -> Content | str | None:
    with opened(Repo.discover(repo.root), look=False) as here:
        [(_, found)] = Then(here, n).contents([path])
    return found


def kept(here: Opened) -> int:
    """Bytes of contents on disk."""
    return sum(size for _, size in contents.all_of(here.journal.contents))


def is_whole(repo: Sandbox) -> tuple[str, ...]:
    """It is; the notes."""
    with opened(Repo.discover(repo.root)) as here:
        found = check(here, full=True)
    assert found.problems == ()
    return found.notes


def test_an_export_that_is_rewritten_keeps_its_newest_states(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "one\n"})
    numbers = []
    with opened(Repo.discover(repo.root)) as here:
        for step in range(100):
            repo.write("export.bin", noise(step))
            here.look()
            numbers.append(here.journal.last())
        assert upkeep.limited(here.journal, 0, time.time()) == Limited(0, 0)
        gone = upkeep.limited(here.journal, 40 * KIB, time.time())
        assert gone.over == 0
        assert 88 <= gone.contents <= 92, "no more than must"
        assert 36 * KIB - 500 < kept(here) <= 40 * KIB
        found = [next(Then(here, n).contents(["export.bin"]))[1] for n in numbers]
    assert found[: gone.contents] == [LET_GO] * gone.contents
    assert found[gone.contents :] == [
        Content(0o100644, noise(step)) for step in range(gone.contents, 100)
    ]
    assert is_whole(repo) == (f"{gone.contents} contents were let go for journal.limit",)
    repo.write("export.bin", noise(0))  # as it was at first
    with opened(Repo.discover(repo.root)):
        pass
    assert held(repo, numbers[0], "export.bin") == Content(0o100644, noise(0))
    assert is_whole(repo) == (f"{gone.contents - 1} contents were let go for journal.limit",)
    repo.write("export.bin", b"text\n")
    looked(repo)
    damaged = next((repo.root / ".git/anvcs/journal/contents").glob("??/*"))
    damaged.unlink()
    with opened(Repo.discover(repo.root)) as here:
        assert len(check(here).problems) == 1, "what nobody let go is missed"


def test_what_stands_never_goes_and_what_was_lost_lately_goes_last(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "one\n"})
    now, moments = time.time(), []
    for step, name in enumerate(("standing", "lost", "standing", "long.gone", "lost")):
        repo.write(name, noise(step))
        moments.append(looked(repo, now - 9 * DAYS))
    (repo.root / "long.gone").unlink()
    looked(repo, now - 8 * DAYS)
    repo.git("clean", "-fdxq", "lost")
    looked(repo, now - 6 * DAYS)
    there = [True] * 5
    for room, goes in ((17, 0), (13, 1), (9, 3), (5, 4), (0, None)):
        found = limited(repo, room * KIB + 1)
        assert found.contents == (goes is not None)
        if goes is not None:
            there[goes] = False
        names = ("standing", "lost", "standing", "long.gone", "lost")
        for step, name in enumerate(names):
            then = Content(0o100644, noise(step)) if there[step] else LET_GO
            assert held(repo, moments[step], name) == then
    assert found.over > 4 * KIB, "what the file holds now stays, and it is told"
    assert is_whole(repo) == ("4 contents were let go for journal.limit",)


def test_a_disaster_is_undone_whatever_was_let_go_before(repo: Sandbox) -> None:
    repo.commit("one", {"a.bin": noise(0), "log": noise(1, 100)})
    now = {}
    for step in range(2, 12):
        now = {"a.bin": noise(step), "log": noise(1, step * KIB), "new/b": noise(-step)}
        for name, data in now.items():
            repo.write(name, data)
        looked(repo)
    newest = sum(len(data) for data in now.values())
    assert limited(repo, newest + KIB).over == 0
    repo.ok("sh", "-c", "git reset -q --hard && git clean -fdxq")
    looked(repo)
    assert limited(repo, newest + KIB).over == 0
    repo.anvcs("undo", "--yes")
    assert {name: (repo.root / name).read_bytes() for name in now} == now
    assert limited(repo, 1).over > 0
    for name, data in now.items():
        assert held(repo, looked(repo), name) == Content(0o100644, data)
    is_whole(repo)


def test_a_content_of_two_worktrees_stays_while_it_stands_in_one(
    repo: Sandbox, tmp_path: Path
) -> None:
    repo.commit("one", {"a.py": "one\n"})
    tree = tmp_path / "tree"
    repo.git("worktree", "add", "-q", "--detach", str(tree))
    (tree / "other.bin").write_bytes(noise(1))
    repo.write("export.bin", noise(1))
    first = looked(repo)
    with opened(Repo.discover(tree)):
        pass
    repo.write("export.bin", noise(2))
    looked(repo)
    assert limited(repo, 1).contents == 0
    assert held(repo, first, "export.bin") == Content(0o100644, noise(1))
    (tree / "other.bin").write_bytes(b"text\n")
    with opened(Repo.discover(tree)) as here:
        assert upkeep.limited(here.journal, 1, time.time()).contents == 1
    assert held(repo, first, "export.bin") == LET_GO
    is_whole(repo)


def test_a_content_that_a_look_has_just_put_is_put_again(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went between the reading of a large file and the operation that tells of it."""
    monkeypatch.setattr(disk, "LARGEST_TEXT", KIB)
    repo.commit("one", {"a.py": "one\n"})
    for step in (1, 2):
        repo.write("export.bin", noise(step))
        looked(repo)
    repo.write("export.bin", noise(1))
    git = Git(lambda _: None, lambda _: set())
    gone = []
    with opened(Repo.discover(repo.root), look=False) as here:
        capture = Capture(here.journal, here.texts, git, ".", repo.root)
        standing = {"export.bin": Standing("", differs=True)}
        check_first = lambda: gone.append(limited(repo, 1))  # noqa: E731
        [made] = capture.take(Seen(standing, time.time(), check=check_first))
        assert gone[0].contents == 1
        assert history.content(here.journal, here.texts, made) == (0o100644, noise(1))
    assert is_whole(repo) == ()


def test_a_plan_that_is_older_than_an_operation_takes_nothing(repo: Sandbox) -> None:
    repo.commit("one", {"a.py": "one\n"})
    for step in (1, 2):
        repo.write("export.bin", noise(step))
        looked(repo)
    with opened(Repo.discover(repo.root), look=False) as here:
        plan = limiting.plan(here.journal, 1, time.time())
        repo.write("export.bin", noise(1))
        looked(repo)
        assert len(plan.contents) == 1
        assert limiting.let_go(here.journal, plan.contents, time.time()) == []
    assert held(repo, looked(repo), "export.bin") == Content(0o100644, noise(1))


def test_beside_a_daemon_a_writer_loses_nothing(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "FIRST", 0.001)
    monkeypatch.setattr(housekeeping, "SEAL", 0.001)
    repo.commit("one", {"a.py": "one\n"})
    found = Repo.discover(repo.root)
    deadline = time.monotonic() + 30
    with opened(found) as here, housekeeping.running(found, lambda: Rules(limit=10 * KIB)):
        step = gone = 0
        while gone < 20:
            assert time.monotonic() < deadline
            step += 1
            repo.write("export.bin", noise(step % 3))  # what was let go comes again
            repo.write("log.bin", noise(step))
            here.look()
            last = here.journal.last()
            for name, data in (("export.bin", noise(step % 3)), ("log.bin", noise(step))):
                entry = here.journal.last_of(".", name, last)
                assert entry
                assert history.content(here.journal, here.texts, entry) == (0o100644, data)
            gone, _ = limiting.gone_so_far(here.journal)
    is_whole(repo)


def rewritten(repo: Sandbox) -> list[int]:
    """Four states of one file."""
    repo.commit("one", {"a.py": "one\n"})
    moments = []
    for step in range(4):
        repo.write("export.bin", noise(step))
        moments.append(looked(repo))
    return moments


def test_what_a_restore_wrote_over_goes_after_what_is_superseded(repo: Sandbox) -> None:
    moments = rewritten(repo)
    repo.anvcs("restore", f"export.bin@#{moments[0]}", "--yes")
    repo.write("export.bin", noise(9))
    looked(repo)
    assert limited(repo, 9 * KIB).contents == 3
    assert [held(repo, n, "export.bin") == LET_GO for n in moments] == [True, True, True, False]
    assert limited(repo, 9 * KIB, 8 * DAYS) == limited(repo, 0)
    assert limited(repo, 5 * KIB, 8 * DAYS).contents == 1
    is_whole(repo)


def test_frozen_contents_go_as_others_do(repo: Sandbox) -> None:
    moments = rewritten(repo)
    with opened(Repo.discover(repo.root), look=False) as here:
        now = time.time() + 1
        here.journal.put(noise(77))  # nothing tells of it yet: nothing goes for it
        freed = upkeep.collect(here, Rules(0, 0, 9 * KIB), now, dry_run=True)
        assert (freed.let_go, freed.before - freed.after) == (2, pytest.approx(8 * KIB, rel=0.01))
        freed = upkeep.collect(here, Rules(0, 0, 9 * KIB), now)
        assert (freed.let_go, freed.over) == (2, 0)
        assert freed.frozen
    assert [held(repo, n, "export.bin") == LET_GO for n in moments] == [True, True, False, False]
    assert is_whole(repo) == ("2 contents were let go for journal.limit",)
    with opened(Repo.discover(repo.root), look=False) as here:
        upkeep.collect(here, Rules(0, 1), now + 3 * DAYS)
        assert limiting.gone_so_far(here.journal) == (0, 0), "nothing tells of them any more"
    assert held(repo, moments[3], "export.bin") == Content(0o100644, noise(3))
    is_whole(repo)


def test_a_mending_knows_what_was_let_go(repo: Sandbox) -> None:
    rewritten(repo)
    assert limited(repo, 9 * KIB).contents == 2
    place = place_of(repo.root / ".git/anvcs/journal/journal.db")
    assert mending.mend(Repo.discover(repo.root), place)
    assert is_whole(repo) == ("2 contents were let go for journal.limit",)
    looked(repo)
    assert limited(repo, 5 * KIB).contents == 1, "which contents a path had is known, too"
    is_whole(repo)


def test_who_is_killed_before_a_content_is_deleted_leaves_it_as_it_was(repo: Sandbox) -> None:
    moments = rewritten(repo)
    with opened(Repo.discover(repo.root), look=False) as here:
        marked = limiting.plan(here.journal, 9 * KIB, time.time()).contents
        with here.journal.writing():
            for one in marked:
                values = (one.digest, one.bytes, 0)
                here.journal.connection.execute("INSERT INTO let_go VALUES (?, ?, ?)", values)
    assert held(repo, moments[0], "export.bin") == Content(0o100644, noise(0))
    assert is_whole(repo) == ()
    assert limited(repo, 9 * KIB).contents == 2
    assert is_whole(repo) == ("2 contents were let go for journal.limit",)


def test_the_commands_say_it(repo: Sandbox) -> None:
    moments = rewritten(repo)
    repo.write("ai-vcs.config.yaml", "journal:\n  limit: 1\n  largest: 1\n")
    facts = json.loads(repo.anvcs("journal", "size", "--json"))
    assert facts["limit"] == 2 << 30, "not approved"
    assert facts["dearest"] == [
        {"path": "export.bin", "contents": 4, "bytes": facts["contents_bytes"]}
    ]
    assert min(facts["database"], facts["contents_bytes"] - 4 * 4 * KIB) > 0
    repo.git("config", "anvcs.journal.limit", str(9 * KIB))
    repo.git("config", "anvcs.journal.largest", str(4 * KIB - 1))
    assert "2 contents let go for journal.limit" in repo.anvcs("journal", "gc")
    said = f"let go for journal.limit: 2 contents of {facts['contents_bytes'] // 2:,} bytes"
    assert said in repo.anvcs("journal", "size")
    assert said in repo.anvcs("journal", "status")
    done = repo.run("git-anvcs", "restore", f"export.bin@#{moments[1]}", "--yes")
    assert f"stays: export.bin: {LET_GO}" in done.stdout
    assert (repo.root / "export.bin").read_bytes() == noise(3)
    repo.write("larger.bin", noise(9))
    looks = repo.anvcs("timeline").splitlines()
    assert sum("what it wrote was let go for journal.limit" in look for look in looks) == 2
    with opened(Repo.discover(repo.root), look=False) as here:
        files = {
            str(file["path"]): file["kept"]
            for look in timeline.looks(here, timeline.Wanted())
            for file in told.as_json(look)["files"]  # type: ignore[attr-defined]
        }  # the oldest look of each path counts
        purge.apply(here, purge.of_path(here, "export.bin"), None)
        assert limiting.gone_so_far(here.journal) == (0, 0)
    assert (files["larger.bin"], files["export.bin"]) == (False, False)
    assert held(repo, looked(repo), "ai-vcs.config.yaml")
    is_whole(repo)
