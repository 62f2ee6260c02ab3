"""Story: what the policy says is due to be committed here is proposed, or made where it may be.

One run at a time in a repository. What cannot be committed is said, and left as it is.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from git_anvcs.flows import drain_state
from git_anvcs.flows.drain_state import State
from git_anvcs.flows.guard import bench, checks
from git_anvcs.flows.guard.bench import Shown
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.snapshots import make, own, proposed
from git_anvcs.flows.snapshots.own import Own
from git_anvcs.flows.snapshots.proposed import Proposal
from git_anvcs.git import config
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.kernel.settings import Settings
from git_anvcs.provenance.events import NotAnEvent, from_line
from git_anvcs.store import lock, spool
from git_anvcs.store.paths import Paths

OFF, TASK, TIME, TESTED = "off", "per-task", "time-boxed", "ci-validated"
# What ends a task: the agent waits, goes on to another, or is gone.
_ENDS = frozenset({"stop", "session_end", "prompt"})
# Work that nobody said has ended counts as at rest after so long.
REST_SECONDS = 60.0
_DEFAULT = ("main", "master", "trunk")


class Outcome(NamedTuple):
    """What became of a session's work that was due.

    commit: empty when none was made; why: it was due; problem: why it was not made or proposed
    """

    session: str
    files: int
    why: str
    commit: str = ""
    problem: str = ""


def run(here: Opened, settings: Settings, env: Mapping[str, str]) -> list[Outcome]:
    """Do what is due in this worktree. Raises Locked, GitFailed, CannotWrite."""
    policy = settings.text("commits.policy")
    if policy == OFF:
        return []
    paths = Paths(here.repo.common_dir)
    with lock.held(paths.locks / "due"):
        last = last_events(paths, here.lane)
        every = settings.number("commits.minutes") * 60
        return [
            _Due(here, settings, env, session, share, why).done()
            for session in own.sessions(here)
            if (share := own.of(here, session)).files
            and (why := is_due(policy, share, last.get(session, ""), clock.now(), every))
        ]


def is_due(policy: str, share: Own, last: str, now: float, every: float) -> str:
    """Why a session's work is to be committed now; empty when it is not.

    last: the last event of the session here; every: seconds, of the policy time-boxed
    """
    at_rest = now - share.ended >= REST_SECONDS
    match policy:
        case "per-task" if last in _ENDS:
            return "its task has ended"
        case "time-boxed" if now - share.began >= every:
            return f"it is at work for {every / 60:g} minutes"
        case "ci-validated" if last in _ENDS or at_rest:
            return "the checks pass"
    return ""


def last_events(paths: Paths, lane: str) -> dict[str, str]:
    """The last thing that each session said it did in a worktree, of what the spool still has."""
    state = drain_state.load(paths) or State()
    lines, _ = spool.read(paths, spool.Mark(0, 0, state.mark.generation))
    found = {}
    for line in lines:
        if line.kind == "agent" and line.worktree == lane and line.value:
            try:
                event = from_line(line.value)
            except NotAnEvent:
                continue
            if event.who:
                found[event.who] = event.event
    return found


def may_make(repo: Repo, lane: str, share: Own, patterns: tuple[str, ...], alone: bool) -> str:
    """Why a commit may not be made unasked on the branch that HEAD is on; empty when it may.

    alone: nobody else is known to have changed anything here
    """
    branch = make.branch_of(repo).removeprefix("refs/heads/")
    if branch in _defaults(repo):
        return "" if branch in patterns else f"{branch} is the default branch"
    if any(fnmatchcase(branch, one) for one in patterns):
        return ""
    if lane != "." and alone and not (share.others or share.left or share.partly):
        return ""
    return f"{branch} is not in commits.branches, nor is the worktree the session's own"


def _defaults(repo: Repo) -> set[str]:
    """Names of the branch that everybody's work goes to."""
    heads = repo.git("for-each-ref", "--format=%(symref:lstrip=3)", "refs/remotes/*/HEAD")
    named = config.get(repo, "init.defaultBranch")
    return {*_DEFAULT, *heads.decode(errors="surrogateescape").split(), *([named] if named else [])}


class _Due(NamedTuple):
    """One session's work that is due."""

    here: Opened
    settings: Settings
    env: Mapping[str, str]
    session: str
    share: Own
    why: str

    def done(self) -> Outcome:
        """Proposed, or made; a problem is told, and nothing is changed then."""
        outcome = Outcome(self.session, len(self.share.files), self.why)
        try:
            make.branch_of(self.here.repo)
            tree = make.tree(self.here.repo, self.share.files)
            if self._wants_tests() and (failed := self._failed(tree)):
                self._propose(tree, failed)
                return outcome._replace(problem=failed)
            problem = self._make_problem()
            if problem:
                self._propose(tree if self._wants_tests() else "", "")
                return outcome._replace(problem="" if problem == "propose" else problem)
            made = make.make(
                self.here, self.share, self.session, message(self.session, self.share), self.env,
                wanted=tree if self._wants_tests() else "",
            )  # fmt: skip
        except AnvcsError as error:
            return outcome._replace(problem=error.message)
        proposed.drop(Paths(self.here.repo.common_dir), self.here.lane, self.session)
        return outcome._replace(commit=made.commit)

    def _wants_tests(self) -> bool:
        return self.settings.text("commits.policy") == TESTED

    def _make_problem(self) -> str:
        if self.settings.text("commits.mode") != "make":
            return "propose"
        alone = own.sessions(self.here) == [self.session]
        patterns = self.settings.words("commits.branches")
        return may_make(self.here.repo, self.here.lane, self.share, patterns, alone)

    def _propose(self, tree: str, failed: str) -> None:
        one = Proposal(self.here.lane, self.session, len(self.share.files), clock.now(), self.why,
                       tree, failed)  # fmt: skip
        proposed.put(Paths(self.here.repo.common_dir), one)

    def _failed(self, tree: str) -> str:
        """Why the tree is not good; a tree that failed is not tried again."""
        for one in proposed.read(Paths(self.here.repo.common_dir)):
            if (one.lane, one.session, one.tree) == (self.here.lane, self.session, tree):
                return one.failed
        return untested(self.here.repo, self.settings, tree, list(self.share.files))


def untested(repo: Repo, settings: Settings, tree: str, paths: list[str]) -> str:
    """Run the checks on exactly that tree; why it does not pass, empty when it does.

    Raises PolicyDenied where the checks are not approved.
    """
    wanted = checks.configured(settings)
    if not wanted:
        return "no check is configured (merge.guard.checks)"
    commit = _unnamed(repo, tree)
    with bench.opened(repo, lambda _: None) as runs:
        for check in checks.ordered(wanted, paths):
            ran = runs.run(check, Shown(commit, tree, "the snapshot"))
            if not ran.passed:
                return f"the check {check.name} {ran.state}"
    return ""


def _unnamed(repo: Repo, tree: str) -> str:
    """A commit that nobody keeps, for the checks to look at."""
    head = repo.resolve("HEAD")
    us = {
        f"GIT_{who}_{what}": "git-anvcs"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    parents = ("-p", head) if head else ()
    return repo.line("commit-tree", tree, *parents, "-m", "a snapshot to be tested", env=us)


def message(session: str, share: Own) -> str:
    """What a commit says that nobody worded: whose it is, and which files.

    session: empty for a change of form alone
    """
    names = list(_named(share))
    rest = f" and {len(names) - 2} more" if len(names) > 3 else ""
    shown = names if len(names) <= 3 else names[:2]
    what = f"Snapshot of {session}" if session else "style"
    return f"{what}: {', '.join(shown)}{rest}"


def _named(share: Own) -> Iterator[str]:
    for path in share.files:
        yield path.rpartition("/")[2].encode(errors="replace").decode()
