"""Commits with the lines each file gained and lost, as `git log --numstat` streams them.

Merges show no files: what a merge takes over was counted where it was written.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, NamedTuple

from git_anvcs.git import stream

# Begins a commit; the lines of --numstat begin with a number, `-` or a newline.
_MARK = "\x01"


class Changed(NamedTuple):
    """One file of a commit: its name after it, lines gained and lost (a binary file: none).

    before: the name it had before it was renamed, or empty
    """

    path: str
    added: int
    deleted: int
    before: str = ""


class Commit(NamedTuple):
    """The fields that were asked for, as Git printed them, and the files."""

    fields: tuple[str, ...]
    files: tuple[Changed, ...]


def arguments(fields: Sequence[str]) -> list[str]:
    """What `git log` needs for `read`; fields: placeholders of its format, such as `%H`.

    Whatever the user has configured, the numbers are those of Git's own defaults.
    """
    form = f"--format={_MARK}{'%x00'.join(fields)}"
    plain = ("--no-color", "--no-show-signature", "--no-ext-diff", "--no-textconv")
    counted = ("--numstat", "-M", "--diff-merges=off", "--diff-algorithm=default")
    return ["-z", form, *plain, *counted, "--ignore-submodules=all"]


def read(pipe: IO[bytes], size: int) -> Iterator[Commit]:
    """The commits as they come; size: how many fields `arguments` was given."""
    fields: tuple[str, ...] = ()
    files: list[Changed] = []
    listed = stream.fields(pipe)
    for text in listed:
        if text.startswith(_MARK):
            if fields:
                yield Commit(fields, tuple(files))
            fields, files = (text[1:], *islice(listed, size - 1)), []
        elif found := _changed(text.removeprefix("\n"), listed):
            files.append(found)
    if fields:
        yield Commit(fields, tuple(files))


def _changed(text: str, listed: Iterator[str]) -> Changed | None:
    """`added TAB deleted TAB path`; of a renamed file, the path before and after follow."""
    numbers = text.split("\t", 2)
    if len(numbers) < 3:
        return None
    added, deleted, path = numbers
    before = ""
    if not path:
        before, path = next(listed, ""), next(listed, "")
    return Changed(path, _number(added), _number(deleted), before)


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
