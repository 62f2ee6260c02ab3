"""Where the story plays: a scratch folder with a HOME of its own, commands printed and then run."""

from collections.abc import Callable, Mapping
import os
from pathlib import Path
import shlex
import sys
import time
from typing import NamedTuple

from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError

# Programs of ours, linked into one folder: the folder they are in may hold another git.
PROGRAMS = ("git-anvcs", "ai-vcs", "git-ai-merge", "git-merge-anvcs", "git-ai-blob")
_KEPT = ("TMPDIR", "GIT_EXEC_PATH", "GIT_TEMPLATE_DIR", "SSL_CERT_FILE", "SYSTEMROOT")
_TIMEOUT = 120.0
_WIDTH = 96


class WentWrong(AnvcsError):
    """A command of the story did not end as it must."""


class Ran(NamedTuple):
    """One command of the story. `seconds` is wall time on the reader's machine."""

    command: str
    exit_code: int
    seconds: float
    output: str


class Stage:
    """A scratch folder and everything that was run in it."""

    def __init__(self, root: Path, env: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.root = root
        self.home = root / "home"
        self.repo = root / "shop"
        self.ran: list[Ran] = []
        self.say = say
        self.env = self._environment(env)

    def _environment(self, env: Mapping[str, str]) -> dict[str, str]:
        """Nothing of the reader's: no identity, no system settings, no agent around us."""
        self.home.mkdir(parents=True)
        programs = self.root / "programs"
        programs.mkdir()
        for name in PROGRAMS:
            at = Path(sys.executable).parent / name
            found = at if at.exists() else process.find(name)
            if found is not None:
                (programs / name).symlink_to(found)
        path = f"{programs}{os.pathsep}{env.get('PATH', os.defpath)}"
        identity = "[user]\n\tname = Demo Reader\n\temail = reader@example.com\n"
        (self.home / ".gitconfig").write_text(identity, encoding="utf-8")
        return {
            "PATH": path,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_PAGER": "cat",
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "COLUMNS": str(_WIDTH),
            **{name: env[name] for name in _KEPT if name in env},
        }

    def show(self, command: str, *, expect: int = 0, where: Path | None = None) -> Ran:
        """Print a command, run it, print what it said. Raises WentWrong on another exit code."""
        self.say(f"$ {command}")
        ran = self.run(command, where=where)
        if ran.output:
            self.say("\n".join(f"  {line}" for line in ran.output.splitlines()))
        if ran.exit_code != expect:
            raise WentWrong(
                f"`{command}` ended with {ran.exit_code}, the story needs {expect}",
                hint="git anvcs demo --keep leaves the folder for a look",
            )
        return ran

    def run(self, command: str, *, where: Path | None = None) -> Ran:
        """Run a command; `NAME=value` words before it are its environment."""
        words = shlex.split(command)
        extra = {}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            extra[name] = value
        start = time.monotonic()
        done = process.run(
            words,
            cwd=where or self.repo,
            env={**self.env, **extra},
            bare=True,
            timeout=_TIMEOUT,
        )
        seconds = time.monotonic() - start
        text = (done.stdout + done.stderr).decode(errors="replace").rstrip("\n")
        self.ran.append(Ran(command, done.returncode, seconds, text))
        return self.ran[-1]
