"""A file that is touched is spelt as the pointer it came from, whoever wrote that file."""

from collections.abc import Callable
import os
from pathlib import Path

import pytest

from git_anvcs.blobs.pointer import parse
from git_anvcs.git.repo import Repo
from git_anvcs.store.paths import Paths
from tests.support.blobs import cache_of, in_git, store_at, wire
from tests.support.sandbox import Sandbox

FILES = {"a.bin": b"one" * 999, "sub/b.bin": b"two" * 999}


def ledger_of(repo: Sandbox) -> Path:
    return Path(Paths(Repo.discover(repo.root).common_dir).ledger)


def touched(repo: Sandbox) -> str:
    """What Git says when it has to look into every file again."""
    for number, name in enumerate(FILES):
        os.utime(repo.root / name, (1e9 + number, 1e9 + number))
    return repo.git("status", "--porcelain", env={"GIT_OPTIONAL_LOCKS": "0"})


@pytest.fixture
def pulled(repo: Sandbox) -> Sandbox:
    """A clone of a repository whose pointers name their versions, after `pull`."""
    wire(repo)
    repo.env |= store_at(repo.base / "store")
    repo.commit("none", {"plain": "text\n"})
    for name, content in FILES.items():
        repo.write(name, content)
    repo.git("add", "-A")
    repo.ok("git-ai-blob", "hook", "pre-commit")
    repo.git("commit", "-qm", "pinned")
    assert all((found := parse(in_git(repo, name))) and found.pinned for name in FILES)
    repo.git("clone", "-q", ".", "../clone", env={"GIT_ANVCS_SKIP_SMUDGE": "1"})
    clone = Sandbox(repo.base, name="clone", init=False, **repo.env)
    clone.ok("git-ai-blob", "pull")
    assert {name: (clone.root / name).read_bytes() for name in FILES} == FILES
    return clone


def no_ledger(clone: Sandbox) -> None:
    for file in ledger_of(clone).parent.glob("ledger.db*"):
        file.unlink()


def another_spelling(clone: Sandbox) -> None:
    """The ledger knows these contents from elsewhere only, and without their versions."""
    no_ledger(clone)
    for name, content in FILES.items():
        clone.write(f"other/{name}", content)
    clone.git("add", "other")
    clone.git("rm", "-rq", "--cached", "other")
    clone.write(".git/info/exclude", "other\n")
    assert ledger_of(clone).exists()


@pytest.mark.parametrize("change", [lambda _: None, no_ledger, another_spelling])
def test_what_was_pulled_and_touched_is_not_modified(
    pulled: Sandbox, change: Callable[[Sandbox], None]
) -> None:
    change(pulled)
    assert touched(pulled) == ""
    pulled.git("checkout", "-q", "HEAD~1")  # it would refuse to write over changes
    pulled.git("checkout", "-q", "-")
    assert touched(pulled) == ""


def test_a_copy_under_another_name_is_spelt_as_the_newest_of_its_content(pulled: Sandbox) -> None:
    pulled.write("copy.bin", FILES["a.bin"])
    pulled.git("add", "copy.bin")
    assert in_git(pulled, "copy.bin") == in_git(pulled, "a.bin")
    assert cache_of(pulled).has(parse(in_git(pulled, "copy.bin")).oid)  # type: ignore[union-attr]
