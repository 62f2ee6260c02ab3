"""Bytes from one open file into another, in the cheapest way that the file system offers.

A reflink shares the blocks until one of the two files changes: a gigabyte takes less than a
millisecond (xfs, btrfs). Else the kernel copies, else we do.
"""

import errno
import fcntl
import os
import sys

from git_anvcs.blobs.coming import came

_FICLONE = 0x40049409  # linux/fs.h, ioctl_ficlonerange(2); the same on every machine but a few old
_CHUNK = 1 << 20
_MOST = 1 << 30  # of one copy_file_range(2)
# What says "not here" and not "not at all", such as a disk that is full.
_NOT_HERE = {
    errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOTTY, errno.EXDEV, errno.EINVAL, errno.ENOSYS,
    errno.EPERM, errno.EBADF, errno.ETXTBSY,
}  # fmt: skip


def copy(source: int, target: int, size: int) -> str:
    """Make the empty file `target` hold the `size` bytes of `source`: how it was done.

    `reflink`, `range` (copy_file_range(2)) or `copy`. Both are file descriptors; where they stand
    then is not told. Raises OSError, EOFError when `source` is shorter.
    """
    if reflink(source, target):
        return "reflink"
    done = _range(source, target, size)
    how = "range" if done == size else "copy"
    while done < size:
        piece = os.pread(source, min(_CHUNK, size - done), done)
        if not piece:
            raise EOFError
        done += os.pwrite(target, piece, done)
        came(len(piece))
    return how


def reflink(source: int, target: int) -> bool:
    """Have two open files share their blocks; False where that cannot be. Raises OSError."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        _must_be_not_here(error)
        return False
    return True


def _range(source: int, target: int, size: int) -> int:
    """How many bytes the kernel copied: all, or those before it refused."""
    done = 0
    if not hasattr(os, "copy_file_range"):  # not on macOS
        return done
    try:
        while done < size:
            step = os.copy_file_range(source, target, min(_MOST, size - done), done, done)
            if not step:  # the end, or a file system that cannot and does not say so
                break
            done += step
            came(step)
    except OSError as error:
        _must_be_not_here(error)
    return done


def _must_be_not_here(error: OSError) -> None:
    if error.errno not in _NOT_HERE:
        raise error
