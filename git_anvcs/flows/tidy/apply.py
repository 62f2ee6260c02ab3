"""Story: commits of a row are made into milestones, records first, the branch in one step.

Nothing is checked out: the last tree stays what it is, so index and worktree are not touched.
The commits it replaces are kept for the journal and the reflog.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows import mirror, record_commit
from git_anvcs.flows.contents import Contents
from git_anvcs.flows.journal.kept import KEPT
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.made import Made
from git_anvcs.flows.tidy.plan import Milestone, Step
from git_anvcs.flows.tidy.row import Row
from git_anvcs.git import refs
from git_anvcs.git.refs import Update
from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.provenance import records, subject
from git_anvcs.provenance.reanchor import Origin


class Built(NamedTuple):
    """A commit that was made, and the ones it stands for."""

    oid: str
    milestone: Milestone


class Tidied(NamedTuple):
    """tip: where the branch is now; before: the journal's last operation before; records: made"""

    tip: str
    made: tuple[Built, ...]
    before: int
    records: int


class NotTheSame(AnvcsError):
    """The last tree would change: that is a bug, and nothing was moved."""


def apply(here: Opened, row: Row, milestones: Sequence[Milestone]) -> Tidied:
    """Make the milestones, and what comes after them anew. Raises RefMoved, GitFailed, Locked."""
    repo = here.repo
    here.look()
    before = here.journal.last()
    whole = [*milestones, *(Milestone((step,), step.message) for step in row.after)]
    made = _build(repo, row.base, whole)
    tip = made[-1].oid if made else row.tip
    if repo.line("rev-parse", f"{tip}^{{tree}}") != repo.line("rev-parse", f"{row.tip}^{{tree}}"):
        raise NotTheSame("the last tree would not stay as it is; nothing was changed")
    told = _record(repo, made)
    repo.git("update-ref", f"{KEPT}{row.tip}", row.tip)
    reason = f"tidy: {len(row.steps)} commits into {len(milestones)}"
    refs.update(repo, [Update(row.branch, row.tip, tip)], reason)
    here.look()
    return Tidied(tip, tuple(made), before, told)


def _build(repo: Repo, base: str, milestones: Sequence[Milestone]) -> list[Built]:
    """The commits, each on the one before; what would be the same commit again is left."""
    signed = ("-S",) if _is_signing(repo) else ()
    parent, same = base, True
    made = []
    for one in milestones:
        first, last = one.steps[0], one.steps[-1]
        same = same and len(one.steps) == 1 and one.message == first.message
        oid = first.oid if same else _commit(repo, one, parent, last.tree, signed)
        made.append(Built(oid, one))
        parent = oid
    return made


def _commit(repo: Repo, one: Milestone, parent: str, tree: str, signed: tuple[str, ...]) -> str:
    """By the author, and of the moment, of its first commit; as `git rebase` does."""
    env = _author(repo, one.steps[0])
    parents = ("-p", parent) if parent else ()
    text = one.message.encode(errors="surrogateescape")
    how = ("-c", "i18n.commitEncoding=UTF-8", "commit-tree", *signed, *parents, tree)
    return repo.git(*how, "-F", "-", stdin=text, env=env).decode().strip()


def _is_signing(repo: Repo) -> bool:
    """`commit-tree` does not read the setting that `git commit` goes by."""
    asked = ("config", "--type=bool", "--get", "commit.gpgSign")
    return repo.try_git(*asked).stdout.strip() == b"true"


def _author(repo: Repo, step: Step) -> dict[str, str]:
    said = repo.git("log", "-1", "--format=%an%x00%ae%x00%ad", "--date=raw", step.oid, "--")
    name, mail, date = said.decode(errors="surrogateescape").removesuffix("\n").split("\0")
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": mail, "GIT_AUTHOR_DATE": f"@{date}"}


def _record(repo: Repo, made: Sequence[Built]) -> int:
    """Carry the records of all commits to what they became; how many were written."""
    new = [one for one in made if one.oid != one.milestone.steps[0].oid]
    olds = [step.oid for one in new for step in one.milestone.steps]
    known = records.read(repo, olds)
    if not known:
        return 0
    proved = {
        one.oid: Origin(
            "squash" if len(one.milestone.steps) > 1 else "rebase",
            tuple(step.oid for step in one.milestone.steps),
            "declared",
        )
        for one in new
        if any(step.oid in known for step in one.milestone.steps)
    }
    facts = subject.load(repo, list(proved))
    mades = [Made(oid, action="rebase: tidy") for oid in proved]
    with Contents(repo) as contents:
        done = record_commit.record_commits(contents, mades, facts, clock.now(), proved=proved)
    mirror.update(repo, done.texts)
    return len(done.changed)
