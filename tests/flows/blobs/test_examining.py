"""`git anvcs doctor` tells what is wrong with large files, and asks no store for it."""

import json
from pathlib import Path

import pytest

from git_anvcs.blobs import quarantine, queue
from git_anvcs.blobs.ledger import Job, Ledger
from git_anvcs.flows.blobs import examining
from git_anvcs.flows.blobs.stores_here import abilities_file
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths
from tests.support.blobs import ATTRIBUTES, cache_of, planted, store_at, wire
from tests.support.sandbox import Sandbox

HOOKS = ("pre-commit", "pre-push")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    made = Sandbox(tmp_path, **store_at(tmp_path / "mount"))
    wire(made)
    monkeypatch.setenv("PATH", made.env["PATH"])
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, made.env[name])
    return made


def bad(clone: Sandbox, hooks: tuple[str, ...] = HOOKS, **env: str) -> dict[str, tuple[str, str]]:
    """What is wrong and its hint, by check."""
    repo = Repo.discover(clone.root)
    found = examining.examine(repo, {**clone.env, **env}, hooks)
    return {one.check: (one.said, one.hint) for one in found if one.status == "bad"}


def test_all_is_well_after_a_commit(clone: Sandbox) -> None:
    clone.commit("one", {"m.bin": b"model" * 1000})
    clone.ok("git-ai-blob", "push")
    assert bad(clone) == {}
    repo = Repo.discover(clone.root)
    said = {one.check: one.said for one in examining.examine(repo, clone.env, HOOKS)}
    assert set(said) == {"filter", "push", "rules", "store", "queue", "worktree", "cache"}
    assert said["cache"].startswith("1 contents, ")


def test_nothing_is_said_where_there_are_no_large_files(repo: Sandbox) -> None:
    assert list(examining.examine(Repo.discover(repo.root), repo.env, ())) == []


def test_what_is_not_wired_is_told(clone: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.commit("one", {"m.bin": b"model"})
    assert "pre-push" in bad(clone, ())["push"][0]
    clone.git("config", "filter.ai-blob.process", "cat")
    assert "second time" in bad(clone)["filter"][0]
    clone.git("config", "--unset", "filter.ai-blob.process")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    assert "git anvcs init" in bad(clone)["filter"][1]
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert "not on PATH" in bad(clone)["filter"][0]


def test_rules_that_disagree_are_told(clone: Sandbox) -> None:
    clone.write(".gitattributes", "")
    clone.commit(
        "as content", {"m.bin": b"model", "ai-vcs.config.yaml": "blobs: {track: ['*.pt']}\n"}
    )
    assert "track '*.pt'" in bad(clone)["rules"][1]
    (clone.root / "ai-vcs.config.yaml").unlink()
    clone.write(".gitattributes", ATTRIBUTES)
    assert "m.bin" in bad(clone)["rules"][0]


def test_pointers_in_the_worktree_are_told(clone: Sandbox) -> None:
    (pointer,) = planted(clone, {"m.bin": b"model"}).values()
    clone.git("add", "-A")
    assert "checkout" in bad(clone)["worktree"][1]
    cache_of(clone).place(pointer.oid).unlink()
    assert "pull" in bad(clone)["worktree"][1]
    assert "worktree" not in bad(clone, GIT_ANVCS_SKIP_SMUDGE="1")


def test_what_waits_too_long_and_what_is_damaged_is_told(clone: Sandbox) -> None:
    (pointer,) = planted(clone, {"m.bin": b"model"}).values()
    with Ledger(Paths(Repo.discover(clone.root).common_dir)) as ledger:
        ledger.ask([Job(queue.UPLOAD, pointer.oid, "nfs", 5, tries=2, note="away", seconds=1)])
        ledger.ask([Job(queue.REST, "", "nfs", tries=9, note="no route", seconds=1)])
    said = bad(clone)["queue"][0]
    assert "since 1970" in said
    cache = cache_of(clone)
    cache.place(pointer.oid).chmod(0o644)
    cache.place(pointer.oid).write_bytes(b"other")
    assert not cache.whole(pointer.oid)
    assert "--repair" in bad(clone)["cache"][1]
    (other,) = planted(clone, {"n.bin": b"more"}).values()
    quarantine.put(cache, other.oid)
    found = examining.examine(Repo.discover(clone.root), clone.env, HOOKS)
    assert any("in quarantine 1" in one.said for one in found)
    (cache.root / "ledger.db").write_bytes(b"x" * 4096)
    for more in cache.root.glob("ledger.db-*"):
        more.unlink()
    assert "queue" in bad(clone)


def test_what_is_known_of_a_store_is_told_and_nobody_is_asked(clone: Sandbox) -> None:
    planted(clone, {"m.bin": b"model"})
    s3 = {"ANVCS_STORAGE_PRIMARY": "s3", "ANVCS_ADAPTERS_S3_ENDPOINT_URL": "http://127.0.0.1:9"}
    assert "bucket" in bad(clone, **s3)["store"][0]
    s3["ANVCS_ADAPTERS_S3_BUCKET"] = "here"
    assert "store" not in bad(clone, **s3)
    file = abilities_file(clone.env)
    file.parent.mkdir(parents=True)
    known = {"seconds": 1, "findings": {"versions": "bad", "write": "good"}}
    file.write_text(json.dumps({"servers": {"http://127.0.0.1:9 here": known}}))
    assert "versions not good" in bad(clone, **s3)["store"][0]
    file.write_text(json.dumps({"servers": {"http://127.0.0.1:9 here": 3}}))
    assert "store" not in bad(clone, **s3)


def test_doctor_shows_them(clone: Sandbox) -> None:
    planted(clone, {"m.bin": b"model"})
    clone.git("add", "-A")
    done = json.loads(clone.run("git-anvcs", "doctor", "--json", "--runs", "0").stdout)
    found = {one["check"]: one for one in done["findings"]}
    assert found["blob worktree"]["mend"] == "`git-ai-blob checkout`"
    assert "blob push" in found
