"""What happens to a file between its pointer, which Git has written, and its late content."""

from hashlib import sha256
import os
from pathlib import Path
import sys

import pytest

from git_anvcs.blobs.pointer import Pointer, text
from git_anvcs.drivers.blob_filter import LARGE
from tests.support.blobs import wire
from tests.support.sandbox import PROGRAMS, Sandbox

LATE = bytes(range(256)) * (LARGE // 256 + 1)
POINTER = text(Pointer(sha256(LATE).hexdigest(), len(LATE)))

# Between Git and the filter: hands everything on, and when Git hangs up, does something first.
# It goes by the name of git, so that the filter takes it for its parent.
BETWEEN = """
import os, subprocess, sys
between, program = sys.argv[2:]
filter_ = subprocess.Popen([program, "process"], stdin=subprocess.PIPE)
while data := os.read(0, 1 << 16):
    filter_.stdin.write(data)
    filter_.stdin.flush()
subprocess.run(["sh", "-c", between], env={**os.environ, "FILTER": str(filter_.pid)}, check=True)
try:
    filter_.stdin.close()
except BrokenPipeError:
    pass
sys.exit(min(filter_.wait(), 1))
"""


@pytest.fixture
def late(repo: Sandbox) -> Sandbox:
    """LATE on main in a.bin, something small on the branch `other`, which is checked out."""
    wire(repo)
    repo.commit("one", {"a.bin": LATE, "plain": "text\n"})
    repo.git("switch", "-q", "-c", "other")
    repo.commit("two", {"a.bin": b"small"})
    return repo


def raced(repo: Sandbox, between: str) -> str:
    """Check out main with a.bin as a pointer at first; what was said on standard error."""
    program = repo.base / "bin/git-ai-blob"
    words = [
        sys.executable,
        [str(PROGRAMS / "git"), "-c", BETWEEN, "checkout", between, str(PROGRAMS / program.name)],
    ]
    repo.git("checkout", "-q", "-f", "other")
    program.unlink()
    program.write_text(f"#!{sys.executable}\nimport os\nos.execv(*{words!r})\n")
    program.chmod(0o755)
    try:
        done = repo.run("git", "checkout", "-q", "-f", "main", timeout=60)
    finally:
        program.unlink()
        program.symlink_to(PROGRAMS / program.name)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def status(repo: Sandbox) -> str:
    return repo.git("status", "--porcelain", "-uno").strip()


def test_nothing_in_between_is_the_content(late: Sandbox) -> None:
    """The others here would show nothing if the file were written another way."""
    assert raced(late, f"test $(wc -c <a.bin) = {len(POINTER)}") == ""
    assert (late.root / "a.bin").read_bytes() == LATE
    assert status(late) == ""


def test_an_edit_in_between_stays_and_git_sees_it(late: Sandbox) -> None:
    path = late.root / "a.bin"
    for edit, held in {
        "printf edited >a.bin": b"edited",
        "printf x >>a.bin": POINTER + b"x",
        "printf new >t && mv t a.bin": b"new",
        f"head -c {len(POINTER)} /dev/zero >a.bin": bytes(len(POINTER)),
    }.items():
        assert raced(late, edit) == "", edit
        assert path.read_bytes() == held
        assert status(late) == "M a.bin", edit
        late.git("checkout", "-q", "-f", "main")
        assert path.read_bytes() == LATE


def test_what_takes_the_place_of_the_file_stays_and_leads_nowhere(late: Sandbox) -> None:
    path, elsewhere = late.root / "a.bin", late.base / "elsewhere"
    elsewhere.write_bytes(POINTER)
    for edit, seen in {
        "rm a.bin": "D a.bin",
        f"ln -sf {elsewhere} a.bin": "T a.bin",
        "rm a.bin; mkdir a.bin; echo x >a.bin/x": "D a.bin",
        "rm a.bin; mkfifo a.bin": "M a.bin",
    }.items():
        raced(late, edit)
        assert status(late) == seen, edit
        assert elsewhere.read_bytes() == POINTER
        late.ok("rm", "-rf", str(path))
        late.git("checkout", "-q", "-f", "main")
        assert path.read_bytes() == LATE
    assert raced(late, f"rm a.bin; ln {elsewhere} a.bin") == ""
    assert (path.read_bytes(), elsewhere.read_bytes()) == (LATE, POINTER)


def test_an_index_that_is_locked_leaves_a_pointer_says_so_and_checkout_mends_it(
    late: Sandbox,
) -> None:
    said = raced(late, ": >.git/index.lock")
    assert "git-ai-blob: a.bin stays a pointer: " in said
    assert "git-ai-blob checkout" in said
    (late.root / ".git/index.lock").unlink()
    assert (late.root / "a.bin").read_bytes() == POINTER
    assert status(late) == ""
    assert "1 large file checked out" in late.ok("git-ai-blob", "checkout")
    assert (late.root / "a.bin").read_bytes() == LATE
    assert status(late) == ""


@pytest.mark.parametrize("signal", ["KILL", "TERM", "INT", "HUP"])
def test_a_filter_that_is_ended_leaves_a_pointer_that_checkout_mends(
    late: Sandbox, signal: str
) -> None:
    raced(late, f"kill -{signal} $FILTER; sleep 0.2")
    assert (late.root / "a.bin").read_bytes() == POINTER
    assert status(late) == ""
    late.ok("git-ai-blob", "checkout")
    assert (late.root / "a.bin").read_bytes() == LATE
    assert status(late) == ""
    assert list(late.root.rglob("*.tmp")) == []
    assert not Path(late.root / ".git/index.lock").exists()
    assert os.access(late.root / "a.bin", os.W_OK)
