"""Look into the worktree as it was at a moment: its files, or one of them, or all of them.

  at WHEN                   what differed from HEAD then
  at WHEN --print PATH      the bytes of a file, on standard output
  at WHEN --who PATH        who wrote each line of a file that differed from HEAD then
  at WHEN --checkout DIR    the whole worktree, written into a folder that is new or empty

WHEN: -5m, 14:30, 2026-11-22T14:30, an operation (#120), a commit, or before:reset.

Nothing in the worktree is changed; `git anvcs undo --to WHEN` and `git anvcs restore` do that.

Exit codes: 0 done, 1 there was no such file, 2 no such moment, 4 some files are not to be had.

Example:
  git anvcs at -10m --print src/app.py
  git anvcs at -1m --who src/app.py
  git anvcs at before:reset --checkout ../as-it-was
"""

from argparse import ArgumentParser
import os
from pathlib import Path
import sys

from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import counted
from git_anvcs.cli.journaling import add_worktree, journal_of
from git_anvcs.flows.journal import moments, who, whole
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.flows.journal.then import Then
from git_anvcs.journal.history import Content
from git_anvcs.kernel.errors import DONE, NO, PARTLY, AnvcsError
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    add_worktree(parser)
    parser.add_argument("when", metavar="WHEN", help="the moment")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--print", metavar="PATH", help="write this file's bytes to standard output")
    what.add_argument("--who", metavar="PATH", help="say who wrote each of this file's lines")
    what.add_argument("--checkout", metavar="DIR", help="write the whole worktree there")


def run(call: Call) -> int:
    with journal_of(call, reads=True) as here:
        n = moments.resolve(here, call.args.when)
        if call.args.print:
            return _print(call, here, n)
        if call.args.who:
            return _who(call, here, n)
        if call.args.checkout:
            return _checkout(call, here, n)
        then = Then(here, n)
        paths = then.differing()
        head = then.head
    facts = {
        "operation": n,
        "head": head or None,
        "branch": then.branch or None,
        "differing": paths,
    }
    lines = [f"after operation #{n}, HEAD at {head[:10] or 'no commit'}", *map(safe, paths)]
    call.output.answer({**facts, "differing": paths}, "\n".join(lines))
    return DONE


def _print(call: Call, here: Opened, n: int) -> int:
    path = whole.named(call.repo, call.cwd, call.args.print)
    [(_, held)] = Then(here, n).contents([path])
    if not isinstance(held, Content):
        raise AnvcsError(f"{path} is not to be had: {held or 'it was not there'}")
    if call.output.as_json:
        facts = {"operation": n, "path": path, "mode": f"{held.mode:o}", "bytes": len(held.data)}
        call.output.answer(facts, "")
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(held.data)
    return DONE


def _who(call: Call, here: Opened, n: int) -> int:
    path = whole.named(call.repo, call.cwd, call.args.who)
    found = who.lines(here, path, n)
    widest = max((len(line.by) for line in found), default=0)
    rows = [
        f"{safe(line.by):{widest}}  {number:4}│{safe(line.text)}"
        for number, line in enumerate(found, 1)
    ]
    told = [{"line": k, "by": one.by or None} for k, one in enumerate(found, 1)]
    call.output.answer({"operation": n, "path": path, "lines": told}, "\n".join(rows))
    return DONE


def _checkout(call: Call, here: Opened, n: int) -> int:
    folder = Path(os.path.normpath(call.cwd / call.args.checkout))
    with call.output.working("writing files"):
        done = whole.write(here, n, folder)
    facts = {"operation": n, "folder": str(folder), "files": done.files, "left": done.left}
    lines = [f"{counted(done.files, 'file')} in {safe(str(folder))}, as after operation #{n}"]
    lines += [f"missing: {safe(path)}: {safe(why)}" for path, why in done.left.items()]
    call.output.answer(facts, "\n".join(lines))
    return PARTLY if done.left else DONE if done.files else NO
