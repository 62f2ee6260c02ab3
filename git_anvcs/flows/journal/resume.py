"""Story: an undo that was killed half-way is brought to its end by the next one.

What is half done looks like somebody's work, and half like a loss. So an undo writes down what it
is about to do before it does anything; of that, what is not done yet is what the next one does.
"""

import hashlib

from git_anvcs.flows.journal import files_back, undo
from git_anvcs.flows.journal.files_back import File, on_disk
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.refs_back import AGAIN
from git_anvcs.flows.journal.then import Then
from git_anvcs.flows.journal.undo import CHANGED_AGAIN, Plan
from git_anvcs.git import index_tree, objects
from git_anvcs.git.repo import Repo
from git_anvcs.git.tips_seen import BRANCH, HEAD, INDEX
from git_anvcs.journal import begun, bursts
from git_anvcs.journal.begun import Begun, Sign
from git_anvcs.journal.history import Content
from git_anvcs.journal.op import Flag, Kind, Op
from git_anvcs.journal.texts import SEED
from git_anvcs.kernel import clock


def begin(here: Opened, plan: Plan) -> Plan:
    """Write down what the plan is about to do. The plan, with the operation before all of it."""
    if plan.before is not None:
        return plan
    held, stay = files_back.hold(here, plan.files)
    plan = plan._replace(files=held, left={**plan.left, **stay})
    before = here.journal.last()
    files = {file.path: (_sign(file.now), _sign(file.then)) for file in plan.files}
    mark = Op(Kind.MARK, here.lane, 0, payload=begun.pack(Begun(plan.span, files, plan.refs)))
    with here.journal.writing():
        here.journal.append([mark], clock.now())
    return plan._replace(before=before)


def unfinished(here: Opened) -> Plan | None:
    """What is left to do of the newest undo, when that was killed; None when nothing is.

    Nor when something else was lost since: that is what somebody wants back then.
    """
    found = _newest(here)
    if found is None:
        return None
    since = here.journal.between(here.lane, found.n, here.journal.last())
    if any(e.op.flags & Flag.LOST and e.op.path and e.op.path not in found.files for e in since):
        return None
    files, left = _files(here, found)
    refs, stay = _refs(here, found)
    if not files and not refs:
        if not left and not stay:
            undo.end(here, found.span, found.n - 1)  # it was killed when all was done
        return None
    plan = Plan(found.span, _seconds(here, found), (), tuple(files), refs, left | stay)
    return plan._replace(before=found.n - 1)


def operation(here: Opened, n: int) -> Plan:
    """As undo.operation; the rest of it, if it was begun. Raises UsageError, NothingToUndo."""
    found = unfinished(here)
    return found if found and found.span.holds(n) else undo.operation(here, n)


def _newest(here: Opened) -> Begun | None:
    """The newest undo of the lane, if it has not come to its end."""
    for entry in here.journal.newest(here.lane, kinds=(Kind.MARK,)):
        payload = here.journal.payload(entry.n)
        if bursts.unpack(entry.n, payload):
            return None
        if found := begun.unpack(entry.n, payload):
            return found
    return None


def _files(here: Opened, found: Begun) -> tuple[list[File], dict[str, str]]:
    """Those that still hold what they held, and those that somebody has changed, with why not."""
    files, left = [], {}
    for path, then in Then(here, found.span.after).contents(list(found.files)):
        before, after = found.files[path]
        now = on_disk(here.repo, path)
        if _sign(now) == after:
            continue
        if _sign(now) != before:
            left[path] = CHANGED_AGAIN
        elif isinstance(then, str):
            left[path] = then
        else:
            files.append(File(path, now, then))
    files.sort(key=lambda file: (file.then is not None, file.path))
    return files, left


def _refs(here: Opened, found: Begun) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Those that are not where they go, and those that somebody has moved, with why not."""
    now = {**here.journal.refs(SEED), **here.journal.refs(here.lane)}
    left = {
        name: AGAIN
        for name, pair in found.refs.items()
        if name != INDEX and now.get(name, "") not in pair
    }
    mine = {name: pair for name, pair in found.refs.items() if name not in left}
    refs = {name: pair for name, pair in mine.items() if now.get(name, "") != pair[1]}
    if HEAD in mine and (refs or _stays_behind(here.repo, mine[HEAD][0])):
        # The index follows HEAD: with one of its steps all of them are made, again if need be.
        refs |= {name: mine[name] for name in (HEAD, BRANCH, INDEX) if name in mine}
    return refs, left


def _stays_behind(repo: Repo, before: str) -> bool:
    """Whether the index holds what HEAD was at before."""
    if not before:
        return False
    [tree] = objects.ids(repo, [f"{before}^{{tree}}"])
    return tree is not None and tree == index_tree.written(repo)


def _seconds(here: Opened, found: Begun) -> float:
    entries = here.journal.between(here.lane, *found.span)
    return entries[0].op.seconds if entries else clock.now()


def _sign(held: Content | None) -> Sign:
    return (held.mode, hashlib.sha256(held.data).hexdigest()) if held else None
