"""What happened in this worktree between commits, the newest first: saves, Git, losses, undos.

Each line is one look: its last operation's number, when, what, and whose it was if that is known.
With PATH only that file, or what lies below that folder. The number is what `git anvcs at '#N'`
and `git anvcs undo --to '#N'` take. With --git only what Git did, and each ref that it moved;
`git anvcs undo --op N` takes such a line back alone.

Example:
  git anvcs timeline
  git anvcs timeline src/app.py -n 50
  git anvcs timeline --by claude
  git anvcs timeline --git -n 10
  git anvcs timeline --all --json
"""

from argparse import ArgumentParser

from git_anvcs.cli import told
from git_anvcs.cli.command import Call
from git_anvcs.cli.counted import count
from git_anvcs.cli.journaling import add_worktree, journal_of
from git_anvcs.cli.pager import paged
from git_anvcs.flows import settings
from git_anvcs.flows.journal import timeline, whole
from git_anvcs.kernel.terminal import safe


def add_arguments(parser: ArgumentParser) -> None:
    add_worktree(parser)
    parser.add_argument("path", nargs="?", metavar="PATH", help="only this file or folder")
    parser.add_argument("-n", type=count, default=0, metavar="N", help="not more than N looks")
    parser.add_argument("--all", action="store_true", help="of every worktree")
    parser.add_argument(
        "--by",
        default="",
        metavar="WHO",
        help="only what a session, or any session of an agent, wrote",
    )
    parser.add_argument("--git", action="store_true", help="only what Git did, ref by ref")
    parser.add_argument("--before", type=count, metavar="OPERATION", help="what came before it")


def run(call: Call) -> int:
    args = call.args
    with journal_of(call, reads=True) as here:
        path = whole.named(call.repo, call.cwd, args.path) if args.path else ""
        lane = None if args.all else here.lane
        window = settings.load(call.repo, call.env).number("commits.format_window") * 60
        wanted = timeline.Wanted(path, args.n, lane, args.before, args.by, args.git, window)
        looks = timeline.looks(here, wanted)
        if call.output.as_json:
            call.output.stream("looks", (told.as_json(look) for look in looks))
            return 0
        how = told.How(lanes=args.all, refs=args.git, colour=call.output.colour)
        found = False
        with paged(call):
            for look in looks:
                found = True
                for line in told.lines(look, how):
                    print(line)
        if not found and path:
            call.output.note(f"the journal tells of nothing at {safe(path)} here")
    return 0
