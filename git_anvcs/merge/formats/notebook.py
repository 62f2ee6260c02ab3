"""Jupyter notebooks: cells by identity, conflicts inside the source of a cell."""

from collections.abc import Sequence

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.notebook import book, checks, reopen
from git_anvcs.merge.notebook.reopen import Reopened
from git_anvcs.merge.result import Merged, Options, Versions


def merge(versions: Versions, options: Options) -> Merged:
    return book.merge(versions, options)


def reopened(text: bytes, size: int) -> Reopened:
    """The versions that a notebook with conflicts in its cells stands for.

    Raises NotUnderstood for conflicts elsewhere, and ValueError for damaged markers.
    """
    return reopen.reopened(text, size)


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Broken JSON, a cell without what nbformat asks for, outputs under another source."""
    return checks.flaws(versions, text, options)


def conserved(versions: Versions, texts: Sequence[bytes]) -> bool:
    """Whether the sources and metadata of both sides are there; texts: by side of the conflicts."""
    return checks.conserved(versions, texts)


def tokens(text: bytes) -> Tokens:
    """The lines of the sources and the values of the metadata. Raises NotUnderstood."""
    return checks.tokens(text)
