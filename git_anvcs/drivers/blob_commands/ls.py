"""List the large files of the index, or of a commit: size, content, whether it is here, its pin.

The first sign says where the content is: `*` here and in the worktree, `-`
here while the worktree has the pointer (or no file), `!` not here, `~` not
here and left out, by blobs.fetch_include, blobs.fetch_exclude or a sparse
checkout. Of a commit `*` says that it is here.

Example:
  git-ai-blob ls models/
  git-ai-blob ls --rev v1.2 --json
"""

from argparse import ArgumentParser

from git_anvcs.drivers.bars import size
from git_anvcs.drivers.blob_shown import facts
from git_anvcs.drivers.say import Call
from git_anvcs.flows import settings
from git_anvcs.flows.blobs import selecting, standing
from git_anvcs.flows.blobs.standing import File
from git_anvcs.kernel.errors import UsageError
from git_anvcs.kernel.terminal import quoted

PATHS_BEHIND_DASHES = True
_SHORT = 12


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only these, as pathspecs")
    parser.add_argument("--rev", metavar="REV", help="the large files of this commit")


def run(call: Call) -> int:
    names = [*call.args.paths, *call.args.behind_dashes] or ["."]
    in_force = settings.load(call.repo, call.env)
    if call.args.rev is None:
        selection = selecting.of_worktree(call.repo, in_force)
        found = standing.files(call.repo, selection, names, cwd=call.cwd)
    else:
        commit = _commit(call, call.args.rev)
        selection = selecting.of_settings(in_force)
        found = standing.of_commit(call.repo, selection, commit, names, cwd=call.cwd)
    call.answer({"files": [facts(file) for file in found]}, "\n".join(map(_line, found)))
    return 0


def _commit(call: Call, name: str) -> str:
    oid = call.repo.resolve(name)
    if oid is None:
        raise UsageError(f"{name} names no commit", hint="`git log --all --oneline` shows them")
    return oid


def _line(file: File) -> str:
    sign = "*" if file.worktree in ("content", "") else "-"
    if not file.here:
        sign = "~" if file.left_out else "!"
    pinned = file.pointer.version_id or file.pointer.cid
    pin = f"  {file.pointer.storage}@{pinned}" if pinned else ""
    name = quoted(file.path)
    return f"{sign} {file.pointer.oid[:_SHORT]} {size(file.pointer.size):>10}  {name}{pin}"
