"""The journal of the repository that a command was called in, by its settings."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from git_anvcs.cli.command import Call
from git_anvcs.flows import settings
from git_anvcs.flows.journal import gone, opened
from git_anvcs.flows.journal.observe import Files
from git_anvcs.flows.journal.opened import Opened


@contextmanager
def journal_of(
    call: Call, *, look: bool = True, by: str = "", reads: bool = False
) -> Iterator[Opened]:
    """Open, and with `look` up to date. Raises UsageError, CannotWrite, Damaged.

    With the option --worktree it is asked of that one's lane, which is as of its last look.

    by: whose it is what the look finds
    reads: where nothing can be written, it answers as of its last look, and says so
    """
    files = files_of(call) if look else Files()
    with opened.opened(
        call.repo, look=look, by=by, ignored=files.ignored, largest=files.largest, reads=reads
    ) as here:
        if here.mended:
            call.output.note(str(here.mended))
        if here.stopped:
            call.output.note(f"{here.stopped}: what follows is as of the last look")
        named = getattr(call.args, "worktree", None)
        yield here._replace(lane=gone.lane_named(here.journal, named)) if named else here


def files_of(call: Call) -> Files:
    """Which files the settings in force let count."""
    chosen = settings.load(call.repo, call.env)
    return Files(chosen.words("journal.ignored"), int(chosen.number("journal.largest")))


def add_worktree(parser: ArgumentParser) -> None:
    """The option --worktree of commands that only ask."""
    told = "of another worktree, also one that was deleted"
    parser.add_argument("--worktree", metavar="NAME", help=told)
