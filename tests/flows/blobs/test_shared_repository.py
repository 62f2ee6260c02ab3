"""`git init --shared`: what one user makes below our folder, the others of the group can use."""

from collections.abc import Iterator
import os
from pathlib import Path
import shutil
import stat
import subprocess
import sys
import tempfile

import pytest

from git_anvcs.blobs.contents import Contents, digest
from tests.support.blobs import ATTRIBUTES, store_at
from tests.support.sandbox import Sandbox
from tests.support.wired import INIT

GROUP, FIRST, SECOND = 54_320, 54_321, 54_322
MODEL, OTHER = "weights of the model" * 100, "other weights" * 100

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root becomes another user",
)


class User(Sandbox):
    """The same repository, used by somebody of the group with a strict umask."""

    def __init__(self, base: Path, uid: int, **env: str) -> None:
        super().__init__(base, init=False, **env)
        self.home = base / f"home-{uid}"
        self.home.mkdir()
        os.chown(self.home, uid, GROUP)
        self.env |= {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / ".config")}
        self._as = ("setpriv", f"--reuid={uid}", f"--regid={GROUP}", "--clear-groups")
        if not _reachable(Path(sys.executable).resolve()):  # then they read all, and write no more
            read = "-all,+dac_read_search"
            self._as += (f"--inh-caps={read}", f"--ambient-caps={read}", f"--bounding-set={read}")

    def run(self, *argv: str, **how: object) -> subprocess.CompletedProcess[str]:  # type: ignore[override]
        words = (*self._as, "sh", "-c", 'umask 077; exec "$@"', "sh", *argv)
        return super().run(*words, **how)  # type: ignore[arg-type]

    def made(self, name: str, text: str) -> None:
        """A file of this user."""
        self.ok("sh", "-c", 'printf "%s" "$2" >"$1"', "sh", name, text)


def _reachable(file: Path) -> bool:
    """Whether every user can start the interpreter."""
    return all(folder.stat().st_mode & 0o001 for folder in file.parents)


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that other users can go into, which those of pytest are not."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def kept_out(home: Path) -> list[str]:
    """What the group cannot use of our folder; keys nobody else may, contents nobody may write."""
    found = []
    for path in (home, *home.rglob("*")):
        facts = path.lstat()
        mode = stat.S_IMODE(facts.st_mode)
        if path == home / "keys":
            good = mode & 0o077 == 0
        elif path.parent == home / "keys":
            continue
        elif path.is_dir():
            good = mode & 0o2070 == 0o2070
        else:
            wanted = 0o060 if mode & 0o200 else 0o040
            good = mode & wanted == wanted
        if not good or facts.st_gid != GROUP:
            found.append(f"{path.relative_to(home)} is {mode:o}")
    return found


@pytest.fixture
def users(folder: Path) -> tuple[User, User]:
    """The second has a worktree of its own: what Git itself leaves in one is its user's."""
    env = store_at(folder / "mount")
    (folder / "mount").chmod(0o777)
    config = folder / "gitconfig"
    config.write_text("[safe]\n\tdirectory = *\n")
    env["GIT_CONFIG_GLOBAL"] = str(config)
    first, second = User(folder, FIRST, **env), User(folder, SECOND, **env)
    first.root.mkdir()
    second.root = folder / "second"
    second.root.mkdir()
    for user, uid in ((first, FIRST), (second, SECOND)):
        os.chown(user.root, uid, GROUP)
    first.git("init", "-q", "-b", "main", "--shared=group")
    first.root.chmod(0o2770)
    first.anvcs(*INIT)
    return first, second


@needs_root
def test_two_users_share_a_repository(users: tuple[User, User]) -> None:
    first, second = users
    home = first.root / ".git/anvcs"
    first.made(".gitattributes", ATTRIBUTES)
    first.made("m.bin", MODEL)
    first.git("add", "-A")
    first.git("commit", "-qm", "first")
    first.anvcs("drain")
    assert kept_out(home) == []
    second.git("worktree", "add", "-q", str(second.root), "-b", "side", cwd=first.root)
    assert (second.root / "m.bin").read_text() == MODEL
    second.made("m.bin", OTHER)
    second.git("add", "-A")
    second.git("commit", "-qm", "second")
    second.anvcs("drain")
    second.ok("git-ai-blob", "push", "--all")
    assert kept_out(home) == []
    assert {path.stat().st_uid for path in home.rglob("*")} == {FIRST, SECOND}
    Path(Contents(f"{home}/blobs").name(digest([OTHER.encode()]))).unlink()
    first.git("checkout", "-q", "--detach", "side")
    assert (first.root / "m.bin").read_text() == OTHER
    first.ok("git-ai-blob", "fsck")
    assert "0 not sent" in first.anvcs("status")
    assert kept_out(home) == []
