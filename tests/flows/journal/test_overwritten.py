"""What an undo or a restore writes over, or removes, was in the journal before, or it stays."""

import json
from pathlib import Path
import shlex
import time

from tests.support.sandbox import Sandbox

LARGE = (64 << 20) + 1  # bytes; more than the journal keeps of one file


def look(repo: Sandbox) -> None:
    repo.anvcs("journal", "look")


def before(repo: Sandbox, *args: str, code: int = 0) -> str:
    """Do it; the moment before it, as its answer tells."""
    done = repo.run("git-anvcs", *args, "--yes", "--json")
    assert done.returncode == code, done.stderr
    return shlex.split(json.loads(done.stdout)["back"])[-1]


def test_what_a_file_holds_that_git_ignores_by_now_can_be_had_back(repo: Sandbox) -> None:
    repo.commit("one", {"a": "a\n"})
    look(repo)
    repo.write("conf.env", "old\n")
    look(repo)
    repo.write(".gitignore", "conf.env\n")
    repo.write("conf.env", "new, and nobody looked\n")
    back = before(repo, "restore", "conf.env@#2")
    assert repo.read("conf.env") == "old\n"
    before(repo, "undo", "--to", back)
    assert repo.read("conf.env") == "new, and nobody looked\n"


def test_a_file_that_is_too_large_for_the_journal_is_not_written_over(repo: Sandbox) -> None:
    repo.commit("one", {"a": "a\n"})
    look(repo)
    repo.write("data", "small\n")
    look(repo)
    large(repo.root / "data")
    large(repo.root / "other")
    before(repo, "undo", "--to", "#2", code=4)
    assert (repo.root / "data").stat().st_size == LARGE
    assert (repo.root / "other").stat().st_size == LARGE


def large(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(LARGE)


def test_line_ends_are_those_of_the_attributes_of_then(repo: Sandbox) -> None:
    repo.commit("one", {"dir/a.txt": "a\nb\n", "dir/.gitattributes": "*.txt text eol=crlf\n"})
    (repo.root / "dir/a.txt").unlink()
    repo.git("checkout", "-q", "HEAD", "--", "dir/a.txt")
    look(repo)
    repo.write("dir/.gitattributes", "*.txt text eol=lf\n")
    repo.write("dir/a.txt", "a\nc\n")
    look(repo)
    out = repo.base / "out"
    repo.anvcs("at", "#1", "--checkout", str(out))
    repo.write("dir/.gitattributes", "*.txt text\n")
    before(repo, "restore", "dir/a.txt@#1")
    for place in (out, repo.root):
        assert (place / "dir/a.txt").read_bytes() == b"a\r\nb\r\n"


def test_what_git_ignored_then_is_not_removed(repo: Sandbox) -> None:
    repo.write(".env", "mine\n")
    repo.write("build/out.o", "built\n")
    repo.commit("one", {".gitignore": ".env\nbuild\n"})
    time.sleep(1.1)  # a file system's clock may be as much behind
    look(repo)
    repo.write(".gitignore", "")
    repo.write("new", "new\n")
    look(repo)
    done = repo.run("git-anvcs", "undo", "--to", "#1", "--yes")
    assert (done.returncode, ".env: it was there then" in done.stdout) == (4, True)
    assert (repo.read(".env"), repo.read("build/out.o")) == ("mine\n", "built\n")
    assert not (repo.root / "new").exists()
    assert repo.git("status", "--short") == ""
