"""A unit for systemd, or a property list for launchd: the system keeps the daemon of a repository.

systemd.service(5), launchd.plist(5). Written on request alone, below HOME; the system is told by
the user, with the command we say.
"""

from collections.abc import Mapping
from pathlib import Path
import plistlib
from typing import NamedTuple

from git_anvcs.flows.journal.keeping import OURS
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store import atomic

_RUN = ("daemon", "run", "--idle", "0")

_SERVICE = """\
[Unit]
Description=git-anvcs: the journal of {root}
ConditionPathExists={condition}

[Service]
ExecStart={start}
WorkingDirectory={folder}
Restart=on-failure
RestartSec=10
Nice=5

[Install]
WantedBy=default.target
"""


class Unit(NamedTuple):
    """file: where the system looks for it; on, off: what its user says to it"""

    file: Path
    data: bytes
    on: str
    off: str


def unit(repo: Repo, env: Mapping[str, str], system: str) -> Unit:
    """The unit of the repository. system: `linux`, or `darwin` for launchd

    Raises UsageError where there is no HOME, or a path that a unit cannot name.
    """
    home = env.get("HOME", "")
    if not home:
        raise UsageError("HOME is not set", hint="a unit lies below it")
    name = f"git-anvcs-{sha256(bytes(repo.common_dir)).hexdigest()[:12]}"
    if system == "darwin":
        return _launchd(repo, Path(home), name)
    folder = Path(env.get("XDG_CONFIG_HOME") or f"{home}/.config") / "systemd/user"
    return _systemd(repo, folder / f"{name}.service", name)


def install(unit: Unit) -> bool:
    """Write it; whether anything changed. Raises CannotWrite."""
    if unit.file.is_file() and unit.file.read_bytes() == unit.data:
        return False
    unit.file.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(unit.file, unit.data)
    return True


def remove(unit: Unit) -> bool:
    """Delete it; whether it was there. Raises CannotWrite."""
    if not unit.file.is_file():
        return False
    try:
        unit.file.unlink()
    except OSError as error:
        raise atomic.CannotWrite(f"cannot delete {unit.file}: {error.strerror}") from error
    return True


def _systemd(repo: Repo, file: Path, name: str) -> Unit:
    root = _one_line(str(repo.root))
    text = _SERVICE.format(
        root=_specifiers(root),
        condition=_specifiers(_one_line(str(repo.common_dir))),
        start=" ".join(_quoted(_one_line(word)) for word in (*OURS, *_RUN)),
        folder=_specifiers(root),
    )
    said = f"systemctl --user {{}} {name}.service"
    on = f"systemctl --user daemon-reload && {said.format('enable --now')}"
    return Unit(file, text.encode(), on, said.format("disable --now"))


def _launchd(repo: Repo, home: Path, name: str) -> Unit:
    label = f"org.git-anvcs.{name}"
    facts = {
        "Label": label,
        "ProgramArguments": [*OURS, *_RUN],
        "WorkingDirectory": _one_line(str(repo.root)),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ProcessType": "Background",
    }
    file = home / "Library/LaunchAgents" / f"{label}.plist"
    said = f"launchctl {{}} '{file}'"
    return Unit(file, plistlib.dumps(facts), said.format("load -w"), said.format("unload -w"))


def _one_line(word: str) -> str:
    """Raises UsageError: a unit is lines of UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f"a unit cannot name {word!r}, which is no UTF-8") from None
    if "\n" in word:
        raise UsageError(f"a unit cannot name {word!r}, which has several lines")
    return word


def _specifiers(word: str) -> str:
    """With % escaped (systemd.unit(5), "Specifiers")."""
    return word.replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a command line (systemd.service(5), "Command Lines")."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
