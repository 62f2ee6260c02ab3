"""Story: files, or folders, back as they were; HEAD, refs and the index stay."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.flows.journal import moments, whole
from git_anvcs.flows.journal.files_back import File, on_disk
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import Then, tree_files
from git_anvcs.flows.journal.undo import Plan
from git_anvcs.journal.bursts import Span
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import UsageError


class Asked(NamedTuple):
    """A file or folder, from the top of the worktree (empty: all of it), as after operation `n`."""

    path: str
    n: int


def asked(here: Opened, cwd: Path, said: str) -> Asked:
    """`PATH@WHEN`, or `PATH`: as it was before its last change. Raises UsageError."""
    name, _, when = said.rpartition("@")
    if name:
        return Asked(_named(here, cwd, name), moments.resolve(here, when))
    path = _named(here, cwd, said)
    last = here.journal.last_of(here.lane, path)
    if last is None:
        what = "is a folder" if (cwd / said).is_dir() else "is not known to have changed"
        raise UsageError(f"{said} {what}", hint=f"name a moment: {said}@-5m")
    return Asked(path, last.n - 1)


def plan(here: Opened, wanted: Sequence[Asked]) -> Plan:
    """What putting these back would change."""
    files: dict[str, File] = {}
    left: dict[str, str] = {}
    for one in wanted:
        then = Then(here, one.n)
        below = _below(here, then, one)
        if not below:
            left[one.path] = "the journal does not know it"
        for path, was in then.contents(below):
            try:
                now = on_disk(here.repo, path)
            except OSError as error:
                left[path] = error.strerror or str(error)
                continue
            if isinstance(was, str):
                left[path] = was
            elif was != now:
                files[path] = File(path, now, was)
    span = Span(min((one.n for one in wanted), default=0), here.journal.last())
    return Plan(span, clock.now(), (), tuple(files[path] for path in sorted(files)), {}, left)


def _below(here: Opened, then: Then, one: Asked) -> list[str]:
    """Every path the request may have to do with: there now, there then, or changed since."""
    journal, lane = here.journal, here.lane
    known = {*then.differing(), *journal.differing(lane)}
    known |= {entry.op.path for entry in journal.between(lane, one.n, journal.last())}
    for head in filter(None, {then.head, journal.refs(lane).get("HEAD", "")}):
        if here.repo.resolve(head):  # that of another clone, or one that Git lost, is not here
            known |= tree_files(here.repo, head).keys()
    return sorted(p for p in known if p and (_is_in(p, one.path)))


def _is_in(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _named(here: Opened, cwd: Path, said: str) -> str:
    found = whole.named(here.repo, cwd, said)
    return "" if found == "." else found
