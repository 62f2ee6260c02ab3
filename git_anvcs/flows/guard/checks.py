"""Which checks a merged tree must pass: from the settings, or from the command line."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
import glob
import json
import shlex
from typing import Any, NamedTuple

from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import PolicyDenied
from git_anvcs.kernel.settings import FILE, Settings

SETTING = "merge.guard.checks"
NOTEBOOKS = "merge.guard.notebooks"
SECONDS = 600.0
RETRIES = 1


class Check(NamedTuple):
    """A command that says by its exit code whether a tree is good.

    paths: patterns of what it is about, `*` reaching into folders; none: everything
    timeout: seconds of one run; retries: how often a failure is run again before it counts
    """

    name: str
    command: str
    paths: tuple[str, ...] = ()
    timeout: float = SECONDS
    retries: int = RETRIES

    @property
    def identity(self) -> str:
        """The same for checks that must say the same of the same tree."""
        return sha256(self.command.encode(errors="surrogateescape")).hexdigest()

    def concerns(self, changed: Iterable[str]) -> bool:
        """Whether it is about any of these paths."""
        if not self.paths:
            return True
        patterns = [one.removesuffix("/") for one in self.paths]
        return any(
            fnmatchcase(path, one) or path.startswith(f"{one}/")
            for path in changed
            for one in patterns
        )


def configured(settings: Settings) -> tuple[Check, ...]:
    """What is configured and in force. Raises PolicyDenied when somebody has to approve it first.

    To go on without it would let a merge through that the repository wants checked.
    """
    for name in (SETTING, NOTEBOOKS):
        if name in settings.inert():
            raise PolicyDenied(
                f"{FILE} names checks of merges ({name}), not approved on this machine",
                hint="git anvcs trust show, then git anvcs trust approve; or say --gate",
            )
    value: Sequence[Mapping[str, Any]] = settings.find(SETTING).value
    return tuple(_check(one) for one in value)


def of_notebook(path: str) -> Check:
    """That a notebook runs from its first cell to its last, by the Jupyter of the user's worktree.

    Where a tree does not have it, there is nothing to run.
    """
    name = shlex.quote(f"./{path}")  # a name that begins with a dash is no option
    command = (
        'PATH="$ANVCS_CHECKOUT/.venv/bin:$PATH"; command -v jupyter >/dev/null ||'
        ' { echo "jupyter is not installed (pip install nbclient ipykernel)"; exit 127; };'
        f" test ! -f {name} || jupyter execute {name}"
    )
    return Check(f"notebook {path}", command, (glob.escape(path),))


def given(commands: Sequence[str]) -> tuple[Check, ...]:
    """Commands from the command line."""
    return tuple(Check(command, command) for command in commands)


def ordered(checks: Sequence[Check], changed: Sequence[str]) -> list[Check]:
    """Those that concern what has changed, the ones with a narrow scope first."""
    wanted = [one for one in checks if one.concerns(changed)]
    return sorted(wanted, key=lambda one: not one.paths)


def facts(check: Check) -> dict[str, object]:
    """A check for JSON."""
    found: dict[str, object] = json.loads(json.dumps(check._asdict()))
    return found


def _check(value: Mapping[str, Any]) -> Check:
    return Check(
        value.get("name", value["command"]),
        value["command"],
        tuple(value.get("paths", ())),
        float(value.get("timeout", SECONDS)),
        int(value.get("retries", RETRIES)),
    )
