"""init in odd places and with odd input: moved, broken, full, bare, shared, asked on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
import json
import os
from pathlib import Path
import pty
import shutil
import subprocess

import pytest

from git_anvcs.flows import install, probe
from git_anvcs.flows.wiring import targets
from git_anvcs.flows.wiring.targets import Choices
from git_anvcs.git.repo import Repo
from tests.flows.test_install import claude, own_hooks, snapshot
from tests.support.sandbox import Sandbox, config_hooks


def attribute(repo: Sandbox, path: str, **how: object) -> str:
    """What Git's merge would use for a path."""
    return repo.git("check-attr", "merge", "--", path, **how).strip().rpartition(": ")[2]


def test_the_owners_attributes_have_the_last_word_when_ours_are_local(repo: Sandbox) -> None:
    files = {
        ".gitattributes": "package.json merge=ours\n*.lock binary\n",
        "data dir/.gitattributes": "*.json -merge\n",
        "a.json": "{}",
    }
    repo.commit("attributes", files)
    repo.anvcs("init", "--attributes", "local")
    assert attribute(repo, "a.json") == "anvcs"
    assert attribute(repo, "package.json") == "ours"
    assert attribute(repo, "Pipfile.lock") == "unset"
    assert attribute(repo, "data dir/deep/b.json") == "unset"
    repo.anvcs("init", "--attributes", "tracked")
    assert not (repo.root / ".git/info/attributes").exists()
    assert attribute(repo, "a.json") == "anvcs"
    assert attribute(repo, "package.json") == "ours"
    repo.git("checkout", "-q", ".gitattributes")
    repo.anvcs("uninstall")
    assert repo.git("status", "--porcelain") == ""


def test_a_fetch_brings_records_into_tracking_refs_and_works_without_any(repo: Sandbox) -> None:
    other = Sandbox(repo.base, name="other")
    other.commit("first")
    repo.git("remote", "add", "origin", "../other")
    repo.anvcs("init", "--remote", "origin")
    repo.git("fetch", "-q", "origin")  # nothing of ours there yet
    other.anvcs("init")
    commit = other.commit("second")
    other.anvcs("show")
    other.git("update-ref", "refs/anvcs/w/w1", "refs/anvcs/meta")
    repo.git("fetch", "-q", "origin")
    refs = repo.git("for-each-ref", "--format=%(refname)").split()
    assert "refs/notes/anvcs-remote/origin" in refs
    assert "refs/anvcs/remotes/origin/w/w1" in refs
    assert "refs/notes/anvcs" not in refs
    noted = repo.git("notes", "--ref=refs/notes/anvcs-remote/origin", "list", commit)
    assert noted.strip()
    assert repo.anvcs("config", "get", "remotes") == "origin\n"
    repo.anvcs("uninstall")
    assert "anvcs" not in repo.git("config", "--list")


def test_a_repository_that_moved_is_renewed_by_init_and_cleaned_by_uninstall(
    repo: Sandbox, tmp_path: Path
) -> None:
    own_hooks(repo)
    claude(repo)
    before = snapshot(repo, repo.root / ".git")
    repo.anvcs("init")
    repo.root = repo.root.rename(tmp_path / "moved repo")
    # Hooks in the configuration are named by absolute paths; files in .git/hooks moved along.
    assert json.loads(repo.anvcs("init", "--json"))["changed"] is config_hooks()
    repo.anvcs("uninstall")
    after = snapshot(repo, repo.root / ".git")
    assert {name.replace("moved repo/", "repo/"): v for name, v in after.items()} == before


def test_paths_are_renewed_when_git_anvcs_has_moved(repo: Sandbox) -> None:
    repo.anvcs("init", "--agents", "claude")
    manifest = repo.root / ".git/anvcs/install/manifest.json"
    hooks = ".git/anvcs/hooks" if config_hooks() else ".git/hooks"
    places = [f"{hooks}/post-commit", ".git/config", ".claude/settings.local.json"]
    good = {name: repo.read(name) for name in places}
    for name, text in good.items():  # as an older environment would have left them
        old = text.replace("git-anvcs hook", "/old/git-anvcs hook").replace("=/", "=/old/")
        repo.write(name, old)
    assert json.loads(manifest.read_text())["version"] == 1
    repo.anvcs("init")
    assert {name: repo.read(name) for name in places} == good
    repo.anvcs("uninstall")
    assert not (repo.root / ".claude").exists()


def become(repo: Sandbox, kind: str, source: Sandbox) -> None:
    """Make the repository one of this kind, from `source` where it needs one."""
    url = f"file://{source.root}"
    clone = ["clone", "-q", url, str(repo.root)]
    if kind == "submodule":
        upper = Sandbox(repo.base, name="upper")
        upper.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", url, "sub")
        repo.root = upper.root / "sub"
    elif kind in ("unborn", "sha256"):
        form = "sha256" if kind == "sha256" else "sha1"
        repo.git("init", "-q", f"--object-format={form}", str(repo.root), cwd=repo.base)
    else:
        options = {"shallow": ["--depth=1"], "partial": ["--filter=blob:none"]}.get(kind, [])
        repo.git(*clone, *options, cwd=repo.base)
    if kind == "detached":
        repo.git("checkout", "-q", "--detach")
    if kind == "partial":  # what is missing cannot be fetched any more
        source.root.rename(source.root.with_name("gone"))


KINDS = ("unborn", "detached", "shallow", "partial", "sha256", "submodule")


@pytest.mark.parametrize("kind", KINDS)
def test_init_and_uninstall_work_in_every_kind_of_repository(repo: Sandbox, kind: str) -> None:
    source = Sandbox(repo.base, name="source")
    source.commit("one", {"a.json": "{}"})
    source.commit("two")
    source.git("config", "uploadpack.allowFilter", "true")
    shutil.rmtree(repo.root)
    become(repo, kind, source)
    git_dir = repo.root / repo.git("rev-parse", "--git-common-dir").strip()
    before = {p: p.read_bytes() for p in (git_dir / "config", git_dir / "info/exclude")}
    repo.anvcs("init")
    commit = repo.commit("after init")
    assert commit in repo.anvcs("show", "--json", "HEAD")
    repo.anvcs("uninstall")
    assert {p: p.read_bytes() for p in before} == before
    assert [p.name for p in (git_dir / "hooks").iterdir() if not p.name.endswith(".sample")] == []
    assert repo.git("status", "--porcelain") == ""


def test_a_settings_file_that_is_a_link_stays_one(repo: Sandbox) -> None:
    real = repo.home / "dotfiles.json"
    real.write_text("{}\n")
    link = repo.root / ".claude/settings.local.json"
    link.parent.mkdir()
    link.symlink_to(real)
    repo.anvcs("init")
    assert "hook claude" in real.read_text()
    repo.anvcs("uninstall")
    assert (link.readlink(), real.read_text()) == (real, "{}\n")


def test_nothing_is_changed_when_the_disk_is_full(repo: Sandbox) -> None:
    before = snapshot(repo)
    done = repo.run("sh", "-c", "ulimit -f 0; exec git-anvcs init --agents claude")
    assert done.returncode == 1
    assert "cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshot(repo) == before
    repo.anvcs("init", "--agents", "claude")


def test_init_says_so_when_another_git_writes_the_configuration(repo: Sandbox) -> None:
    lock = repo.write(".git/config.lock", "")
    before = snapshot(repo)
    done = repo.run("git-anvcs", "init")
    assert (done.returncode, "another git writes" in done.stderr) == (1, True)
    assert snapshot(repo) == before
    lock.unlink()
    repo.anvcs("init")


@pytest.mark.parametrize(
    ("options", "said", "code"),
    [
        (("--agents", "hal"), "'hal'", 2),
        (("--drivers", "cobol"), "'cobol'", 2),
        (("--remote", "nowhere"), "no remote 'nowhere'", 2),
        (("--attributes", "both"), "invalid choice", 2),
    ],
)
def test_an_unknown_name_is_refused_before_anything_changes(
    repo: Sandbox, options: tuple[str, ...], said: str, code: int
) -> None:
    before = snapshot(repo)
    done = repo.run("git-anvcs", "init", *options)
    assert (done.returncode, said in done.stderr) == (code, True)
    assert snapshot(repo) == before


@pytest.mark.parametrize("text", ["{", "[]", '{"hooks": 3}'])
def test_an_agents_broken_settings_are_named_and_left_alone(repo: Sandbox, text: str) -> None:
    repo.write(".claude/settings.local.json", text)
    before = snapshot(repo)
    done = repo.run("git-anvcs", "init")
    assert done.returncode == 1
    assert "settings.local.json" in done.stderr
    assert "--agents none" in done.stderr
    assert snapshot(repo) == before
    repo.anvcs("init", "--agents", "none")


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}', '{"version": 99}'])
def test_a_broken_manifest_is_one_sentence(repo: Sandbox, text: str) -> None:
    repo.anvcs("init")
    repo.write(".git/anvcs/install/manifest.json", text)
    for command in ("status", "doctor", "init"):
        done = repo.run("git-anvcs", command)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
    repo.anvcs("uninstall")
    assert "anvcs" not in repo.read(".git/config")


def test_init_finds_its_own_blocks_when_the_manifest_is_gone(repo: Sandbox) -> None:
    own_hooks(repo)
    before = snapshot(repo)
    repo.anvcs("init", "--agents", "claude")
    (repo.root / ".git/anvcs/install/manifest.json").unlink()
    repo.anvcs("init", "--agents", "claude")
    repo.anvcs("uninstall")
    shutil.rmtree(repo.root / ".claude", ignore_errors=True)
    assert snapshot(repo) == before


def test_the_strategy_is_set_only_where_git_finds_it(repo: Sandbox, tmp_path: Path) -> None:
    bin_only_ours = tmp_path / "few programs"
    bin_only_ours.mkdir()
    for name in ("git", "sh"):
        (bin_only_ours / name).symlink_to(shutil.which(name) or name)
    program = shutil.which("git-anvcs", path=repo.env["PATH"]) or ""
    done = repo.run(program, "init", "--strategy", env={"PATH": str(bin_only_ours)})
    assert (done.returncode, "would refuse" in done.stderr) == (1, True)
    assert repo.run("git", "config", "pull.twohead").returncode == 1
    assert "another PATH" in repo.anvcs("init", "--strategy")
    assert repo.git("config", "pull.twohead").strip() == "anvcs"
    repo.anvcs("init")
    assert repo.git("config", "pull.twohead").strip() == "anvcs"
    repo.anvcs("init", "--no-strategy")
    assert repo.run("git", "config", "pull.twohead").returncode == 1


def test_hooks_outside_the_repository_are_never_written(repo: Sandbox, tmp_path: Path) -> None:
    shared = tmp_path / "shared hooks"
    shared.mkdir()
    repo.git("config", "core.hooksPath", str(shared))
    answer = json.loads(repo.anvcs("init", "--yes", "--json"))
    if not config_hooks():
        assert "serves other repositories" in answer["notes"][0]
    assert list(shared.iterdir()) == []
    commit = repo.commit("seen by the reflog")
    assert commit in repo.anvcs("show", "--json", "HEAD")


def test_purge_deletes_nothing_behind_a_link(repo: Sandbox) -> None:
    theirs = repo.base / "theirs/meta"
    theirs.mkdir(parents=True)
    (theirs / f"{'a' * 40}.json").write_text("{}")
    Sandbox(repo.base, name="theirs")
    (repo.root / ".ai").symlink_to(repo.base / "theirs")
    repo.anvcs("init", "--agents", "none")

    repo.anvcs("uninstall", "--purge")

    assert (theirs / f"{'a' * 40}.json").is_file()


def test_records_go_only_when_purge_is_told_so(repo: Sandbox) -> None:
    repo.anvcs("init")
    repo.commit("one")
    repo.anvcs("show")
    assert (repo.root / ".ai/meta").is_dir()
    repo.anvcs("uninstall")
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("for-each-ref", "refs/notes/anvcs", "refs/anvcs")
    repo.commit("after it")
    assert repo.run("git-anvcs", "show", "HEAD").returncode == 1
    refused = repo.run("git-anvcs", "uninstall", "--purge", "--records")
    assert refused.returncode == 3
    assert repo.run("git-anvcs", "uninstall", "--records").returncode == 2
    repo.anvcs("init")
    assert repo.run("git-anvcs", "show", "HEAD").returncode == 1
    manifest = repo.root / ".git/anvcs/install/manifest.json"
    assert manifest.stat().st_mode & 0o077 == 0
    repo.anvcs("uninstall", "--purge", "--records", "--yes")
    assert repo.git("for-each-ref", "refs/notes", "refs/anvcs") == ""
    assert not (repo.root / ".git/anvcs").exists()


def test_refs_that_keep_commits_for_the_journal_go_with_it(repo: Sandbox) -> None:
    repo.anvcs("init")
    repo.commit("one")
    kept = repo.commit("two")
    repo.ok("git-anvcs", "journal", "look")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    repo.ok("git-anvcs", "journal", "look")
    assert f"refs/anvcs/kept/{kept}" in repo.git("for-each-ref")
    repo.anvcs("uninstall")
    assert f"refs/anvcs/kept/{kept}" in repo.git("for-each-ref")
    repo.anvcs("uninstall", "--purge")
    found = repo.git("for-each-ref", "refs/anvcs", "--format=%(refname)").split()
    assert [name for name in found if name.startswith(("refs/anvcs/kept", "refs/anvcs/tips"))] == []
    assert "refs/anvcs/meta" in found


@contextmanager
def terminal(repo: Sandbox, *argv: str) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """A program on a terminal of its own."""
    here, there = pty.openpty()
    process = subprocess.Popen(
        argv, cwd=repo.root, env=repo.env, stdin=there, stdout=there, stderr=there
    )
    os.close(there)
    try:
        yield here, process
    finally:
        process.kill()
        process.wait()
        os.close(here)


@pytest.mark.parametrize(("answer", "tracked"), [(b"y\n", True), (b"\n", False)])
def test_init_shows_the_lines_and_asks_on_a_terminal(
    repo: Sandbox, answer: bytes, *, tracked: bool
) -> None:
    with terminal(repo, "git-anvcs", "init") as (screen, process):
        said = b""
        while b"[y/N]" not in said:
            said += os.read(screen, 4096)
        assert b"+*.json merge=anvcs" in said
        os.write(screen, answer)
        try:
            while os.read(screen, 4096):
                pass
        except OSError:  # the other side is closed
            pass
        assert process.wait(timeout=60) == 0
    assert (repo.root / ".gitattributes").exists() == tracked
    assert (repo.root / ".git/info/attributes").exists() != tracked


def test_hooks_are_configuration_when_git_is_new_enough(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git 2.54 reads them; here stands what it would read, and that every byte goes again."""
    own_hooks(repo)
    before = snapshot(repo)
    monkeypatch.setattr(targets, "CONFIG_HOOKS", (2, 0, 0))
    found = Repo.discover(repo.root)
    plan = install.plan(found, Choices(agents=("none",)), home=repo.home)
    install.apply(found, plan, again=lambda: plan)
    stub = repo.root / ".git/anvcs/hooks/post-commit"
    assert repo.git("config", "hook.anvcs-post-commit.event").strip() == "post-commit"
    command = repo.git("config", "hook.anvcs-post-commit.command").strip()
    assert str(stub) in command
    assert "anvcs" not in repo.read(".git/hooks/post-commit")
    repo.run("sh", "-c", command, env={"GIT_DIR": ".git"})  # nothing to tell yet: no commit
    commit = repo.commit("one")
    repo.ok("sh", "-c", command, env={"GIT_DIR": ".git"})
    assert commit in (repo.root / ".git/anvcs/spool/lines").read_text()
    with probe.scratch(install.load(found) or pytest.fail("no manifest")) as scratch:
        assert scratch.hook("post-commit").read_text().startswith("#!/bin/sh\n")
        configured = scratch.git("config", "hook.anvcs-post-commit.command").stdout.decode()
        assert str(scratch.root) in configured
    repo.anvcs("uninstall")
    repo.git("update-ref", "-d", "HEAD")
    repo.git("rm", "-rfq", "--cached", ".")
    (repo.root / ".git/COMMIT_EDITMSG").unlink()
    assert snapshot(repo) == before
    assert not stub.exists()
