"""Which of our hooks Git does not start here, though `init` wired them, and what mends it.

Another tool may have written its own over them, given them another name (lefthook: `.old`),
named another folder in core.hooksPath (husky), or taken our lines out of the configuration.
"""

from typing import NamedTuple

from git_anvcs.flows.wiring import block, steps, targets
from git_anvcs.flows.wiring.manifest import Manifest, Wired
from git_anvcs.git import config
from git_anvcs.git.repo import Repo


class Silent(NamedTuple):
    """events: the hooks, by Git's names; why: half a sentence; mend: what to do."""

    events: tuple[str, ...]
    why: str
    mend: str

    def __str__(self) -> str:
        return f"Git does not start {', '.join(self.events)}: {self.why}"


def find(repo: Repo, manifest: Manifest | None) -> Silent | None:
    """None when Git starts all that were wired (or none were). Two git processes at most."""
    wired = [w for w in manifest.wired if w.what.startswith("hook ")] if manifest else []
    if not wired:
        return None
    if wired[0].path.parent == targets.config_hooks_folder(repo):
        return _unnamed(repo, wired)
    folder = targets.hooks_folder(repo)
    if wired[0].path.parent.resolve() != folder.resolve():
        mend = "`git anvcs init` wires that folder, or says why it does not"
        return Silent(_events(wired), f"core.hooksPath names {folder}", mend)
    gone = [w for w in wired if not block.has(steps.read(w.path) or b"")]
    why = "another tool has replaced or taken out our lines"
    return Silent(_events(gone), why, "`git anvcs init`") if gone else None


def _unnamed(repo: Repo, wired: list[Wired]) -> Silent | None:
    """Those that the configuration does not name any more (Git 2.54 and later)."""
    found = {entry.key.lower(): entry.value for entry in config.entries(repo)}
    gone = [
        w
        for w in wired
        if f"hook.anvcs-{_event(w)}.command" not in found
        or found.get(f"hook.anvcs-{_event(w)}.enabled", "true").lower() in _NO
        or not w.path.exists()
    ]
    why = "the configuration does not name them, or says not to"
    return Silent(_events(gone), why, "`git anvcs init`") if gone else None


_NO = ("false", "no", "off", "0")


def _events(wired: list[Wired]) -> tuple[str, ...]:
    return tuple(map(_event, wired))


def _event(wired: Wired) -> str:
    return wired.what.removeprefix("hook ")
