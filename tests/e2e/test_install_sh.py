"""install.sh, run as a newcomer would: own HOME, real environments, what can go wrong."""

import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from tests.support.sandbox import hook_folder

TOP = Path(__file__).parents[2]
PROGRAMS = ("git-anvcs", "ai-vcs", "git-ai-merge", "git-merge-anvcs", "git-ai-blob")
UV = shutil.which("uv")


class Newcomer:
    """A person with an empty HOME and a plain PATH."""

    def __init__(self, base: Path) -> None:
        self.home = base / "home"
        self.home.mkdir()
        self.fakes = base / "fakes"
        self.fakes.mkdir()
        # The caches of this machine, so that a test fetches nothing it need not.
        pip = {"PIP_CACHE_DIR": str(base / "pip")}
        caches = {"UV_CACHE_DIR": _uv_cache(), **pip} if UV else pip
        self.env = {
            "HOME": str(self.home),
            "PATH": f"{self.fakes}{os.pathsep}{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "LC_ALL": "C.UTF-8",
            # pip asks rustc for its version, and a rustup that is new to a home settles in it.
            "RUSTUP_HOME": str(self.home.parent / "rustup"),
            **{k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "HTTP"))},
            **caches,
        }

    def install(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TOP / "install.sh", *words],
            env={**self.env, **env},
            cwd=TOP,  # as the README says: ./install.sh
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def fake(self, program: str, script: str) -> Path:
        path = self.fakes / program
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def tree(self) -> set[str]:
        return {str(path.relative_to(self.home)) for path in self.home.rglob("*")}


def _uv_cache() -> str:
    done = subprocess.run(["uv", "cache", "dir"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """One installation for the tests that leave it as it is."""
    found = Newcomer(tmp_path_factory.mktemp("installed"))
    done = found.install()
    assert done.returncode == 0, said(done)
    return found


def said(done: subprocess.CompletedProcess[str]) -> str:
    return done.stdout + done.stderr


def test_install_upgrades_and_uninstalls_without_a_trace(newcomer: Newcomer) -> None:
    content = newcomer.home / ".local/share/git-anvcs/blobs/blobs/sha256/ab/cd/abcd"
    content.parent.mkdir(parents=True)
    content.write_text("the only copy")  # of the store `local`, before an installation and after
    before = newcomer.tree()
    first = newcomer.install()
    assert first.returncode == 0, said(first)
    assert ".local/bin is not on your PATH" in first.stdout
    assert (newcomer.home / ".local/share/man/man1/git-anvcs.1").is_file()
    links = newcomer.tree()

    second = newcomer.install(PATH=f"{newcomer.home}/.local/bin:{newcomer.env['PATH']}")
    assert second.returncode == 0, said(second)
    assert "not on your PATH" not in second.stdout
    inside = ".local/share/git-anvcs/versions/"
    assert {p for p in newcomer.tree() if inside not in p} == {p for p in links if inside not in p}

    version = subprocess.run(
        ["git", "anvcs", "--version"],
        env={**newcomer.env, "PATH": f"{newcomer.home}/.local/bin:{newcomer.env['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout.startswith("git-anvcs ")

    last = newcomer.install("--uninstall")
    assert last.returncode == 0, said(last)
    assert newcomer.tree() == before
    assert content.read_text() == "the only copy"
    assert f"stay in {newcomer.home}/.local/share/git-anvcs/blobs" in last.stdout


def test_paths_that_repositories_keep_outlive_upgrades(installed: Newcomer, tmp_path: Path) -> None:
    """Neither the version's folder nor that of its Python may stand in a hook or in the config."""
    (tmp_path / "repo").mkdir()
    lasting = f"{installed.home}/.local/share/git-anvcs/current/share/git-anvcs"
    for name in PROGRAMS:
        program = installed.home / ".local/bin" / name
        assert str(TOP) not in program.read_text()
        assert f"/{TOP.name}'" not in program.read_text()
        assert "/versions/" not in program.read_text()
        done = subprocess.run(
            [program, "--help"], env=installed.env, capture_output=True, check=True
        )
        assert done.stderr == b""

    env = {**installed.env, "PATH": f"{installed.home}/.local/bin:{installed.env['PATH']}"}
    for words in (
        ["git", "init", "-q", "."],
        ["git", "anvcs", "init", "--agents", "none", "--yes"],
    ):
        subprocess.run(words, cwd=tmp_path / "repo", env=env, check=True, capture_output=True)
    config = (tmp_path / "repo/.git/config").read_text()
    hook = (hook_folder(tmp_path / "repo") / "post-commit").read_text()
    assert f"{lasting}/merge-drivers/gitconfig" in config
    assert f"{lasting}/hooks" in hook
    assert f"{installed.home}/.local/bin/git-anvcs" in hook


def test_a_broken_upgrade_leaves_the_old_version_working(installed: Newcomer) -> None:
    before = installed.tree()
    uv = installed.fake(
        "uv", '[ "$1" = --version ] && exit 0\necho "error: disk on fire" >&2\nexit 1'
    )
    broken = installed.install()
    uv.unlink()
    assert broken.returncode == 1
    assert "disk on fire" in broken.stderr
    assert broken.stderr.count("install.sh:") == 1
    assert installed.tree() == before
    program = installed.home / ".local/bin/git-anvcs"
    assert subprocess.run([program, "--version"], env=installed.env, check=False).returncode == 0


def test_prefix_takes_programs_and_pages(newcomer: Newcomer, tmp_path: Path) -> None:
    prefix = tmp_path / "a prefix"
    done = newcomer.install("--prefix", str(prefix))
    assert done.returncode == 0, said(done)
    assert {path.name for path in (prefix / "bin").iterdir()} == set(PROGRAMS)
    assert (prefix / "share/man/man1/git-anvcs.1").is_file()
    assert not (newcomer.home / ".local/bin").exists()
    assert newcomer.install("--uninstall").returncode == 0
    assert not prefix.exists()
    assert newcomer.tree() == set()


def test_without_uv_the_environment_comes_from_venv_and_pip(newcomer: Newcomer) -> None:
    newcomer.fake("uv", "exit 127")
    done = newcomer.install("--dry-run")
    assert done.returncode == 0
    assert "with pip and Python" in done.stdout


def test_dry_run_changes_nothing(newcomer: Newcomer) -> None:
    for words in (["--dry-run"], ["--uninstall", "--dry-run"], ["--test", "--dry-run"]):
        assert newcomer.install(*words).returncode == 0
    assert newcomer.tree() == set()


def test_uninstall_without_installation_says_so(newcomer: Newcomer) -> None:
    done = newcomer.install("--uninstall")
    assert (done.returncode, "is not installed" in done.stdout) == (0, True)


def test_a_program_of_somebody_else_is_never_replaced(newcomer: Newcomer) -> None:
    theirs = newcomer.home / ".local/bin/git-anvcs"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    before = newcomer.tree()
    done = newcomer.install()
    assert done.returncode == 1
    assert "is not from this installer" in done.stderr
    assert theirs.read_text() == "theirs"
    assert newcomer.tree() == before


def test_a_folder_of_somebody_else_is_never_deleted(newcomer: Newcomer) -> None:
    theirs = newcomer.home / ".local/share/git-anvcs/thesis.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    one_sentence(newcomer.install(), "is not from this installer", "XDG_DATA_HOME")
    assert newcomer.install("--uninstall").returncode == 0
    assert theirs.read_text() == "mine"


@pytest.mark.parametrize(
    ("program", "script", "sentence"),
    [
        ("git", "echo 'git version 2.25.1'", "Git 2.25.1 is too old"),
        ("git", "echo 'git version 2.37.9 (Apple Git-154)'", "Git 2.37.9 is too old"),
        ("git", "echo nonsense", "Git of unknown version is too old"),
    ],
)
def test_an_old_git_is_one_sentence(
    newcomer: Newcomer, program: str, script: str, sentence: str
) -> None:
    newcomer.fake(program, script)
    one_sentence(newcomer.install(), sentence, "install Git 2.38 or newer")


def test_an_old_python_is_one_sentence(newcomer: Newcomer) -> None:
    newcomer.fake("python3", f'echo "3.9.2 {sys.executable}"')
    done = newcomer.install(PYTHON=str(newcomer.fakes / "python3"))
    one_sentence(done, "Python 3.11 or newer is needed", "3.9.2", "PYTHON=")


def test_no_python_is_one_sentence(newcomer: Newcomer) -> None:
    one_sentence(newcomer.install(PYTHON="no-such-python"), "none was found", "PYTHON=")


def test_a_python_without_venv_is_one_sentence(newcomer: Newcomer) -> None:
    """Debian's python3 without the package python3-venv."""
    newcomer.fake("uv", "exit 127")
    newcomer.fake("python3", 'case "$*" in *ensurepip*) exit 1;; esac\necho "3.11.2 $0"')
    done = newcomer.install(PYTHON=str(newcomer.fakes / "python3"))
    one_sentence(done, "cannot make environments", "apt install python3-venv")


def test_no_network_is_one_sentence_with_its_own_exit_code(
    newcomer: Newcomer, tmp_path: Path
) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = newcomer.install(UV_CACHE_DIR=str(tmp_path / "empty"), UV_HTTP_RETRIES="0", **nowhere)
    assert done.returncode == 5, said(done)
    assert "no network" in done.stderr
    assert newcomer.tree() == set()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that even root cannot write")
def test_a_prefix_that_cannot_be_written_is_one_sentence(newcomer: Newcomer) -> None:
    done = newcomer.install("--prefix", "/proc/git-anvcs")
    one_sentence(done, "cannot be", "--prefix DIR")
    assert newcomer.tree() == set()


def test_a_prefix_that_is_a_file_is_one_sentence(newcomer: Newcomer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = newcomer.install("--prefix", str(tmp_path / "file"))
    one_sentence(done, "is not a folder", "--prefix DIR")


@pytest.mark.parametrize("words", [["--wrong"], ["--prefix"], ["--extras", "a b"]])
def test_wrong_usage_exits_with_two(newcomer: Newcomer, words: list[str]) -> None:
    done = newcomer.install(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("install.sh: ")


def one_sentence(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """The error is one line and one hint, and says these things."""
    assert done.returncode == 1, said(done)
    assert len(done.stderr.splitlines()) == 2, done.stderr
    for part in parts:
        assert part in done.stderr
