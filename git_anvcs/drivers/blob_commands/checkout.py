"""Put large files that are in the cache where their pointers are in the worktree.

A file is replaced only while it is exactly its pointer; Git sees no change. Nothing is fetched:
`git-ai-blob pull` does both.

Exit codes: 0 done, 1 some stay pointers: their contents are not here, or a file was in the way.

Example:
  git-ai-blob checkout
  git-ai-blob checkout models/ --dry-run
"""

from argparse import ArgumentParser
from collections.abc import Sequence

from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows.blobs import pointed, pulling
from git_anvcs.flows.blobs.pointed import At
from git_anvcs.flows.blobs.pulling import CheckedOut
from git_anvcs.kernel.errors import DONE, NO

PATHS_BEHIND_DASHES = True


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only below these")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be written")


def run(call: Call) -> int:
    names = [*call.args.paths, *call.args.behind_dashes]
    return put(call, pointed.in_index(call.repo, names, cwd=call.cwd), {})


def put(call: Call, found: Sequence[At], more: dict[str, object]) -> int:
    """Check these out and answer; more: what else the answer has."""
    done = pulling.checkout(call.repo, found, only_try=call.args.dry_run)
    value = {
        **more,
        "dry_run": call.args.dry_run,
        "checked_out": list(done.done),
        "absent": list(done.absent),
        "left": dict(done.left),
    }
    call.answer(value, text(done, only_try=call.args.dry_run))
    for path, why in done.left.items():
        call.note(f"left alone: {path}: {why}")
    return NO if done.absent or done.left else DONE


def text(done: CheckedOut, *, only_try: bool) -> str:
    if not (done.done or done.absent or done.left):
        return "no file is a pointer"
    verb = "would be checked out" if only_try else "checked out"
    said = f"{counted(len(done.done), 'large file')} {verb}"
    if done.absent:
        said += f", {counted(len(done.absent), 'file')} not here"
    return said
