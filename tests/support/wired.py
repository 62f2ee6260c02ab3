"""Repositories with `git anvcs init` done: each kind is made once a process, and copied.

What init does has tests of its own; those of what comes after it need not start it anew.
"""

import os
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory

from tests.support.sandbox import Sandbox

HOOKS = ("post-commit", "post-rewrite", "post-merge", "post-applypatch", "pre-commit", "pre-push")
INIT = ("init", "--agents", "none", "--drivers", "none", "--yes")

# By the git and the configuration that `git init` wrote: the format of objects and refs. They
# stay until the process ends, because hooks name the programs beside them.
_MADE: dict[tuple[Path, bytes], TemporaryDirectory[str]] = {}


def wire(box: Sandbox) -> None:
    """Records for a repository that `git init` has just made, without agents and drivers."""
    ours = box.root / ".git"
    assert not (ours / "index").exists(), "only what git init made can be exchanged"
    git = shutil.which("git", path=box.env["PATH"])
    assert git is not None
    kind = (Path(git).resolve(), (ours / "config").read_bytes())
    made = _MADE.get(kind)
    if made is None:
        made = _MADE[kind] = _make(box)
    template = Path(made.name) / "repo" / ".git"
    if made.name in (template / "config").read_text():
        box.anvcs(*INIT)  # hooks by configuration (Git 2.54) name the repository they are of
        return
    shutil.rmtree(ours)
    shutil.copytree(template, ours, symlinks=True)


def _make(box: Sandbox) -> TemporaryDirectory[str]:
    """A copy of the box's repository, wired."""
    folder = TemporaryDirectory(prefix="wired")
    others = box.env["PATH"].split(os.pathsep, 1)[1]  # behind the programs of the box itself
    env = {name: box.env[name] for name in ("GIT_EXEC_PATH", "GIT_TEMPLATE_DIR") if name in box.env}
    template = Sandbox(Path(folder.name), init=False, PATH=others, **env)
    shutil.copytree(box.root / ".git", template.root / ".git", symlinks=True)
    template.anvcs(*INIT)
    return folder


def without_hooks(box: Sandbox) -> None:
    """Another tool took our hooks out."""
    configured = (box.root / ".git/config").read_text()
    for name in HOOKS:
        (box.root / ".git/hooks" / name).unlink(missing_ok=True)
        if f"anvcs-{name}" in configured:
            box.git("config", "--remove-section", f"hook.anvcs-{name}")
