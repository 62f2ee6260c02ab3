"""Which large files come: settings, -I and -X, in a checkout and on the command line."""

from argparse import ArgumentParser
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.ledger import Job, Ledger
from git_anvcs.drivers import blob_selected
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import pointed
from git_anvcs.store.paths import Paths
from tests.support.blobs import cache_of, store_at, wire
from tests.support.sandbox import Sandbox

FILES = {"a.bin": b"abc", "data/b.bin": b"of data", "data/raw/c.bin": b"raw", "v/d.bin": b"video"}
SETTINGS = "blobs:\n  fetch_include: ['*.bin']\n  fetch_exclude: [raw/, 'v/**']\n"
WANTED, LEFT = ["a.bin", "data/b.bin"], ["data/raw/c.bin", "v/d.bin"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `repo` (FILES and SETTINGS on main, all in the store `mount`) and `clone`."""
    base = tmp_path_factory.mktemp("selection")
    origin = Sandbox(base, **store_at(base / "mount"))
    wire(origin)
    origin.commit("large files", {**FILES, "ai-vcs.config.yaml": SETTINGS})
    origin.ok("git-ai-blob", "push")
    origin.git("clone", "-q", "repo", "clone", cwd=base)
    return base


@pytest.fixture
def origin(made: Path, tmp_path: Path) -> Sandbox:
    copy = tmp_path / "all"
    shutil.copytree(made, copy, symlinks=True)
    return Sandbox(copy, init=False, **store_at(copy / "mount"),
                   GIT_CONFIG_GLOBAL=str(copy / "gitconfig"))  # fmt: skip


@pytest.fixture
def clone(origin: Sandbox) -> Sandbox:
    clone = Sandbox(origin.base, name="clone", init=False, **origin.env)
    clone.git("remote", "set-url", "origin", str(origin.root))
    return clone


def cloned(origin: Sandbox, *words: str, env: dict[str, str] | None = None) -> Sandbox:
    origin.git("clone", "-q", *words, str(origin.root), str(origin.base / "new"), env=env)
    return Sandbox(origin.base, name="new", init=False, **origin.env)


def blob(clone: Sandbox, *words: str, code: int = 0, cwd: Path | None = None) -> Any:
    done = clone.run("git-ai-blob", *words, "--json", cwd=cwd)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def held(clone: Sandbox) -> list[str]:
    """The files that have their contents in the worktree; all others are pointers."""
    there = {name: clone.root / name for name in FILES if (clone.root / name).exists()}
    full = [name for name, path in there.items() if path.read_bytes() == FILES[name]]
    assert all(pointers.parse(there[name].read_bytes()) for name in there if name not in full)
    return full


def test_a_clone_gets_what_the_repositorys_settings_take(clone: Sandbox) -> None:
    assert held(clone) == WANTED
    assert len(list(cache_of(clone).oids())) == 2
    assert clone.git("status", "--porcelain") == ""
    found = blob(clone, "status")
    assert [row["path"] for row in found["left_out"]] == LEFT
    assert (found["missing"], found["waiting"], found["pointers"]) == ([], {}, [])
    text = clone.ok("git-ai-blob", "status")
    assert "left out, 2" in text
    assert "not here" not in text
    marks = [line[:2] for line in clone.ok("git-ai-blob", "ls").splitlines()]
    assert marks == ["* ", "* ", "~ ", "~ "]
    assert blob(clone, "fsck")["faults"] == []
    assert clone.run("git-anvcs", "doctor").stdout.count("but for 2 that are left out") == 1


def test_commands_keep_to_settings_until_a_path_is_named(clone: Sandbox) -> None:
    assert blob(clone, "fetch", "--dry-run") == {
        "dry_run": True, "would_fetch": [], "left_out": LEFT,
    }  # fmt: skip
    assert clone.ok("git-ai-blob", "pull") == "no other file is a pointer, 2 files left out\n"
    assert blob(clone, "checkout")["absent"] == []
    assert blob(clone, "checkout", LEFT[0], code=1)["absent"] == LEFT[:1]
    assert blob(clone, "pull", "raw", cwd=clone.root / "data")["checked_out"] == LEFT[:1]
    assert held(clone) == [*WANTED, LEFT[0]]
    assert len(blob(clone, "fetch", ".")["fetched"]) == 1
    assert [row["path"] for row in blob(clone, "status")["pointers"]] == LEFT[1:]
    assert blob(clone, "checkout")["checked_out"] == LEFT[1:]  # what is here is written


def test_options_stand_in_the_place_of_settings(clone: Sandbox) -> None:
    assert blob(clone, "pull", "--exclude=v/")["checked_out"] == LEFT[:1]
    assert held(clone) == [*WANTED, LEFT[0]]


@pytest.mark.parametrize(
    ("words", "named", "meant"),
    [
        (["-I", ""], False, [*WANTED, *LEFT]),
        (["-I", "raw,none", "-I", "v"], False, LEFT),
        (["-I", "*", "-X", "v/"], False, [*WANTED, LEFT[0]]),
        (["-X", "v/", "-X", "data/raw"], False, WANTED),
        (["-X", ""], True, [*WANTED, *LEFT]),
        (["-I", "v"], True, LEFT[1:]),
        ([], True, [*WANTED, *LEFT]),
        ([], False, WANTED),
    ],
)
def test_what_is_meant_by_which_options(
    clone: Sandbox, words: list[str], named: bool, meant: list[str]
) -> None:
    parser = ArgumentParser()
    blob_selected.add_arguments(parser)
    call = Call(parser.parse_args(words), clone.root, clone.env, as_json=True, quiet=False)
    found = blob_selected.select(call, pointed.in_index(call.repo), named=named)
    assert [at.path for at in found.found] == meant
    assert [at.path for at in found.left_out] == ([] if words or named else LEFT)


def test_switch_and_pull_keep_to_settings_of_this_clone(origin: Sandbox, clone: Sandbox) -> None:
    origin.git("switch", "-q", "-c", "other")
    origin.commit("more", {"v/d.bin": b"longer video", "a.bin": b"other"})
    origin.ok("git-ai-blob", "push")
    clone.git("fetch", "-q")
    clone.git("config", "anvcs.blobs.fetch-exclude", "/a.bin")
    done = clone.run("git", "switch", "-q", "other")
    assert (done.returncode, done.stderr) == (0, "")
    assert (clone.root / "v/d.bin").read_bytes() == b"longer video"  # nearer settings stand alone
    assert pointers.parse((clone.root / "a.bin").read_bytes())
    clone.git("config", "--unset", "anvcs.blobs.fetch-exclude")
    clone.git("switch", "-q", "main")
    assert held(clone) == WANTED
    clone.git("pull", "-q", "origin", "other")
    assert (clone.root / "a.bin").read_bytes() == b"other"
    assert (clone.root / "v/d.bin").read_bytes() == b"longer video"  # it is in the cache
    assert clone.git("status", "--porcelain") == ""


def test_what_waits_is_fetched_if_one_of_its_paths_is_wanted(
    origin: Sandbox, clone: Sandbox
) -> None:
    rows = {row["path"]: row for row in blob(clone, "ls")["files"]}
    jobs = [Job("fetch", rows[path]["oid"], size=rows[path]["size"]) for path in LEFT]
    with Ledger(Paths(clone.root / ".git")) as ledger:
        ledger.ask(jobs)
    clone.git("config", "anvcs.blobs.fetch-include", "wanted/")
    clone.git("switch", "-q", "-c", "moved")
    clone.git("mv", "v", "wanted")
    clone.git("commit", "-q", "-m", "moved")
    clone.git("reset", "-q", "--hard", "HEAD~")
    clone.git("reset", "-q", "--hard", "HEAD@{1}")
    clone.git("config", "--unset", "anvcs.blobs.fetch-include")
    clone.anvcs("drain")
    assert blob(clone, "status")["waiting"] == {}
    assert cache_of(clone).has(jobs[1].oid, jobs[1].size)
    assert not cache_of(clone).has(jobs[0].oid, jobs[0].size)


def test_prefetch_counts_every_path_that_a_content_had(origin: Sandbox) -> None:
    origin.git("mv", "v", "kept")
    origin.commit("moved")
    origin.git("rm", "-q", "-r", "kept")
    origin.commit("gone")
    clone = cloned(origin)
    assert blob(clone, "prefetch", "HEAD~2")["fetched"] == []
    wanted = blob(clone, "prefetch", "--history", "--dry-run")["would_fetch"]
    assert [row["size"] for row in wanted] == [len(b"video")]
    assert len(blob(clone, "prefetch", "HEAD~2", "-I", "raw")["fetched"]) == 1


def test_sparse_checkout_and_a_selection_narrow_both(origin: Sandbox) -> None:
    clone = cloned(origin, "--sparse")
    assert held(clone) == ["a.bin"]
    found = blob(clone, "status")
    assert ([row["path"] for row in found["left_out"]], found["missing"]) == (sorted(FILES)[1:], [])
    assert blob(clone, "pull")["fetched"] == []
    clone.git("sparse-checkout", "add", "data")
    assert held(clone) == WANTED
    assert (clone.root / "data/raw/c.bin").exists()
    assert not (clone.root / "v").exists()
    assert len(blob(clone, "prefetch")["left_out"]) == 2
    assert len(blob(clone, "fetch", "v/d.bin")["fetched"]) == 1
    assert clone.git("status", "--porcelain") == ""


def test_what_is_here_is_written_and_sent_whatever_is_left_out(clone: Sandbox) -> None:
    clone.commit("ours", {"v/new.bin": b"new video"})
    clone.git("switch", "-q", "--detach", "HEAD~")
    clone.git("switch", "-q", "main")
    assert (clone.root / "v/new.bin").read_bytes() == b"new video"
    assert [row["size"] for row in blob(clone, "push")["sent"]] == [len(b"new video")]
    assert len(blob(clone, "verify")["files"]) == 5


def test_settings_that_cannot_be_read_are_told_and_leave_nothing_out(clone: Sandbox) -> None:
    clone.write("ai-vcs.config.yaml", "blobs: {fetch_exclude: v}\n")
    (clone.root / "v/d.bin").unlink()
    done = clone.run("git", "checkout-index", "v/d.bin")
    assert done.returncode == 0
    assert "blobs.fetch_exclude: must be a list" in done.stderr
    assert "v/d.bin stays a pointer" in done.stderr
    assert clone.run("git-ai-blob", "ls").returncode == 2
    assert clone.run("git-anvcs", "status").returncode == 0


def test_the_artifacts_of_a_record_come_whatever_is_left_out(clone: Sandbox) -> None:
    clone.anvcs("init", "--agents", "none", "--yes")
    clone.commit("ours", {"v/e.bin": b"e"})
    clone.anvcs("drain")
    blob(clone, "push")
    cache = cache_of(clone)
    for oid in list(cache.oids()):
        cache.place(oid).unlink()
    put = blob(clone, "checkout", "--record", "HEAD", "--to", "out")
    assert [row["left"] for row in put["artifacts"]] == [None]
    assert (clone.root / "out/v/e.bin").read_bytes() == b"e"
    assert blob(clone, "checkout", "--record", "HEAD", "-X", "v/")["artifacts"] == []


def test_large_files_of_any_commit_are_listed(clone: Sandbox) -> None:
    clone.git("rm", "-q", "v/d.bin")
    clone.commit("other", {"a.bin": b"longer", "sub/text": "no large file"})
    rows = blob(clone, "ls", "--rev", "HEAD~")["files"]
    assert [row["path"] for row in rows] == sorted(FILES)
    assert [row["size"] for row in rows] == [len(FILES[name]) for name in sorted(FILES)]
    assert [row["here"] for row in rows] == [True, True, False, False]
    assert "worktree" not in rows[0]
    found = blob(clone, "ls", "--rev", "HEAD~", ":(glob)**/c.bin", cwd=clone.root / "data")
    assert [row["path"] for row in found["files"]] == ["data/raw/c.bin"]
    found = blob(clone, "ls", "--rev", "main", "raw", cwd=clone.root / "data")
    assert [row["path"] for row in found["files"]] == ["data/raw/c.bin"]
    assert clone.ok("git-ai-blob", "ls", "--rev", "HEAD", "a.bin").startswith("* ")
    assert "names no commit" in blob(clone, "ls", "--rev", "no-such", code=2)["error"]["message"]
