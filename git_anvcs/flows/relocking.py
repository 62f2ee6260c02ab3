"""The command that writes a lock file anew, as the settings name it, and one run of it.

For the strategy (whole_tree/relock.py) and for the driver alone (relock_alone.py).
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from posixpath import dirname
from typing import Any, NamedTuple

from git_anvcs.flows import settings
from git_anvcs.flows.guard.bench import QUIET
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.settings import FILE
from git_anvcs.merge import markers
from git_anvcs.merge.result import Merged, Resolution

SETTING = "merge.relock"
SECONDS = 600.0
DECIDED = "lock-written"
SHOWN = 5  # lines of what a command said


class Rule(NamedTuple):
    """A command, the patterns of the lock files it writes (none: all), its time in seconds."""

    command: str
    paths: tuple[str, ...]
    timeout: float

    def fits(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return not self.paths or any(
            fnmatchcase(path, one) or fnmatchcase(name, one) for one in self.paths
        )


class Failed(AnvcsError):
    """Why a lock file could not be written, as the end of a sentence."""


def rules(repo: Repo, env: Mapping[str, str]) -> list[Rule]:
    """What is configured. Raises AnvcsError: a mistake in the settings, or not approved yet."""
    found = settings.load(repo, env)
    if SETTING in found.inert():
        raise AnvcsError(f"{FILE} names commands ({SETTING}) that `git anvcs trust approve` allows")
    value: Sequence[Mapping[str, Any]] = found.find(SETTING).value
    return [
        Rule(one["command"], tuple(one.get("paths", ())), float(one.get("timeout", SECONDS)))
        for one in value
    ]


def rule_for(path: str, known: Sequence[Rule]) -> Rule | None:
    return next((rule for rule in known if rule.fits(path)), None)


def written(root: Path, path: str, rule: Rule, beside: Sequence[str]) -> bytes:
    """What the command makes of the lock file in a worktree of the merged tree. Raises Failed.

    beside: what else is open in the folder of the lock file
    """
    if beside:
        raise Failed(f"{', '.join(sorted(beside))} beside it has conflicts")
    place = root / dirname(path)
    done = process.run_apart(
        ("sh", "-c", rule.command),
        cwd=place,
        env={**QUIET, "PWD": str(place)},
        timeout=rule.timeout,
    )
    if done.returncode != 0:
        ended = (
            f"did not end within {rule.timeout:g} seconds"
            if done.returncode is None
            else f"ended with {done.returncode}"
        )
        said = done.output.decode(errors="replace").strip().splitlines()[-SHOWN:]
        raise Failed("\n    ".join([f"`{rule.command}` {ended}", *said]))
    file = root / path
    if file.is_symlink() or not file.is_file():
        raise Failed(f"`{rule.command}` left no file there")
    text = file.read_bytes()
    if not text or markers.has_markers(text, 7):
        raise Failed(f"`{rule.command}` left no lock file there")
    return text


def decided(merged: Merged, rule: Rule, text: bytes) -> Merged:
    """The lock file that was left as ours, now that the command has written it."""
    resolution = Resolution(DECIDED, rule.command, "", "", "", "")
    return merged._replace(text=text, conflicts=(), resolutions=(resolution,), relock="")
