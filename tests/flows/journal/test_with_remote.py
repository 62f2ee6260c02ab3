"""Journals travel through a plain remote: every clone can look into the others, and no more."""

import hashlib
import json
from pathlib import Path
import shutil
from subprocess import PIPE, Popen
from typing import Any

import pytest

from git_anvcs.flows import settings
from git_anvcs.flows.journal import whole, with_remote
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.send import LARGEST_CONTENT, Asked
from git_anvcs.flows.journal.with_remote import Synced
from git_anvcs.git.repo import Repo
from git_anvcs.journal.journal import Journal
from git_anvcs.store.paths import Paths
from tests.flows.journal.test_undo import held
from tests.support.sandbox import Sandbox

KEY = "AKIAQ3EGT5KJ7ZMWB2XF"  # of a pattern, not of anybody


def actor(repo: Sandbox) -> str:
    with Journal(Paths(repo.root / ".git")) as journal:
        return journal.actor.hex()


def allowed(repo: Sandbox) -> Sandbox:
    repo.git("config", "anvcs.remotes", "origin")
    repo.git("config", "anvcs.journal.sync", "true")
    return repo


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Sandbox, Sandbox, Sandbox]:
    """Three clones of a bare repository that may exchange journals over it."""
    first = Sandbox(tmp_path, name="a")
    first.commit("one", {"a.py": "one\n" * 20, ".gitignore": ".env\n", "b.md": "# B\n"})
    first.git("clone", "-q", "--bare", ".", str(tmp_path / "remote.git"))
    first.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    first.git("fetch", "-q")
    for name in "bc":
        first.git("clone", "-q", str(tmp_path / "remote.git"), str(tmp_path / name))
    others = [Sandbox(tmp_path, name=name, init=False) for name in "bc"]
    return allowed(first), allowed(others[0]), allowed(others[1])


NORMAL = Asked()


def sync(repo: Sandbox, asked: Asked = NORMAL) -> Synced:
    found = Repo.discover(repo.root)
    in_force = settings.load(found, repo.env)
    with opened(found, ignored=in_force.words("journal.ignored")) as here:
        return with_remote.both_ways(here, in_force, "origin", asked)


def seen_in(repo: Sandbox, of: Sandbox, into: Path) -> Any:
    """What `repo` can show of the worktree of another clone, as it was last heard of."""
    lane = f"{actor(of)[:8]}/."
    with opened(Repo.discover(repo.root), look=False) as here:
        then = here._replace(lane=lane)
        last = next(here.journal.newest(lane)).n
        assert whole.write(then, last, into).left == {}
    return held(into)


def test_three_clones_see_each_others_work_and_write_nothing_of_it(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    for number, repo in enumerate(clones):
        repo.write("a.py", "one\n" * number + f"of {repo.root.name}\n" + "one\n" * 9)
        repo.write("new/é.txt", f"é {number}\r\n")
        repo.write("data.bin", bytes(range(256)) * (number + 1))
        repo.write(".env", f"PASSWORD={KEY}\n")
        (repo.root / "b.md").unlink()
        repo.git("config", "anvcs.journal.ignored", ".env")
    before = [held(repo.root) for repo in clones]
    assert sync(clones[0]).sent.operations == 5
    said = json.loads(clones[1].anvcs("journal", "sync", "--json"))
    assert (said["sent"], said["withheld"], said["contents"]) == (5, 1, 1)  # .env
    assert [source["operations"] for source in said["received"]] == [5]
    assert sync(clones[2]).sent.withheld == 1
    assert len(sync(clones[0]).received.sources) == 2
    sync(clones[1])
    for repo in clones:
        for number, of in enumerate(clones):
            if of is not repo:
                files = seen_in(repo, of, tmp_path / f"{repo.root.name}-{of.root.name}")
                assert files == {k: v for k, v in before[number].items() if k != ".env"}
    assert [held(repo.root) for repo in clones] == before
    packed = b"".join(read(tmp_path / "remote.git", ref) for ref in refs(clones[0]))
    assert b"data.bin" in packed
    assert KEY.encode() not in packed
    again = [sync(repo) for repo in clones]
    assert [(one.sent.operations, one.received.sources) for one in again] == [(0, ())] * 3
    clones[0].anvcs("journal", "fsck", "--full")


def test_an_undo_tells_nobody_what_ignored_files_held(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    repo = clones[0]
    repo.git("config", "anvcs.journal.ignored", ".env")
    repo.write(".env", "PIN=1234\n")
    sync(repo)
    (repo.root / ".env").unlink()
    repo.anvcs("undo", "--yes")
    assert repo.read(".env") == "PIN=1234\n"
    assert sync(repo).sent.withheld == 3
    packed = b"".join(read(tmp_path / "remote.git", ref) for ref in refs(repo))
    assert b".env" not in packed
    assert hashlib.sha256(b"PIN=1234\n").hexdigest().encode() not in packed


def test_another_clone_is_looked_into_by_its_name(clones: tuple[Sandbox, Sandbox, Sandbox]) -> None:
    first, second, _ = clones
    first.write("a.py", "of a\n")
    sync(first)
    sync(second)
    lane = actor(first)[:8]
    said = second.anvcs("timeline", "--worktree", lane, "--json")
    paths = {file["path"] for look in json.loads(said)["looks"] for file in look["files"]}
    assert paths == {"a.py"}
    assert second.anvcs("at", "-0s", "--worktree", lane, "--print", "a.py") == "of a\n"
    assert second.read("a.py") == "one\n" * 20
    second.anvcs("restore", "a.py@-0s", "--worktree", lane, "--yes")
    assert second.read("a.py") == "of a\n"


def refs(repo: Sandbox) -> list[str]:
    """Journals on the remote."""
    listed = repo.git("ls-remote", "origin", "refs/anvcs/journal/*").split()
    return listed[1::2]


def read(remote: Path, ref: str) -> bytes:
    """All that a journal says there, unpacked."""
    from git_anvcs.git import objects
    from git_anvcs.journal import segment

    repo = Repo(remote, remote, remote, bare=True)
    listed = repo.git("ls-tree", "-r", "-z", ref).split(b"\0")[:-1]
    found = b""
    for row in listed:
        facts, _, path = row.partition(b"\t")
        [blob] = objects.read(repo, [facts.split()[2].decode()])
        assert blob
        entries = segment.unpack(blob.data).entries if path.startswith(b"seg/") else [blob.data]
        found += b"".join(entry for entry in entries if isinstance(entry, bytes))
    return found


def test_offline_it_waits_and_goes_with_the_next_push(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    remote = tmp_path / "remote.git"
    remote.rename(tmp_path / "away.git")
    first.write("a.py", "offline\n")
    assert first.run("git-anvcs", "journal", "sync").returncode == 5
    first.write("a.py", "offline\nstill\n")
    first.commit("offline")
    assert first.run("git-anvcs", "push", "-q", "origin", "main").returncode == 5
    assert any("journal" in path.name for path in (first.root / ".git/anvcs/outbox").iterdir())
    (tmp_path / "away.git").rename(remote)
    first.anvcs("push", "-q", "origin", "main")
    assert list((first.root / ".git/anvcs/outbox").glob("*")) == []
    second.git("gc", "-q")
    second.anvcs("pull", "-q", "origin", "main")
    with opened(Repo.discover(second.root), look=False) as here:
        lane = f"{actor(first)[:8]}/."
        sizes = [entry.op.size for entry in here.journal.newest_below("a.py", lane)]
        assert sizes[-1] == len("offline\n")
    for repo in (first, second):
        repo.git("gc", "-q", "--prune=now")
        sync(repo)
        assert not any(source.problem for source in sync(repo).received.sources)
        repo.git("fsck", "--no-dangling")


def test_a_copy_in_the_middle_is_one_clone_more(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    first.write("a.py", "one\n" * 19 + "two\n")
    first.write("kept.txt", "kept\n")
    sync(first)
    shutil.copytree(first.root, tmp_path / "copy", symlinks=True)
    copy = Sandbox(tmp_path, name="copy", init=False)
    copy.write("a.py", "of the copy\n" + "one\n" * 19 + "two\n")
    first.write("a.py", "of the first\n" + "one\n" * 19 + "two\n")
    sync(copy)
    sync(first)
    assert actor(copy) != actor(first)
    assert len(refs(first)) == 2
    sync(second)
    assert seen_in(second, copy, tmp_path / "x") == held(copy.root)
    assert seen_in(second, first, tmp_path / "y") == held(first.root)
    assert not any(source.problem for source in sync(copy).received.sources)
    assert seen_in(copy, first, tmp_path / "w") == held(first.root)
    assert seen_in(first, copy, tmp_path / "z") == held(copy.root)


def test_what_looks_like_a_secret_stays_here_until_somebody_decides(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    first.write("a.py", f"one\nkey = '{KEY}'\n")
    first.write("fine.txt", "fine\n")
    first.anvcs("journal", "look")
    first.write("a.py", "one\nkey = None\n")  # it is gone, but the journal has it
    done = first.run("git-anvcs", "journal", "sync")
    assert done.returncode == 3
    assert "1 operations" in done.stderr
    assert "a.py" in done.stderr
    assert "--withhold" in done.stderr
    assert KEY not in done.stderr
    assert refs(first) == []
    assert len(sync(first, Asked(dry_run=True)).sent.secrets) == 1
    pushed = first.run("git-anvcs", "push", "--records", "origin")
    assert pushed.returncode == 4
    assert "--withhold" in pushed.stderr
    first.write("a.py", "one\nkey = None\nmore\n")
    first.write("large.bin", b"\0" * (LARGEST_CONTENT + 1))
    sent = sync(first, Asked(withhold=True)).sent
    assert (sent.withheld, sent.large) == (3, 1)
    assert KEY.encode() not in read(tmp_path / "remote.git", refs(first)[0])
    sync(second)
    with opened(Repo.discover(second.root), look=False) as here:
        lane = f"{actor(first)[:8]}/."
        assert {entry.op.path for entry in here.journal.newest(lane)} == {
            "",
            "fine.txt",
            "large.bin",
        }
    # What others keep to themselves is no damage.
    second.anvcs("journal", "fsck", "--full")


def test_a_ref_that_was_forced_away_is_told_and_nothing_is_lost(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, third = clones
    first.write("a.py", "first\n")
    sync(first)
    sync(second)
    ref = f"refs/anvcs/journal/{actor(first)}"
    first.write("a.py", "first\nsecond\n")
    sync(first)
    remote = str(tmp_path / "remote.git")
    # Rewound: the next push grows it again. Deleted: it is made again.
    first.git("-C", remote, "update-ref", ref, f"{ref}~1")
    assert sync(second).received.sources == ()
    first.write("a.py", "first\nsecond\nthird\n")
    sync(first)
    first.git("-C", remote, "update-ref", "-d", ref)
    first.write("a.py", "four\n")
    sync(first)
    assert sync(second).received.operations == 3
    # Replaced by something else: told, never forced, and the clone goes on under another name.
    tree = first.git("-C", remote, "rev-parse", "main^{tree}").strip()
    other = first.git("-C", remote, "commit-tree", "-m", "x", tree).strip()
    first.git("-C", remote, "update-ref", ref, other)
    notes = sync(second).notes
    assert any("replaced" in note for note in notes)
    was = actor(first)
    first.write("a.py", "five\n")
    assert any("another history" in note for note in sync(first).notes)
    assert actor(first) != was
    assert first.git("-C", remote, "rev-parse", ref).strip() == other
    sync(third)
    assert seen_in(third, first, tmp_path / "x") == held(first.root)


def test_a_journal_put_back_to_an_earlier_state_goes_on_under_another_name(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    first.write("a.py", "one\n")
    first.anvcs("journal", "look")
    file = first.root / ".git/anvcs/journal/journal.db"
    saved = file.read_bytes()
    first.write("a.py", "two\n")
    sync(first)
    with file.open("r+b") as opened_file:  # a restored snapshot of the disk: the same file
        opened_file.truncate(0)
        opened_file.write(saved)
    first.write("a.py", "three\n")
    assert any("not the one that was sent" in note for note in sync(first).notes)
    assert len(refs(first)) == 2
    sync(second)
    assert seen_in(second, first, tmp_path / "x") == held(first.root)


def test_hostile_journals_do_no_harm(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    first.write("a.py", "first\n")
    sync(first)
    remote = tmp_path / "remote.git"
    blob = first.git("-C", str(remote), "hash-object", "-w", "--stdin", stdin="no segment").strip()
    names = {
        f"seg/1-{'0' * 64}": blob,
        f"seg/{'9' * 30}-{'0' * 64}": blob,
        f"blob/{'0' * 64}": blob,
    }
    env = {"GIT_INDEX_FILE": str(tmp_path / "index")}
    for path, oid in names.items():
        first.git("-C", str(remote), "update-index", "--add", "--cacheinfo", f"100644,{oid},{path}",
                  env=env)  # fmt: skip
    tree = first.git("-C", str(remote), "write-tree", env=env).strip()
    bad = first.git("-C", str(remote), "commit-tree", "-m", "x", tree).strip()
    stolen = first.git("-C", str(remote), "rev-parse", refs(first)[0]).strip()
    for name, oid in (("ab" * 16, bad), ("cd" * 16, stolen), ("ef" * 16, blob), ("../x", bad)):
        first.run("git", "-C", str(remote), "update-ref", f"refs/anvcs/journal/{name}", oid)
    done = sync(second).received.sources
    good = [source for source in done if not source.problem]
    assert [source.actor for source in good] == [actor(first)]
    assert {source.actor for source in done} == {actor(first), "ab" * 16, "cd" * 16}
    assert not any(source.trusted for source in good)
    assert second.run("git-anvcs", "journal", "sync").returncode == 4
    assert seen_in(second, first, tmp_path / "x") == held(first.root)


def test_it_is_off_until_somebody_switches_it_on(clones: tuple[Sandbox, Sandbox, Sandbox]) -> None:
    first = clones[0]
    first.git("config", "anvcs.journal.sync", "false")
    assert first.run("git-anvcs", "journal", "sync").returncode == 2
    first.write("a.py", "x\n")
    first.anvcs("journal", "look")
    first.anvcs("push", "-q", "origin", "main")
    assert refs(first) == []
    first.git("config", "anvcs.journal.sync", "true")
    first.git("config", "--unset", "anvcs.remotes")
    done = first.run("git-anvcs", "journal", "sync")
    assert done.returncode == 2
    assert "not allowed" in done.stderr
    assert refs(first) == []


def test_a_plain_push_takes_the_journal_along_and_two_at_once_do_no_harm(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    first.write("a.py", "one\n")
    first.anvcs("push", "-q", "origin", "main")
    assert len(refs(first)) == 1
    first.write("a.py", "one\ntwo\n")
    argv = [str(first.base / "bin/git-anvcs"), "journal", "sync"]
    running = [Popen(argv, cwd=repo.root, env=repo.env, stdout=PIPE, stderr=PIPE)
               for repo in (first, first, second)]  # fmt: skip
    for one in running:
        out, err = one.communicate(timeout=120)
        assert one.returncode == 0, out + err
    sync(second)
    assert seen_in(second, first, tmp_path / "x") == held(first.root)
    with opened(Repo.discover(second.root), look=False) as here:
        lane = f"{actor(first)[:8]}/."
        assert len(list(here.journal.newest_below("a.py", lane))) == 2


def test_a_commit_that_was_never_pushed_is_told_and_its_changes_are_shown(
    clones: tuple[Sandbox, Sandbox, Sandbox], tmp_path: Path
) -> None:
    first, second, _ = clones
    first.commit("never pushed", {"new.txt": "new\n"})
    first.write("new.txt", "new\nand changed\n")
    sync(first)
    sync(second)
    lane = f"{actor(first)[:8]}/."
    with opened(Repo.discover(second.root), look=False) as here:
        there = here._replace(lane=lane)
        done = whole.write(there, here.journal.last(), tmp_path / "x")
        assert "not in this clone" in done.left["."]
    assert held(tmp_path / "x") == {"new.txt": (b"new\nand changed\n", 0)}
    said = second.run("git-anvcs", "at", "-0s", "--worktree", lane, "--print", "b.md")
    assert said.returncode == 1
    assert "not in this clone" in said.stderr
