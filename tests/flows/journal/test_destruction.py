"""The ways in which agents destroy work, each taken back to the byte.

Each is a shell command, run in a worktree with edits, new files, a deletion and staged changes that
the journal has seen. The commands come from reports of people who lost their work so.
"""

from collections.abc import Iterator
import os
from pathlib import Path
import shutil
import subprocess

import pytest

from git_anvcs.flows.journal import undo
from git_anvcs.flows.journal.observe import observe
from git_anvcs.flows.journal.opened import Opened, opened
from git_anvcs.git.repo import Repo
from git_anvcs.journal.bursts import Span
from git_anvcs.kernel import clock
from tests.flows.journal.test_undo import Held, held
from tests.support.sandbox import Sandbox

GIT = [
    "git reset -q --hard",
    "git reset -q --hard HEAD~1",
    "git reset -q --hard origin/main",
    "git reset -q --hard && git clean -fdxq",
    "git reset -q --hard HEAD~2; git clean -fdq; git gc -q --prune=now",
    "git reset -q --merge HEAD~1",
    "git checkout -q -- .",
    "git checkout -q HEAD -- src",
    "git checkout -q HEAD~1 -- src",
    "git checkout -q -f other",
    "git checkout -q -f -B main HEAD~1",
    "git switch -q --discard-changes other",
    "git restore .",
    "git restore --staged --worktree .",
    "git restore -q --source=HEAD~1 --staged --worktree src",
    "git clean -fdq",
    "git clean -fdxq src",
    "git stash -q && git stash drop -q",
    "git stash -q -u && git stash clear",
    "git read-tree -u --reset HEAD",
    "git checkout-index -a -f",
    "git rm -rqf src",
    "git rm -qf a.py",
    "git sparse-checkout set nothing-of-this",
    "git stash -q && git reset -q --hard HEAD~2 && git stash pop -q; git checkout -q --ours ."
    " && git reset -q --hard && git stash drop -q",
    "git stash -q && git merge -q --no-edit -X theirs side && git stash drop -q",
    "git add -A && git stash -q && git rebase -q --onto other HEAD~1 && git stash drop -q",
    "for n in 1 2 3; do git reset -q --hard origin/main; git clean -fdq; done",
]
SHELL = [
    "rm -rf src",
    "rm -rf -- *",
    "rm a.py new.txt",
    "find . -name '*.py' -not -path './.git/*' -delete",
    ": > a.py",
    "truncate -s 0 a.py src/b.py new.txt",
    "mv src ../elsewhere",
    "cp /dev/null src/b.py",
    "sed -i d a.py",
    "ln -sfn /nowhere a.py",
    "rm -rf src && echo 'a file now' > src",
    "printf 'something else entirely\\n' > src/b.py",
    "mkdir -p trash && mv a.py src trash/ && rm -rf trash",
    "git reset -q --hard && rm -rf src && git clean -fdxq",
]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with three commits, a branch and a remote: made once, copied for each way."""
    repo = Sandbox(tmp_path_factory.mktemp("origin"))
    text = "".join(f"def f{n}():\n    return {n}\n" for n in range(40))
    repo.commit("one", {"a.py": text, "src/b.py": text, "src/deep/c.txt": "c\n", "gone.txt": "g\n"})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("branch", "other")
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", {"side.py": text})
    repo.git("switch", "-q", "main")
    repo.commit("two", {"a.py": text + "# two\n", "src/two.py": text})
    repo.commit("three", {"src/b.py": "# three\n" + text})
    return repo.base


@pytest.fixture
def here(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Sandbox, Opened]]:
    """The repository with work in it that no commit has, all of it seen; an hour goes by."""
    shutil.copytree(origin, tmp_path / "copy", symlinks=True)
    repo = Sandbox(tmp_path / "copy", init=False)
    monkeypatch.setattr(os, "environ", {**os.environ, **repo.env})
    times = iter(range(1_790_000_000, 1_790_900_000, 3600))
    monkeypatch.setattr(clock, "now", lambda: float(next(times)))
    with opened(Repo.discover(repo.root)) as found:
        work(repo.root)
        repo.git("add", "src/b.py", "staged.txt")
        observe(found.repo, found.journal, found.texts)
        yield repo, found


def work(root: Path) -> None:
    (root / "a.py").write_text((root / "a.py").read_text().replace("return 7", "return 'é'"))
    (root / "src/b.py").write_text("import os\n" + (root / "src/b.py").read_text())
    (root / "new.txt").write_text("never added to Git\n")
    (root / "staged.txt").write_text("only staged\n")
    (root / "src/new").mkdir()
    (root / "src/new/data.bin").write_bytes(bytes(range(256)))
    (root / "src/new/run").write_text("#!/bin/sh\necho\n")
    (root / "src/new/run").chmod(0o755)
    (root / "src/new/link").symlink_to("../b.py")
    (root / "windows.txt").write_bytes(b"one\r\ntwo\r\n")
    (root / "latin.txt").write_bytes(b"caf\xe9\n")
    (root / "gone.txt").unlink()


def destroyed(repo: Sandbox, found: Opened, command: str) -> tuple[Held, str]:
    """What the worktree held, and the branch, before the command; it has run and was seen."""
    before, head = held(repo.root), repo.run("git", "symbolic-ref", "HEAD").stdout
    subprocess.run(["sh", "-c", command], cwd=repo.root, env=repo.env, check=True)
    assert held(repo.root) != before, "the command destroyed nothing"
    observe(found.repo, found.journal, found.texts)
    return before, head


@pytest.mark.parametrize("command", [*GIT, *SHELL])
def test_undo_gives_back_every_byte(here: tuple[Sandbox, Opened], command: str) -> None:
    repo, found = here
    commit = repo.git("rev-parse", "HEAD")
    before, head = destroyed(repo, found, command)
    after = held(repo.root)
    done = undo.apply(found, undo.last_burst(found))
    assert done.left == {}
    assert held(repo.root) == before
    assert (repo.git("symbolic-ref", "HEAD"), repo.git("rev-parse", "HEAD")) == (head, commit)
    again = undo.plan(found, Span(done.before, found.journal.last()), all_since=True)
    assert undo.apply(found, again).left == {}
    assert held(repo.root) == after


@pytest.mark.parametrize(
    "command",
    [
        "git branch -q -D topic",
        "git update-ref -d refs/heads/topic",
        "git branch -q -f topic other",
        "git tag -d v1",
        "git stash drop -q",
        "git stash clear",
        "git branch -q -D topic; git tag -d v1; git stash clear",
    ],
)
def test_refs_come_back_with_their_commits(here: tuple[Sandbox, Opened], command: str) -> None:
    repo, found = here
    repo.git("stash", "-q")
    tree = repo.git("write-tree").strip()
    for name in ("refs/heads/topic", "refs/tags/v1"):
        made = repo.git("commit-tree", "-p", "HEAD", "-m", name, tree).strip()
        repo.git("update-ref", name, made)
    repo.git("gc", "-q", "--prune=now")
    observe(found.repo, found.journal, found.texts)
    before = repo.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash")
    subprocess.run(["sh", "-c", command], cwd=repo.root, env=repo.env, check=True)
    observe(found.repo, found.journal, found.texts)
    assert repo.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash") != before
    assert undo.apply(found, undo.last_burst(found)).left == {}
    assert repo.git("for-each-ref", "refs/heads", "refs/tags", "refs/stash") == before
    repo.git("fsck", "--connectivity-only", "--no-dangling")


# What a person wrote to solve a conflict, and what throws it away.
CONFLICTS = [
    ("git merge -q side", "git merge --abort"),
    ("git merge -q side", "git checkout -q -m -- a.py"),
    ("git merge -q side", "git checkout -q --theirs -- a.py"),
    ("git merge -q side", "git reset -q --hard"),
    ("git rebase -q side", "git rebase --abort"),
    ("git rebase -q side", "git reset -q --hard && git rebase --skip"),
    ("git cherry-pick side", "git cherry-pick --abort"),
    ("git format-patch -q -1 -o ../patches side && git am -q -3 ../patches/*", "git am --abort"),
    ("git stash -q && git checkout -q side && git stash pop -q", "git checkout -q HEAD -- ."),
]


@pytest.mark.parametrize(("begin", "command"), CONFLICTS)
def test_a_conflict_that_was_solved_and_thrown_away_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: str, command: str
) -> None:
    repo = Sandbox(tmp_path)
    monkeypatch.setattr(os, "environ", {**os.environ, **repo.env})
    repo.commit("one", {"a.py": "one\n", "b.py": "b\n"})
    repo.git("switch", "-q", "-c", "side")
    repo.commit("side", {"a.py": "side\n"})
    repo.git("switch", "-q", "main")
    repo.commit("two", {"a.py": "two\n"})
    if "stash" in begin:
        repo.write("a.py", "work\n")
    times = iter(range(1_790_000_000, 1_790_900_000, 3600))
    monkeypatch.setattr(clock, "now", lambda: float(next(times)))
    with opened(Repo.discover(repo.root)) as found:
        subprocess.run(["sh", "-c", begin], cwd=repo.root, env=repo.env, check=False)
        assert "UU a.py" in repo.git("status", "--porcelain")
        observe(found.repo, found.journal, found.texts)
        repo.write("a.py", "two and side, put together by hand\n")
        observe(found.repo, found.journal, found.texts)
        before, _ = destroyed(repo, found, command)
        undo.apply(found, undo.last_burst(found))
        assert held(repo.root) == before


def test_a_worktree_that_another_session_made_anew_in_its_place(
    here: tuple[Sandbox, Opened],
) -> None:
    repo, _ = here
    tree = repo.base / "tree"
    repo.git("worktree", "add", "-q", "--detach", str(tree))
    with opened(Repo.discover(tree)) as found:
        work(tree)
        found.look()
        before = held(tree)
        repo.git("worktree", "remove", "--force", str(tree))
        repo.git("worktree", "add", "-q", "--detach", str(tree))
        assert repo.git("status", "--porcelain", cwd=tree) == ""
        found.look()
        assert undo.apply(found, undo.last_burst(found)).left == {}
        assert held(tree) == before


def test_a_staged_edit_beside_a_deletion_is_no_loss(here: tuple[Sandbox, Opened]) -> None:
    repo, found = here
    repo.write("src/two.py", "rewritten, and staged\n" + repo.read("src/two.py"))
    repo.git("add", "src/two.py")
    before, _ = destroyed(repo, found, "rm a.py")
    assert undo.apply(found, undo.last_burst(found)).left == {}
    assert held(repo.root) == before
