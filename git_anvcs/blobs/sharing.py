"""Folders that users share: where a group may write, it may do so in what we make there, too.

Whatever the umask of who comes first: a folder of theirs would keep all others out.
"""

from contextlib import suppress
import os
import stat


def with_group(folder: int) -> bool:
    """Whether the group of this open folder may write there."""
    return bool(os.fstat(folder).st_mode & stat.S_IWGRP)


def make_folder(name: str, above: int) -> None:
    """A folder in an open one, as open to the group as that. Raises OSError."""
    os.mkdir(name, dir_fd=above)
    if with_group(above):
        wanted = os.fstat(above).st_mode & (stat.S_IRWXG | stat.S_ISGID)
        with suppress(OSError):  # of a server that has other rights; `doctor` tells
            made = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            try:
                os.fchmod(made, stat.S_IMODE(os.fstat(made).st_mode) | wanted)
            finally:
                os.close(made)


def let_read(file: int, folder: int) -> None:
    """An open file of a folder that is shared is for its group, too."""
    if with_group(folder):
        with suppress(OSError):
            os.fchmod(file, stat.S_IMODE(os.fstat(file).st_mode) | stat.S_IRGRP)
