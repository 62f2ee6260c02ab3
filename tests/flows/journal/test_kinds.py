"""Work is destroyed and given back, to the byte, in repositories of every kind."""

from collections.abc import Callable, Iterator
import os
from pathlib import Path
import subprocess

import pytest

from git_anvcs.flows.journal import undo
from git_anvcs.flows.journal.opened import opened
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from tests.flows.journal.test_undo import held
from tests.support.sandbox import Sandbox, newer_git

FILES = {
    "a.txt": "a\n" * 30,
    "dir/b.txt": "b\n",
    "dir/deep/c.bin": bytes(range(256)),
    "kept": "k\n",
}
RESET = "git reset -q --hard && git clean -fdxq"


def plain(repo: Sandbox) -> Path:
    repo.commit("one", FILES)
    repo.commit("two", {"a.txt": "two\n" + "a\n" * 30})
    return repo.root


def sparse(*how: str) -> Callable[[Sandbox], Path]:
    def make(repo: Sandbox) -> Path:
        repo.write("away/z.txt", "z\n")
        plain(repo)
        repo.git("sparse-checkout", "set", *how)
        assert not (repo.root / "away").exists()
        return repo.root

    return make


def shallow(repo: Sandbox) -> Path:
    plain(repo)
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(repo.base / "clone"))
    return repo.base / "clone"


def partial(repo: Sandbox) -> Path:
    """Blobs of the commit before are not here, and cannot be had."""
    plain(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = repo.base / "clone"
    repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.root}", str(clone))
    repo.root.rename(repo.base / "away")
    return clone


def linked(repo: Sandbox) -> Path:
    plain(repo)
    repo.git("worktree", "add", "-q", "--detach", str(repo.base / "tree"))
    return repo.base / "tree"


def of_bare(repo: Sandbox) -> Path:
    plain(repo)
    repo.git("clone", "-q", "--bare", str(repo.root), str(repo.base / "bare.git"))
    repo.git("worktree", "add", "-q", str(repo.base / "tree"), "main", cwd=repo.base / "bare.git")
    return repo.base / "tree"


def apart(repo: Sandbox) -> Path:
    """The Git directory lies elsewhere, and says where its files are."""
    plain(repo)
    (repo.root / ".git").rename(repo.base / "apart.git")
    repo.git("config", "core.worktree", str(repo.root), cwd=repo.base / "apart.git")
    repo.write(".git", f"gitdir: {repo.base / 'apart.git'}\n")
    return repo.root


def split(repo: Sandbox) -> Path:
    plain(repo)
    repo.git("config", "core.splitIndex", "true")
    repo.git("update-index", "--split-index")
    return repo.root


def crowded(repo: Sandbox) -> Path:
    """Names that are one on other file systems."""
    repo.commit("one", {**FILES, "Dir/B.txt": "another\n", "A.txt": "A\n"})
    return repo.root


def unborn(repo: Sandbox) -> Path:
    for name, data in FILES.items():
        repo.write(name, data)
    repo.git("add", "a.txt")
    return repo.root


def orphan(repo: Sandbox) -> Path:
    plain(repo)
    repo.git("checkout", "-q", "--orphan", "fresh")
    return repo.root


def superproject(repo: Sandbox) -> Path:
    plain(repo)
    repo.git("clone", "-q", str(repo.root), str(repo.base / "inner"))
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo.base / "inner")
    )
    repo.commit("with a submodule")
    return repo.root


def inner(repo: Sandbox) -> Path:
    return superproject(repo) / "inner"


def hidden(flag: str) -> Callable[[Sandbox], Path]:
    """Git was told not to look at a file: what is done to it shows in no status."""

    def make(repo: Sandbox) -> Path:
        plain(repo)
        repo.git("update-index", flag, "a.txt", "kept")
        return repo.root

    return make


KINDS: dict[str, tuple[Callable[[Sandbox], Path], str]] = {
    "plain": (plain, RESET),
    "sparse, cones": (sparse("dir"), RESET),
    "sparse, patterns": (sparse("--no-cone", "/*", "!/away/"), RESET),
    "shallow": (shallow, RESET),
    "partial": (partial, "git checkout -q . && git clean -fdxq"),
    "linked, detached": (linked, "git reset -q --hard HEAD~1 && git clean -fdxq"),
    "of a bare one": (of_bare, "git reset -q --hard HEAD~1 && git clean -fdxq"),
    "core.worktree": (apart, RESET),
    "split index": (split, "git reset -q --hard HEAD~1 && git clean -fdxq"),
    "clashes of case": (crowded, "git config core.ignoreCase true && rm -rf Dir A.txt a.txt dir"),
    "without a commit": (unborn, "git rm -rqf . && rm -rf *"),
    "without a commit, cleaned": (unborn, "git clean -fdxq"),
    "orphan branch": (orphan, "git checkout -q -f main && git clean -fdxq"),
    "submodule beside": (superproject, RESET),
    "submodule itself": (inner, "git reset -q --hard HEAD~1 && git clean -fdxq"),
    "assume-unchanged": (
        hidden("--assume-unchanged"),
        "git update-index --no-assume-unchanged a.txt kept && git checkout -q . && git clean -fdq",
    ),
    "skip-worktree": (
        hidden("--skip-worktree"),
        "git update-index --no-skip-worktree a.txt kept && git reset -q --hard && git clean -fdq",
    ),
    "skip-worktree, deleted": (hidden("--skip-worktree"), "rm -rf *"),
}


def work(root: Path) -> None:
    (root / "a.txt").write_text((root / "a.txt").read_text() + "work é\n")
    (root / "kept").write_bytes(b"now\0binary")
    (root / "new").mkdir()
    (root / "new/file").write_text("never added\n")
    if (root / "dir/b.txt").exists():
        (root / "dir/b.txt").chmod(0o755)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An hour goes by between two looks."""
    times = iter(range(1_790_000_000, 1_790_900_000, 3600))
    monkeypatch.setattr(clock, "now", lambda: float(next(times)))
    return


def destroyed_and_undone(repo: Sandbox, root: Path, command: str) -> None:
    with opened(Repo.discover(root)) as here:
        work(root)
        here.look()
        before = held(root)
        head = repo.run("git", "rev-parse", "HEAD", cwd=root).stdout
        status = repo.git("status", "--porcelain", cwd=root)
        subprocess.run(["sh", "-c", command], cwd=root, env=repo.env, check=True)
        assert held(root) != before
        here.look()
        done = undo.apply(here, undo.last_burst(here))
        assert done.left == {}
        assert held(root) == before
        assert repo.run("git", "rev-parse", "HEAD", cwd=root).stdout == head
        if "update-index" not in command:
            assert repo.git("status", "--porcelain", cwd=root) == status
        repo.git("fsck", "--connectivity-only", "--no-dangling", cwd=root)


@pytest.mark.parametrize("kind", KINDS)
def test_work_comes_back_in_every_kind_of_repository(
    repo: Sandbox, kind: str, late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, **repo.env})
    make, command = KINDS[kind]
    destroyed_and_undone(repo, make(repo), command)


@pytest.mark.parametrize("how", ["--object-format=sha256", "--ref-format=reftable"])
def test_work_comes_back_with_other_ids_and_other_refs(
    tmp_path: Path, how: str, late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Sandbox(tmp_path, init=False, **newer_git(tmp_path / "newer"))
    repo.root.mkdir()
    repo.git("init", "-q", "-b", "main", how)
    monkeypatch.setattr(os, "environ", {**os.environ, **repo.env})
    destroyed_and_undone(repo, plain(repo), "git reset -q --hard HEAD~1 && git clean -fdxq")
