"""The journal of the repository that a command was called in, by its settings."""

from contextlib import AbstractContextManager

from git_anvcs.cli.command import Call
from git_anvcs.flows import settings
from git_anvcs.flows.journal import opened
from git_anvcs.flows.journal.opened import Opened


def journal_of(call: Call, *, look: bool = True) -> AbstractContextManager[Opened]:
    """Open, and with `look` up to date. Raises UsageError, CannotWrite, Damaged."""
    ignored = settings.load(call.repo, call.env).words("journal.ignored") if look else ()
    return opened.opened(call.repo, look=look, ignored=ignored)
