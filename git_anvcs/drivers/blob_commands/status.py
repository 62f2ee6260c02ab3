"""How the large files of this worktree stand: what is here, what is missing, what waits.

What blobs.fetch_include, blobs.fetch_exclude or a sparse checkout leave out stands apart, and is
not missed.

Exit code 0: every content is here or left out, 1: some are not.

Example:
  git-ai-blob status --json
"""

from argparse import ArgumentParser

from git_anvcs.blobs import queue
from git_anvcs.drivers.bars import size
from git_anvcs.drivers.blob_shown import facts, named
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows import settings
from git_anvcs.flows.blobs import selecting, standing, tracking
from git_anvcs.flows.blobs.standing import Standing

_WAITING = {
    queue.FETCH: "to fetch (`git-ai-blob pull`)",
    queue.UPLOAD: "to send (`git-ai-blob push`)",
}


def add_arguments(parser: ArgumentParser) -> None:
    del parser


def run(call: Call) -> int:
    in_force = settings.load(call.repo, call.env)
    found = standing.look(call.repo, selecting.of_worktree(call.repo, in_force))
    wired = tracking.is_wired(call.repo)
    missing = [file for file in found.files if file.missing]
    left_out = [file for file in found.files if file.left_out]
    pointers = [file for file in found.files if file.here and file.worktree == "pointer"]
    waiting: dict[str, int] = {}
    for job in found.jobs:
        waiting[job.kind] = waiting.get(job.kind, 0) + 1
    call.answer(
        {
            "files": len(found.files),
            "bytes": sum(file.pointer.size for file in found.files),
            "missing": [facts(file) for file in missing],
            "left_out": [facts(file) for file in left_out],
            "pointers": [facts(file) for file in pointers],
            "contents_in_git": list(found.contents),
            "waiting": waiting,
            "wired": wired,
        },
        _text(found, waiting, wired=wired),
    )
    return 1 if missing else 0


def _text(found: Standing, waiting: dict[str, int], *, wired: bool) -> str:
    missing = [file.path for file in found.files if file.missing]
    left_out = [file.path for file in found.files if file.left_out]
    pointers = [file.path for file in found.files if file.here and file.worktree == "pointer"]
    total = sum(file.pointer.size for file in found.files)
    lines = [f"{counted(len(found.files), 'large file')}, {size(total)}"]
    if missing:
        lines += [
            f"not here, {len(missing)} (`git-ai-blob pull` asks the stores):",
            *named(missing),
        ]
    if left_out:
        lines += [
            f"left out, {len(left_out)} (`git-ai-blob pull PATH` fetches one all the same):",
            *named(left_out),
        ]
    if pointers:
        lines += [
            f"here, but pointers in the worktree, {len(pointers)} (`git-ai-blob checkout`):",
            *named(pointers),
        ]
    if found.contents:
        lines += [
            "with their content in Git (`git add --renormalize .` makes them pointers):",
            *named(found.contents),
        ]
    each = [f"{waiting[kind]} {verb}" for kind, verb in _WAITING.items() if kind in waiting]
    if each:
        lines.append(f"waiting: {', '.join(each)}")
    if not wired:
        lines.append("Git does not know the filter here: run `git anvcs init`")
    return "\n".join(lines)
