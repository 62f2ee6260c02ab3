"""Where checks run: one scratch repository, shown one tree after the other, and what passed there.

A tree that passed a check passes it again, so that is kept (`<common Git dir>/anvcs/guard/`); a
failure is not, because its reason may be gone the next time.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
import json
from pathlib import Path
import time
from typing import NamedTuple

from git_anvcs.flows import places
from git_anvcs.flows.guard.checks import Check
from git_anvcs.git import scratch_repo
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.git.scratch_repo import Scratch
from git_anvcs.kernel import process
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import failed_tests
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

PASSED, FAILED, HUNG, MISSING = "passed", "failed", "hung", "missing"
VERSION = 1
_NOT_RUN = (126, 127)  # what sh says of a command that it cannot start (POSIX, 2.8.2)
_KEPT = 1000
# Nobody is there to answer.
QUIET = {"GIT_EDITOR": "true", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "PAGER": "cat"}

Say = Callable[[str], None]


class Shown(NamedTuple):
    """A commit to run checks on: its id, its tree, and what people call it."""

    commit: str
    tree: str
    name: str


class Ran(NamedTuple):
    """What a check said of a tree.

    state: `passed`, `failed`, `hung` (killed at its time limit), `missing` (it could not start)
    failing: names of tests, where its output tells; flaky: it failed first, and passed again
    known: it was not run, the tree had passed before
    code: what it ended with, 128 + N where signal N ended it; cut: it printed more than is kept
    """

    state: str
    failing: tuple[str, ...] = ()
    output: str = ""
    seconds: float = 0.0
    flaky: bool = False
    known: bool = False
    code: int = 0
    cut: bool = False

    @property
    def passed(self) -> bool:
        return self.state == PASSED


class Bench:
    """Runs checks and counts what they cost. Made by `opened`."""

    def __init__(self, repo: Repo, scratch: Callable[[], Scratch], say: Say, *, fresh: bool):
        self.runs = 0
        self.seconds = 0.0
        self._repo = repo
        self._open = scratch
        self._say = say
        self._fresh = fresh
        self._scratch: Scratch | None = None
        self._ran: dict[tuple[str, str], Ran] = {}

    def run(self, check: Check, shown: Shown, *, anew: bool = False) -> Ran:
        """What the check says of the tree; a failure is run again as often as the check allows.

        anew: what was kept from earlier calls does not count
        """
        key = (check.identity, shown.tree)
        if key not in self._ran or (anew and self._ran[key].known):
            trusted = not (self._fresh or anew)
            known = _passed_before(self._repo, check, shown.tree) if trusted else None
            self._ran[key] = known or self._with_retries(check, shown)
        return self._ran[key]

    def _with_retries(self, check: Check, shown: Shown) -> Ran:
        ran = first = self._once(check, shown)
        for _ in range(check.retries if first.state == FAILED else 0):
            ran = self._once(check, shown)
            if ran.passed:
                ran = ran._replace(flaky=True, failing=first.failing)
                break
        if ran.passed:
            _remember(self._repo, check, shown.tree, ran)
        return ran

    def _once(self, check: Check, shown: Shown) -> Ran:
        scratch = self._shown(shown)
        env = {**QUIET, "ANVCS_CHECKOUT": str(self._repo.root), "PWD": str(scratch.root)}
        start = time.monotonic()
        command = ("sh", "-c", check.command)
        done = process.run_apart(command, cwd=scratch.root, env=env, timeout=check.timeout)
        seconds = time.monotonic() - start
        self.runs += 1
        self.seconds += seconds
        output = done.output.decode(errors="replace")
        if done.returncode is None:
            state = HUNG
        else:
            state = {0: PASSED, **dict.fromkeys(_NOT_RUN, MISSING)}.get(done.returncode, FAILED)
        failing = failed_tests.named(output) if state == FAILED else ()
        self._say(f"{check.name} on {shown.name}: {state} ({seconds:.1f} s)")
        code = done.returncode or 0
        code = 128 - code if code < 0 else code  # as sh tells it of what it has started
        return Ran(state, failing, output, seconds, code=code, cut=done.cut)

    def _shown(self, shown: Shown) -> Scratch:
        try:
            if self._scratch is not None:
                with suppress(GitFailed, OSError):  # a check may have broken it, or left its lock
                    self._scratch.show(shown.commit)
                    return self._scratch
            self._scratch = self._open()
            self._scratch.show(shown.commit)
        except (GitFailed, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else _first_line(error)
            raise AnvcsError(
                f"{shown.name} cannot be checked out to a scratch folder: {said}",
                hint="TMPDIR names another place; nothing was changed",
            ) from error
        return self._scratch


def _first_line(error: GitFailed) -> str:
    lines = error.stderr.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else error.message


@contextmanager
def opened(
    repo: Repo, say: Say, *, objects: Mapping[str, str] | None = None, fresh: bool = False
) -> Iterator[Bench]:
    """A bench as long as the block; its scratch repository is made when it is first needed.

    objects: variables that say where Git finds objects beside those of `repo`
    fresh: nothing that passed before counts
    """
    with ExitStack() as stack:

        def scratch() -> Scratch:
            folder = stack.enter_context(places.taken(repo))
            return stack.enter_context(scratch_repo.opened(repo, folder, objects or {}))

        yield Bench(repo, scratch, say, fresh=fresh)


def _file(repo: Repo, check: Check, tree: str) -> Path:
    return Paths(repo.common_dir).guard / f"{tree}-{check.identity[:16]}.json"


def _passed_before(repo: Repo, check: Check, tree: str) -> Ran | None:
    try:
        facts = json.loads(_file(repo, check, tree).read_bytes())
    except (OSError, ValueError):
        return None
    match facts:
        case {"v": 1, "check": check.identity, "seconds": float(seconds)}:
            return Ran(PASSED, seconds=seconds, known=True)
    return None


def _remember(repo: Repo, check: Check, tree: str, ran: Ran) -> None:
    """A verdict that cannot be kept is only run again."""
    file = _file(repo, check, tree)
    facts = {"v": VERSION, "check": check.identity, "tree": tree, "seconds": ran.seconds}
    with suppress(atomic.CannotWrite, OSError):
        atomic.write(file, json.dumps(facts).encode() + b"\n")
        files = sorted(file.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)
        for old in files[:-_KEPT]:
            old.unlink(missing_ok=True)
