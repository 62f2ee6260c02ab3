"""Tell in which facts two files differ: size, shape, columns, tensors, pages.

A alone is compared with the worktree: a file as it is in the index, as in git diff, and REV:PATH
with PATH.

A and B may be REV:PATH, as in git show. A pointer stands for its content where
this clone has it. Without a difference nothing is printed; contents that
differ always differ in their SHA-256.

Exit code 0, or with --exit-code 1 when there are differences.

Example:
  git-ai-blob diff data/train.csv
  git-ai-blob diff main:data/train.csv HEAD:data/train.csv
"""

from argparse import ArgumentParser

from git_anvcs.blobs.media.facts import Change, changes, shown
from git_anvcs.drivers.say import Call
from git_anvcs.flows.blobs import looking


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("before", metavar="A", help="the older file, or REV:PATH")
    parser.add_argument("after", metavar="B", nargs="?", default="", help="the newer one")
    parser.add_argument("--exit-code", action="store_true", help="1 when there are differences")


def run(call: Call) -> int:
    args = call.args
    one, other = args.before, args.after
    if not other:
        one, other = looking.with_worktree(args.before, call.cwd, call.repo)
    with (
        looking.named(one, call.cwd, call.repo_or_none) as before,
        looking.named(other, call.cwd, call.repo_or_none) as after,
    ):
        found = changes(looking.facts(before), looking.facts(after))
    value = {"changes": [one._asdict() for one in found]}
    call.answer(value, "\n".join(map(told, found)))
    return int(bool(found) and args.exit_code)


def told(change: Change) -> str:
    """One line: a fact that is new, gone, or has another value."""
    if change.before is None and change.after is not None:
        return f"+ {change.name}: {shown(change.after)}"
    if change.after is None and change.before is not None:
        return f"- {change.name}: {shown(change.before)}"
    before, after = (shown(one) for one in (change.before, change.after) if one is not None)
    return f"~ {change.name}: {before} -> {after}"
