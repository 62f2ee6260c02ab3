"""A worktree that is gone, brought back: shown, asked for, done, told."""

import os
from pathlib import Path

from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.flows.journal import gone
from git_anvcs.flows.journal.gone import Gone, Returned
from git_anvcs.journal.journal import Journal
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import DONE, NO, PARTLY
from git_anvcs.kernel.terminal import safe


def run(call: Call, journal: Journal, one: Gone) -> int:
    """Raises UsageError when its place is taken, GitFailed."""
    args = call.args
    folder = Path(os.path.normpath(call.cwd / args.into)) if args.into else one.root
    if not call.output.as_json and (args.dry_run or not args.yes):
        print(_planned(one, folder))
    agreed = args.yes or (not args.dry_run and call.output.confirm("bring it back?"))
    if args.dry_run or not agreed:
        said = "nothing was changed" + (" (--dry-run)" if args.dry_run else "")
        call.output.answer(_as_json(one, folder, None), said)
        return DONE if args.dry_run else NO
    with call.output.working("writing files"):
        done = gone.bring_back(call.repo, journal, one, folder)
    call.output.answer(_as_json(one, folder, done), lambda: _text(done))
    return PARTLY if done.left else DONE


def hint(one: Gone) -> str:
    """One sentence for who looks for it elsewhere."""
    files = counted(one.files, "file")
    return (
        f"the worktree {safe(one.name)} is gone, with {files} that no commit has"
        f" ({clock.local(one.seconds)}): git anvcs undo --worktree {safe(one.name)}"
    )


def _planned(one: Gone, folder: Path) -> str:
    files = counted(one.files, "file")
    return (
        f"brings the worktree {safe(one.name)} back into {safe(str(folder))},"
        f" as it was at {clock.local(one.seconds)}, with {files} that no commit has"
    )


def _text(done: Returned) -> str:
    at = safe(done.branch.removeprefix("refs/heads/")) or f"{done.head[:10]}, on no branch"
    lines = [f"{counted(done.files, 'file')} in {safe(str(done.folder))}, HEAD at {at}"]
    lines += [f"missing: {safe(path)}: {safe(why)}" for path, why in done.left.items()]
    lines.append(f"undo of this: git worktree remove --force {safe(str(done.folder))}")
    return "\n".join(lines)


def _as_json(one: Gone, folder: Path, done: Returned | None) -> dict[str, object]:
    return {
        "undone": done is not None,
        "worktree": one.lane,
        "folder": str(folder),
        "operation": one.n,
        "files": done.files if done else one.files,
        "branch": (done.branch or None) if done else None,
        "left": dict(done.left) if done else {},
    }
