"""Which large files a command is about: -I and -X, else what settings and Git do not leave out.

Files that are named on the command line are meant, whatever settings say.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.blobs.selection import Selection, words
from git_anvcs.drivers.say import Call, counted
from git_anvcs.flows import settings
from git_anvcs.flows.blobs import pulling, selecting
from git_anvcs.flows.blobs.pointed import At


class Selected(NamedTuple):
    """What a command is about.

    left_out: what is left out, and not here
    kind: a word for the files that were found, and a blank: `such ` where options chose them
    """

    found: tuple[At, ...]
    left_out: tuple[At, ...] = ()
    kind: str = ""


def add_arguments(parser: ArgumentParser) -> None:
    only = "only files that these patterns take, in place of the settings; commas between them"
    parser.add_argument("-I", "--include", metavar="PATTERNS", action="append", help=only)
    none = "no file that these patterns take, in place of blobs.fetch_exclude"
    parser.add_argument("-X", "--exclude", metavar="PATTERNS", action="append", help=none)


def by_options(call: Call, *, named: bool) -> Selection | None:
    """What -I and -X say; None without them. Where -X stands alone the setting
    blobs.fetch_include counts as well, unless paths are named."""
    include, exclude = call.args.include, call.args.exclude
    if include is None and exclude is None:
        return None
    wanted = [word for text in include or () for word in words(text)]
    if include is None and not named:
        wanted = [*settings.load(call.repo, call.env).words(selecting.INCLUDE)]
    return Selection(wanted, [word for text in exclude or () for word in words(text)])


def select(call: Call, found: Sequence[At], *, named: bool) -> Selected:
    """What is meant of files of the index. named: paths on the command line found them."""
    return _select(call, found, Selection() if named else None, named=named)


def select_of_commits(call: Call, found: Sequence[At]) -> Selected:
    """What is meant of files of commits, whatever this worktree shows of them."""
    in_force = settings.load(call.repo, call.env)
    return _select(call, found, selecting.of_settings(in_force), named=False)


def _select(
    call: Call, found: Sequence[At], selection: Selection | None, *, named: bool
) -> Selected:
    asked = by_options(call, named=named)
    if asked is not None:
        return Selected(tuple(at for at in found if asked.takes(at.path)), kind="such ")
    if selection is None:
        selection = selecting.of_worktree(call.repo, settings.load(call.repo, call.env))
    left = {at for at in found if not selection.takes(at.path)}
    out = {*pulling.lacking(call.repo, left)}
    meant = tuple(at for at in found if at not in out)
    return Selected(meant, tuple(at for at in found if at in out), "other " * bool(out))


def said(left_out: Sequence[At]) -> str:
    """What is put behind an answer; empty when nothing is left out."""
    return f", {counted(len(left_out), 'file')} left out" if left_out else ""
