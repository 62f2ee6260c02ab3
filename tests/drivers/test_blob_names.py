"""Names of files that would be more than names: escape sequences, and lines of their own."""

import os
import subprocess

import pytest

from git_anvcs.blobs import pointer as pointers
from git_anvcs.blobs.pointer import Pointer
from git_anvcs.blobs.store import key_of
from git_anvcs.kernel.terminal import quoted
from tests.support.blobs import cache_of, store_at, wire
from tests.support.sandbox import Sandbox

PATH = '\x1b[31mRED\nfatal: forged\u202e \\".bin'
SHOWN = r'"\033[31mRED\nfatal: forged\342\200\256 \\\".bin"'
NOWHERE = Pointer("ab" * 32, 5)


@pytest.fixture
def hostile(repo: Sandbox) -> Sandbox:
    """Such a file, whose content is nowhere, in the index and HEAD; the worktree has no file."""
    repo.env.update(store_at(repo.base / "mount"))
    wire(repo)
    repo.commit("first")
    oid = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=repo.root, env=repo.env, check=True,
        input=pointers.text(NOWHERE), capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    row = f"100644 {oid} 0\t{PATH}\0".encode()
    subprocess.run(
        ["git", "update-index", "-z", "--index-info"], cwd=repo.root, env=repo.env, check=True,
        input=row,
    )  # fmt: skip
    repo.git("commit", "-q", "--no-verify", "-m", "hostile")
    return repo


def test_no_command_lets_a_name_write_to_the_terminal(hostile: Sandbox) -> None:
    names = {}
    for words in (
        "pull", "fetch", "checkout", "status", "ls", "fsck", "fsck --remote", "verify", "url .",
        "pin", "prefetch", "push --all", "track *.bin", "prune", "locks list", "migrate info",
    ):  # fmt: skip
        done = hostile.run("git-ai-blob", *words.split())
        names[words] = SHOWN in done.stdout + done.stderr
        check(done)
    for words in ("take", "list", "release"):
        done = hostile.run("git-ai-blob", "locks", words, PATH)
        names[f"locks {words}"] = SHOWN in done.stdout + done.stderr
        check(done)
    telling = {words for words, told in names.items() if told}
    assert telling >= {
        "pull", "fetch", "status", "ls", "fsck", "fsck --remote", "verify", "url .", "prefetch",
        "locks take", "locks list", "locks release",
    }  # fmt: skip


def test_an_argument_makes_no_line_of_its_own(hostile: Sandbox) -> None:
    for command in ("describe", "fingerprint", "prefetch", "checkout --record", "pull"):
        done = hostile.run("git-ai-blob", *command.split(), f"no{PATH}")
        assert done.returncode == 2
        assert "forged" in done.stderr
        check(done)


def test_an_answer_keeps_what_was_typed_in_its_line(hostile: Sandbox) -> None:
    for words in ("track", "untrack", "doctor"):
        done = hostile.run("git-ai-blob", words, f"no{PATH}")
        assert "forged" in done.stdout
        check(done)


def test_the_filter_names_it_in_one_line(hostile: Sandbox) -> None:
    done = hostile.run("git", "checkout", "-f", "HEAD")
    assert SHOWN in done.stderr
    check(done)
    hostile.write(PATH, "edited")
    done = hostile.run("git-ai-blob", "checkout")
    check(done)


def test_a_store_that_sends_too_much_is_told_so_and_nothing_stays(hostile: Sandbox) -> None:
    place = hostile.base / "mount/blobs" / key_of(NOWHERE.oid)
    place.parent.mkdir(parents=True)
    with place.open("wb") as file:
        file.truncate(1500 << 20)  # a hole
    done = hostile.run("git-ai-blob", "verify", "--contents")
    assert done.returncode == 1
    assert "another content: " in done.stdout
    assert "more than the 5 bytes" in done.stdout
    check(done)
    assert not [one for one in cache_of(hostile).drafts.glob("*") if one.stat().st_size]


def check(done: subprocess.CompletedProcess[str]) -> None:
    """Nothing that moves a cursor, and no line that the name has made."""
    said = done.stdout + done.stderr
    assert not [line for line in said.split("\n") if line.startswith("fatal: forged")], said
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("path", ["a.bin", "a b.bin", "größe.bin", "a'b"])
def test_a_plain_path_stays_as_it_is(path: str) -> None:
    assert quoted(path) == path


@pytest.mark.parametrize(
    "raw", [b'a"b', b"a\\b", b"\a\b\t\n\v\f\r", b"\x1b[0m", b"\x7f", b"\xff\xfe", b"\x01\xc3\xa4"]
)
def test_what_is_quoted_git_takes_back(repo: Sandbox, raw: bytes) -> None:
    path = os.fsdecode(raw)
    empty = repo.git("hash-object", "-w", "-t", "blob", "/dev/null").strip()
    subprocess.run(
        ["git", "update-index", "--index-info"], cwd=repo.root, env=repo.env, check=True,
        input=f"100644 {empty} 0\t{quoted(path)}\n".encode(),
    )  # fmt: skip
    assert repo.git("ls-files", "-z") == f"{path}\0"
