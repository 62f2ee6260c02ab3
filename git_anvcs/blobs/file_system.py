"""Everything in a file system made to survive a power cut at once (syncfs(2)), where that is sure.

That is cheaper than to ask for thousands of files one by one, which is what to do where it is not:
before Linux 5.8 nobody is told of what could not be written; not every file system hands the
question on to the disk; and what others have written is waited for, too.
"""

import ctypes
import os
from pathlib import Path
import sys

_TELLS_OF_ERRORS = (5, 8)  # Linux, syncfs(2)
# linux/magic.h; all of them end in a flush of the disk, or have no disk.
_EXT4, _XFS, _BTRFS, _TMPFS = 0xEF53, 0x58465342, 0x9123683E, 0x01021994
_MOST_UNWRITTEN = 512 << 10  # kB of everybody: a second or two
_UNWRITTEN = ("Dirty:", "Writeback:")


def sync(folder: str) -> bool:
    """Sync the file system of `folder`, if it can be relied on; whether it was. Raises OSError."""
    if sys.platform != "linux" or not tells_of_errors(os.uname().release):
        return False
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as said:
            if unwritten(said.read()) > _MOST_UNWRITTEN:
                return False
    except OSError:  # no /proc: nobody says how long it would take
        return False
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return _is_known(descriptor) and _synced(descriptor, folder)
    finally:
        os.close(descriptor)


def tells_of_errors(release: str) -> bool:
    """Whether a Linux of this release says what could not be written."""
    major, _, rest = release.partition(".")
    minor = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return major.isdigit() and minor.isdigit() and (int(major), int(minor)) >= _TELLS_OF_ERRORS


def unwritten(meminfo: str) -> int:
    """kB that are not on a disk yet, as /proc/meminfo says (proc_meminfo(5))."""
    words = [line.split() for line in meminfo.splitlines()]
    return sum(int(word[1]) for word in words if word and word[0] in _UNWRITTEN)


def _is_known(descriptor: int) -> bool:
    said = ctypes.create_string_buffer(1024)  # struct statfs begins with the kind, a long
    if ctypes.CDLL(None).fstatfs(descriptor, said):
        return False
    kind = ctypes.c_long.from_buffer(said).value & 0xFFFFFFFF
    return kind in (_EXT4, _XFS, _BTRFS, _TMPFS)


def _synced(descriptor: int, folder: str) -> bool:
    if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), folder)
    os.fsync(descriptor)  # ext2 leaves it to this to have the disk write out what it holds back
    return True
