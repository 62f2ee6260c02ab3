"""Locks on files that cannot be merged: say that one is yours for now, in every clone.

A lock is kept in the primary store: s3 where `doctor` has found if-none-match good, nfs or local.
It is advice: who pushes a change of a file that another has locked is warned, not stopped.

Without a word what is locked is listed.

Exit codes: 0 done, 1 somebody else has it, or nobody, 3 it is another's to release, 5 the store
did not answer.

Example:
  git-ai-blob locks take models/a.pt
  git-ai-blob locks
  git-ai-blob locks release models/a.pt
"""

from argparse import ArgumentParser
from collections.abc import Callable
import os
from pathlib import Path

from git_anvcs.blobs.locks import Lock, Locks
from git_anvcs.drivers.say import Call
from git_anvcs.drivers.subcommands import everywhere
from git_anvcs.flows.blobs import locking
from git_anvcs.flows.blobs.clone import opened
from git_anvcs.kernel import clock
from git_anvcs.kernel.errors import DONE, NO, UsageError
from git_anvcs.kernel.terminal import quoted, safe


def add_arguments(parser: ArgumentParser) -> None:
    words = parser.add_subparsers(dest="what", metavar="WHAT")
    parser.set_defaults(what="list", paths=[])
    for name, text, count in (
        ("list", "who has locked what", "*"),
        ("take", "lock files", "+"),
        ("release", "give locks up", "+"),
    ):
        one = words.add_parser(name, help=text, description=f"{text}.", allow_abbrev=False)
        one.add_argument("paths", metavar="PATH", nargs=count)
        if name == "release":
            one.add_argument("--force", action="store_true", help="also the lock of another")
        everywhere(one)


def run(call: Call) -> int:
    paths = [_inside(call, name) for name in call.args.paths]
    does: dict[str, Callable[[Call, Locks, list[str]], int]]
    does = {"list": _list, "take": _take, "release": _release}
    with opened(call.repo, call.env) as here:
        return does[call.args.what](call, locking.locks_of(here.stores), paths)


def _list(call: Call, kept: Locks, paths: list[str]) -> int:
    found = [lock for lock in locking.listed(kept) if not paths or lock.path in paths]
    mine = locking.owner(call.repo)[1]
    value = {"locks": [_row(lock, mine) for lock in found]}
    call.answer(value, "\n".join(map(_said, found)) or "nothing is locked")
    return DONE


def _take(call: Call, kept: Locks, paths: list[str]) -> int:
    done = [locking.take(call.repo, kept, path) for path in paths]
    mine = locking.owner(call.repo)[1]
    others = [lock for lock, ours in done if not ours]
    value = {
        "taken": [_row(lock, mine) for lock, ours in done if ours],
        "others": [_row(lock, mine) for lock in others],
    }
    lines = [f"{'locked' if ours else 'not locked'}: {_said(lock)}" for lock, ours in done]
    call.answer(value, "\n".join(lines))
    return NO if others else DONE


def _release(call: Call, kept: Locks, paths: list[str]) -> int:
    mine = locking.owner(call.repo)[1]
    done = [locking.release(call.repo, kept, path, force=call.args.force) for path in paths]
    call.answer(
        {"released": [_row(lock, mine) for lock in done]},
        "\n".join(f"released: {_said(lock)}" for lock in done),
    )
    return DONE


def _inside(call: Call, name: str) -> str:
    """The path from the top of the worktree. Raises UsageError."""
    root = call.repo.root.resolve()
    path = os.path.normpath(call.cwd.resolve() / name)
    if not Path(path).is_relative_to(root) or Path(path) == root:
        raise UsageError(f"{name} is no file of this repository")
    return os.path.relpath(path, root)


def _row(lock: Lock, mine: str) -> dict[str, object]:
    return {
        "path": lock.path,
        "who": lock.who,
        "clone": lock.clone,
        "since": clock.rfc3339(lock.since),
        "ours": lock.clone == mine,
    }


def _said(lock: Lock) -> str:
    return f"{quoted(lock.path)}  {safe(lock.who)}  since {clock.local(lock.since)}"
