"""Hooks of somebody else: those that Git, or a stub of ours, starts and we did not write."""

from collections.abc import Collection
import os
from pathlib import Path

from git_anvcs.flows.wiring import block
from git_anvcs.flows.wiring.stubs import SHEBANG
from git_anvcs.git.repo import Repo

_OURS = "hook.anvcs-"


def has(repo: Repo, events: Collection[str]) -> bool:
    """Whether anybody else's hook is there for one of the events. Raises GitFailed, OSError."""
    asked = ("config", "-z", "--get-regexp", r"^hook\..*\.event$")
    for line in repo.git(*asked, allow=(0, 1)).decode(errors="replace").split("\0"):
        name, _, event = line.partition("\n")
        if event in events and not name.startswith(_OURS):
            return True
    return any(not _is_ours(path) for path in _started(repo.git_path("hooks"), events))


def _is_ours(hook: Path) -> bool:
    text = hook.read_bytes()
    return block.has(text) and block.take(text) == SHEBANG


def _started(folder: Path, events: Collection[str]) -> list[Path]:
    """Hooks that Git would start, and those that a stub of ours starts behind itself."""
    found = folder.iterdir() if folder.is_dir() else []
    return [
        path
        for path in found
        if path.suffix != ".sample"
        and path.name.partition(".")[0] in events
        and path.is_file()
        and os.access(path, os.X_OK)
    ]
