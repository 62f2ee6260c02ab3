"""Make room: contents that this clone does not need at hand leave its cache.

They are set aside first, and removed when they were not wanted for 14 days (the setting
blobs.quarantine_days). A checkout or a git add that wants one takes it back by itself; --undo takes
all of them back.

Downloads that broke off and that nobody went on with for a day are removed, with --now all of them.

Nothing goes that a store has not confirmed, and before it is removed the store is asked once more.
What stays in any case: what is checked out, staged or stashed in any worktree, what a reflog or
the tip of a branch has, what a merge or rebase is at, all of commits that no remote has, what
waits to be sent, and what only the journal tells of.

Exit codes: 0 done, 1 a store has lost what was to be removed, 5 a store did not answer.

Example:
  git-ai-blob prune --dry-run
  git-ai-blob prune --now
  git-ai-blob prune --undo
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.drivers import blob_words
from git_anvcs.drivers.bars import size
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import pruning
from git_anvcs.flows.blobs.clone import Clone, opened
from git_anvcs.flows.blobs.pruning import One, Pruned
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    parser.add_argument(
        "--now", action="store_true", help="remove at once, but not what was added in this hour"
    )
    parser.add_argument("--undo", action="store_true", help="take back all that is set aside")


def run(call: Call) -> int:
    if call.args.undo and (call.args.now or call.args.dry_run):
        raise UsageError("--undo stands alone", hint="git-ai-blob prune --help")
    with opened(call.repo, call.env) as here:
        if call.args.undo:
            taken = pruning.undo(here)
            call.answer({"back": rows(taken)}, f"{said(taken)} taken back")
            return 0
        return pruned(call, here)


def pruned(call: Call, here: Clone) -> int:
    found = pruning.prune(here, now=call.args.now, dry_run=call.args.dry_run)
    value = {
        "quarantined": rows(found.quarantined),
        "removed": rows(found.removed),
        "back": rows(found.back),
        "waiting": rows(found.waiting),
        "doubtful": [
            {"oid": oid, "problem": blob_words.problem(error)}
            for oid, error in found.doubtful.items()
        ],
        "begun": rows(found.begun),
        "needed": found.needed,
        "unsent": found.unsent,
        "dry_run": call.args.dry_run,
    }
    call.answer(value, text(found, dry_run=call.args.dry_run))
    for line in blob_words.hints(found.doubtful.values()):
        call.note(line)
    return blob_words.exit_code(found.doubtful.values())


def rows(found: Sequence[One]) -> list[dict[str, object]]:
    return [one._asdict() for one in found]


def said(found: Sequence[One]) -> str:
    return blob_words.files(len(found), sum(one.size for one in found))


def text(found: Pruned, *, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    lines = [f"not removed: {safe(error.message)}" for error in found.doubtful.values()]
    if found.back:
        lines.append(f"{said(found.back)} {would}taken back: needed again")
    if found.waiting:
        lines.append(f"{said(found.waiting)} set aside before")
    if found.unsent:
        lines.append(f"{found.unsent} stay since no store has confirmed them")
    if found.begun:
        room = size(sum(one.size for one in found.begun))
        lines.append(f"{counted(len(found.begun), 'begun download')} ({room}) {would}removed")
    lines.append(f"{said(found.quarantined)} {would}set aside")
    lines.append(f"{said(found.removed)} {would}removed")
    return "\n".join(lines)
