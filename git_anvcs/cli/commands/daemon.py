"""Watch every worktree of this repository and keep a journal of what is saved.

  daemon start     begin, in the background; nothing when one runs already
  daemon stop      end it, after a last look
  daemon status    whether one runs, and what it watches
  daemon run       watch in the foreground, until ^C
  daemon unit      print a unit for systemd (macOS: launchd) that keeps one whenever you are
                   logged in; --install writes it, --remove deletes it

One daemon serves all worktrees. It ends by itself when nothing happens for --idle hours, and what
changes while none runs is found by the next one. What it keeps: docs/formats/journal.md.

Exit codes: 0 done, 1 none runs (status, stop), or another one does (run).

Example:
  git anvcs daemon start
  git anvcs daemon status --json
"""

from argparse import SUPPRESS, ArgumentParser
from contextlib import ExitStack
import sys
import threading

from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.cli.journaled import rules
from git_anvcs.cli.journaling import files_of
from git_anvcs.flows import settings
from git_anvcs.flows.journal import daemon_socket, keeping, unit
from git_anvcs.kernel.errors import DONE, NO, AnvcsError
from git_anvcs.store.paths import Paths

_WAIT_SECONDS = 60.0

# The daemon's lock: only the end of the process gives it back, threads that outlive the loop too.
_to_the_end = ExitStack()


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("start", "stop", "status", "run", "unit"), help="what to do"
    )
    parser.add_argument(
        "--idle", type=float, default=4.0, metavar="HOURS", help="end after so long (4; 0: never)"
    )
    parser.add_argument(keeping.UNASKED, action="store_true", help=SUPPRESS)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--install", action="store_true", help="unit: write it where it belongs")
    which.add_argument("--remove", action="store_true", help="unit: delete it")


def run(call: Call) -> int:
    paths = Paths(call.repo.common_dir)
    match call.args.action:
        case "run":
            return _run(call)
        case "start":
            return _start(call, paths)
        case "unit":
            return _unit(call)
        case action:
            asked = {"do": "status"}
            ends = action == "stop"
            found = keeping.stop(paths) if ends else daemon_socket.ask(paths, asked, _WAIT_SECONDS)
            call.output.answer(found or {"pid": None}, _text(action, found))
            return DONE if found else NO


def _run(call: Call) -> int:
    from git_anvcs.flows.journal import daemon
    from git_anvcs.flows.snapshots.ticking import Ticking

    def mirror() -> str:
        return settings.load(call.repo, call.env).text("journal.mirror")

    def policy() -> tuple[str, float]:
        found = settings.load(call.repo, call.env)
        return found.text("commits.policy"), found.number("commits.minutes")

    def wanted() -> bool:
        return not call.args.unasked or keeping.is_installed(Paths(call.repo.common_dir))

    idle = call.args.idle * 3600 or threading.TIMEOUT_MAX
    if wanted():
        _to_the_end.enter_context(daemon.alone(call.repo))
    if wanted():  # it may have been uninstalled meanwhile
        with Ticking(call.repo, policy):
            files, kept = lambda: files_of(call), lambda: rules(call)
            why = daemon.run(call.repo, files, idle, kept, mirror)
    else:
        why = "git-anvcs is not on here"
    call.output.answer({"ended": why}, f"the daemon ended: {why}")
    return DONE


def _start(call: Call, paths: Paths) -> int:
    found = keeping.start(call.repo.root, paths, call.args.idle)
    if found is None:
        raise AnvcsError("the daemon did not start", hint="`git anvcs daemon run` shows why")
    call.output.answer(found, _text("start", found))
    return DONE


def _unit(call: Call) -> int:
    found = unit.unit(call.repo, call.env, sys.platform)
    facts = {"file": str(found.file), "on": found.on, "off": found.off}
    if call.args.install:
        changed = unit.install(found)
        said = f"{found.file} is {'written' if changed else 'there'}; switch it on: {found.on}"
    elif call.args.remove:
        changed = unit.remove(found)
        said = f"{found.file} is {'deleted' if changed else 'not there'}; if it is on: {found.off}"
    else:
        changed, said = False, found.data.decode().rstrip("\n")
    call.output.answer({**facts, "changed": changed, "unit": found.data.decode()}, said)
    return DONE


def _text(action: str, found: dict[str, object] | None) -> str:
    if found is None:
        begin = " (git anvcs daemon start begins one)" if action == "status" else ""
        return f"no daemon runs here{begin}"
    if action == "stop":
        return f"the daemon {found['pid']} has ended"
    trees = found["worktrees"]
    count = len(trees) if isinstance(trees, list) else 0
    watched = f"{counted(count, 'worktree')}, {counted(int(str(found['folders'])), 'folder')}"
    told = f"the daemon {found['pid']} watches {watched}"
    return f"{told}\nproblem: {found['problem']}" if found["problem"] else told
