"""A second copy outside the repository: .git is deleted, or all of it, and everything is back."""

from contextlib import suppress
import json
from pathlib import Path
import shutil
import time

import pytest

from git_anvcs.flows.journal import mirror, recover, upkeep
from git_anvcs.flows.journal.observe import Look, observe
from git_anvcs.flows.journal.opened import opened
from git_anvcs.flows.journal.upkeep import Rules
from git_anvcs.git.repo import Repo
from git_anvcs.journal import batches
from tests.flows.journal.test_travel import NAMES, Worker
from tests.support.sandbox import Sandbox


def held(root: Path) -> dict[str, bytes]:
    """Every file with its bytes; of links what they point at."""
    return {
        str(path.relative_to(root)): str(path.readlink()).encode()
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if (path.is_symlink() or path.is_file()) and ".git" not in path.relative_to(root).parts
    }


def test_everything_is_had_back_after_the_repository_is_deleted(repo: Sandbox) -> None:
    folder = repo.base / "mirror"
    worker = Worker(repo, 3)
    first = repo.commit("first", {name: f"{name}\n" * 20 for name in NAMES if name != "link"})
    repo.git("worktree", "add", "-q", str(repo.base / "second"), "-b", "side")
    (repo.base / "second/only here").write_text("not committed\n")
    for _ in range(12):
        worker.step()
        with opened(Repo.discover(repo.root)) as here:
            mirror.copy(here.repo, here.journal, folder)
    repo.anvcs("journal", "mirror", str(folder), cwd=repo.base / "second")
    expected = held(repo.root), held(repo.base / "second")
    shutil.rmtree(repo.root)
    shutil.rmtree(repo.base / "second")
    elsewhere = repo.base / "elsewhere"
    elsewhere.mkdir()
    listed = json.loads(repo.anvcs("journal", "recover", str(folder), "--json", cwd=elsewhere))[
        "repositories"
    ]
    assert [one["repository"] for one in listed] == [str(repo.root / ".git")]
    assert first in repo.git(
        "--git-dir", f"{listed[0]['place']}/git", "rev-list", "--all", cwd=elsewhere
    )
    repo.anvcs("journal", "recover", str(folder), "--to", "out", cwd=elsewhere)
    assert (held(elsewhere / "out/main"), held(elsewhere / "out/second")) == expected


def test_the_daemon_keeps_the_mirror_of_what_is_saved(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n", ".gitignore": ".env\n"})
    folder = repo.base / "mirror"
    repo.git("config", "anvcs.journal.mirror", str(folder))
    repo.git("config", "anvcs.journal.ignored", ".env")
    repo.anvcs("daemon", "start")
    repo.write("a", "saved\n")
    repo.write("b.bin", b"\0binary")
    repo.write(".env", "SECRET=1\n")
    pid = json.loads(repo.anvcs("daemon", "status", "--json"))["pid"]
    repo.anvcs("daemon", "stop")
    while Path(f"/proc/{pid}").exists() or (repo.root / ".git/anvcs/journal/daemon.sock").exists():
        time.sleep(0.02)  # it ends after a last copy
    shutil.rmtree(repo.root / ".git")
    out = repo.base / "out"
    repo.anvcs("journal", "recover", str(folder), "--to", str(out), cwd=repo.base)
    assert held(out / "main") == {"a": b"saved\n", "b.bin": b"\0binary", ".gitignore": b".env\n"}
    [kept] = recover.kept(folder)
    ops = [one.op for batch in batches.batches(kept.place) for one in batches.read(batch)]
    assert {op.path for op in ops} == {"", "a", "b.bin"}


def test_without_its_commits_a_mirror_gives_what_the_journal_has(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n", "b": "2\n"})
    repo.write("a", "saved\n")
    folder = repo.base / "mirror"
    repo.anvcs("journal", "mirror", str(folder))
    [kept] = recover.kept(folder)
    shutil.rmtree(kept.place / "git")
    done = recover.recover(kept, repo.base / "out")
    assert held(repo.base / "out/main") == {"a": b"saved\n"}
    assert "the commit that has it is not" in done.worktrees["."][1].left["."]


def test_repositories_share_a_mirror_without_mixing(repo: Sandbox) -> None:
    other = Sandbox(repo.base, name="other")
    folder = repo.base / "mirror"
    for one, text in ((repo, "one\n"), (other, "two\n")):
        one.commit("first", {"a": "1\n"})
        one.write("a", text)
        one.anvcs("journal", "mirror", str(folder))
    refused = repo.run("git-anvcs", "journal", "recover", str(folder), "--to", "out")
    assert refused.returncode == 2
    assert "2 repositories" in refused.stderr
    for kept in recover.kept(folder):
        recover.recover(kept, repo.base / f"out{kept.place.name}")
    assert sorted(path.read_text() for path in repo.base.glob("out*/main/a")) == ["one\n", "two\n"]


def test_a_copy_that_was_killed_anywhere_leaves_a_mirror_that_can_be_used(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write of a copy may be its last; the next copy ends it."""
    repo.commit("first", {"a": "1\n"})

    class Killed(BaseException):
        pass

    write = mirror.atomic.write
    folder = repo.base / "mirror"
    for step in range(1, 17):
        repo.write("a", f"saved {step}\n")
        repo.write("b.bin", b"\0" + bytes([step]))
        left = [step % 8]

        def dying(path: Path, data: bytes, *, mode: int = 0o644, left: list[int] = left) -> None:
            if not left[0]:
                raise Killed
            left[0] -= 1
            write(path, data, mode=mode)

        with opened(Repo.discover(repo.root)) as here:
            with monkeypatch.context() as patched:
                patched.setattr(mirror.atomic, "write", dying)
                with suppress(Killed):
                    mirror.copy(here.repo, here.journal, folder)
            place = mirror.place_in(here.repo, here.journal, folder)
            ops = [one for batch in batches.batches(place) for one in batches.read(batch)]
            for one in ops:  # whatever tells of something has it
                assert not one.op.doc or batches.seed_file(place, one.op.doc).exists()
    with opened(Repo.discover(repo.root)) as here:
        mirror.copy(here.repo, here.journal, folder)
    [kept] = recover.kept(folder)
    recover.recover(kept, repo.base / "out")
    assert held(repo.base / "out/main") == held(repo.root)


def test_a_mirror_inside_the_repository_is_refused(repo: Sandbox) -> None:
    repo.commit("first", {"a": "1\n"})
    refused = repo.run("git-anvcs", "journal", "mirror", "inside")
    assert refused.returncode == 2
    assert "inside the repository" in refused.stderr
    assert repo.run("git-anvcs", "journal", "mirror").returncode == 2
    assert repo.run("git-anvcs", "journal", "recover", ".").returncode == 2


def test_a_cloned_file_cannot_name_a_mirror(repo: Sandbox) -> None:
    folder = repo.base / "theirs"
    repo.commit("first", {"a": "1\n", "ai-vcs.config.yaml": f"journal:\n  copy: {folder}\n"})
    refused = repo.run("git-anvcs", "journal", "mirror")
    assert refused.returncode == 2
    assert not folder.exists()


@pytest.mark.parametrize("keep", [60, 30])
def test_a_mirror_that_is_begun_after_thinning_gives_long_edited_files_back(
    repo: Sandbox, keep: int
) -> None:
    """keep: with 30, all that is older than 60 days was dropped"""
    repo.commit("first", {"t": "t\n"})
    begun, day, found = time.time() - 200 * 86400, 86400, Repo.discover(repo.root)
    for step in range(10):
        repo.write("notes.txt", "".join(f"day {n}\n" for n in range(step + 1)))
        with opened(found, look=False) as here:
            now = begun + step * 20 * day
            observe(found, here.journal, here.texts, Look(seconds=now))
            if step % 4 == 3:
                upkeep.collect(here, Rules(10, keep), now)
    with opened(found, look=False) as here:
        assert upkeep.collect(here, Rules(10, keep), time.time()).thinned
        mirror.copy(found, here.journal, repo.base / "mirror")
    [one] = recover.kept(repo.base / "mirror")
    left = recover.recover(one, repo.base / "out").worktrees["."][1].left
    assert left == {}
    assert held(repo.base / "out/main") == held(repo.root)
