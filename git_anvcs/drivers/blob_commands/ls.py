"""List the large files of the index: size, content, whether it is here, where it is pinned.

The first sign says where the content is: `*` here and in the worktree, `-`
here while the worktree has the pointer (or no file), `!` not here.

Example:
  git-ai-blob ls models/
"""

from argparse import ArgumentParser

from git_anvcs.drivers.bars import size
from git_anvcs.drivers.blob_shown import facts
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import standing
from git_anvcs.flows.blobs.standing import File
from git_anvcs.kernel.terminal import quoted

PATHS_BEHIND_DASHES = True
_SHORT = 12


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="only these, as pathspecs")


def run(call: Call) -> int:
    names = [*call.args.paths, *call.args.behind_dashes]
    found = standing.files(call.repo, names or ["."], cwd=call.cwd)
    call.answer({"files": [facts(file) for file in found]}, "\n".join(map(_line, found)))
    return 0


def _line(file: File) -> str:
    sign = "!" if not file.here else "*" if file.worktree == "content" else "-"
    pinned = file.pointer.version_id or file.pointer.cid
    pin = f"  {file.pointer.storage}@{pinned}" if pinned else ""
    name = quoted(file.path)
    return f"{sign} {file.pointer.oid[:_SHORT]} {size(file.pointer.size):>10}  {name}{pin}"
