"""What killed processes left: drafts, known by the names that we give them, a day later.

A download that was begun is gone on with, so it has a week.

Nothing here is a must: an entry that is not ours, that only another user may remove, or that is
gone by now, is passed over.
"""

import math
import os
import time

_DAY = 86400.0
_WEEK = 7 * _DAY
# <pid>.<random>; of a folder beside it .<name>.<pid>.<random>.tmp (blobs/arriving); what is packed
# (blobs/packing); what is put in the place of a pointer (blobs/placing); a content on its way out
# of its frame (blobs/arriving).
_OURS = (
    r"\d+\.[0-9a-f]{12,16}(?:\.link|\.zstd)?"
    r"|\..{1,64}\.\d+\.[0-9a-f]{12}\.(?:plain\.)?tmp"
    r"|\.anvcs-[0-9a-f]{12}\.tmp"
    r"|[0-9a-f]{64}\.[0-9a-f]{12}\.[0-9a-f]{12}\.plain\.tmp"
)
BEGUN = r"[0-9a-f]{64}\.[0-9a-f]{12}\.[0-9a-f]{12}\.part"  # blobs/begun


def sweep(folder: int, *, now: float | None = None) -> int:
    """Remove the old drafts in an open folder; how many."""
    seconds = time.time() if now is None else now
    try:
        with os.scandir(folder) as found:
            ages = {entry.name: seconds - _written(entry) for entry in found}
    except OSError:
        return 0
    old = [name for name, age in ages.items() if age > _DAY]
    if not old:
        return 0
    import re  # the filter seldom needs it

    gone = [name for name in old if re.fullmatch(_OURS, name)]
    gone += [name for name in old if ages[name] > _WEEK and re.fullmatch(BEGUN, name)]
    return sum(_removed(folder, name) for name in gone)


def _written(entry: "os.DirEntry[str]") -> float:
    """When a plain file was last written to; anything else is never old."""
    try:
        if entry.is_file(follow_symlinks=False):
            return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        pass
    return math.inf


def _removed(folder: int, name: str) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return False
    return True
