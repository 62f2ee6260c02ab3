"""Story: a journal is kept wherever somebody works: a daemon is there, and looks when it must.

For `init` and for agents' hooks, which go on working whatever happens here.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
import sys
import time

from git_anvcs.flows.journal import daemon_socket
from git_anvcs.git.locate import Place
from git_anvcs.kernel import spawn
from git_anvcs.store import lock
from git_anvcs.store.paths import Paths

IDLE_HOURS = 4.0
VARIABLE = "ANVCS_DAEMON_ENABLED"
_NO = ("0", "false", "no", "off")

# To `daemon run`: it ends where an uninstall was faster.
UNASKED = "--unasked"

_START_SECONDS = 15.0
_STOP_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
# Before a command that destroys, an agent waits so long at most.
_LOOK_SECONDS = 3.0

OURS = (sys.executable, "-P", "-m", "git_anvcs.cli.start")


def start(root: Path, paths: Paths, idle: float = IDLE_HOURS) -> dict[str, object] | None:
    """A daemon for the repository, the one that runs or a new one; None when it did not start.

    root: a worktree; idle: hours without events after which it ends
    """
    found = daemon_socket.running(paths, _ANSWER_SECONDS)
    if found is not None:
        return found
    _leave_running(root, idle)
    deadline = time.monotonic() + _START_SECONDS
    while found is None and time.monotonic() < deadline:
        time.sleep(0.02)
        found = daemon_socket.running(paths, _ANSWER_SECONDS)
    return found


def begin(place: Place, env: Mapping[str, str]) -> bool:
    """Start a daemon, without waiting for it, where `init` was allowed to and none runs.

    Whether it did.
    """
    paths = Paths(place.common_dir)
    missing = _is_wanted(place, paths, env) and daemon_socket.running(paths, 1.0) is None
    if missing:
        _leave_running(place.root, IDLE_HOURS, UNASKED)
    return missing


def stop(paths: Paths) -> dict[str, object] | None:
    """End the daemon; what it said last, None when none runs. Raises Locked, CannotWrite.

    Its process has ended when this returns: its files are closed, and it writes no more.
    """
    found = daemon_socket.ask(paths, {"do": "stop"}, _STOP_SECONDS)
    deadline = time.monotonic() + _STOP_SECONDS
    while found is not None and not _has_ended(paths, found.get("pid")):
        if time.monotonic() > deadline:
            hint = "`kill` ends it at once; what is saved is in the journal"
            raise lock.Locked(f"the daemon {found.get('pid')} does not end", hint=hint)
    return found


def _has_ended(paths: Paths, pid: object) -> bool:
    """Whether the daemon's lock is free, or another daemon has it by now."""
    try:
        with lock.held(paths.locks / "daemon", timeout=0.2):
            return True
    except lock.Locked:
        told = daemon_socket.ask(paths, {"do": "status"}, _ANSWER_SECONDS)
        return told is not None and told.get("pid") not in (None, pid)


def is_installed(paths: Paths) -> bool:
    """Whether `init` was here: where it was not, or is no more, none is started unasked."""
    return (paths.install / "manifest.json").is_file()


@contextmanager
def none_running(paths: Paths) -> Iterator[None]:
    """The daemon has ended, and none begins before the block has. Raises Locked."""
    deadline = time.monotonic() + _STOP_SECONDS
    with ExitStack() as until_then:
        while paths.home.is_dir():  # where it is not, none ever was
            # One that is just starting does not answer yet.
            daemon_socket.ask(paths, {"do": "stop"}, _STOP_SECONDS)
            try:
                until_then.enter_context(lock.held(paths.locks / "daemon", timeout=0.2))
            except lock.Locked:
                if time.monotonic() > deadline:
                    raise
            else:
                break
        yield


def look(place: Place) -> None:
    """What the worktree holds is in the journal when this returns, or too much time is over."""
    from git_anvcs.flows.journal import lanes

    paths = Paths(place.common_dir)
    lane = lanes.name_of(place.git_dir, place.common_dir)
    if daemon_socket.has_looked(paths, lane, _LOOK_SECONDS) is None:
        argv = (*OURS, "-C", str(place.root), "journal", "look")
        spawn.output_within(argv, spawn.clean_environment(), seconds=_LOOK_SECONDS, most=1 << 16)


def _is_wanted(place: Place, paths: Paths, env: Mapping[str, str]) -> bool:
    """Whether a daemon may be started unasked: where `init` was, and `daemon.enabled` is.

    Of the setting only the environment and Git's configuration count: a hook reads no YAML.
    """
    if not is_installed(paths):
        return False
    if VARIABLE in env:
        return env[VARIABLE].lower() not in _NO
    asked = ("config", "--type=bool", "--get", "anvcs.daemon.enabled")
    _, said = spawn.output_of(("git", "-C", str(place.root), *asked), spawn.clean_environment())
    return said.strip() != b"false"


def _leave_running(root: Path, idle: float, *more: str) -> None:
    from git_anvcs.kernel import process

    process.leave_running((*OURS, "daemon", "run", "--idle", str(idle), *more), cwd=root)
