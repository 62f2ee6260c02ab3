"""What killed processes left: drafts, known by the names that we give them, a day later.

Nothing here is a must: an entry that is not ours, that only another user may remove, or that is
gone by now, is passed over.
"""

import os
import time

_DAY = 86400.0
# <pid>.<random>; of a folder beside it .<name>.<pid>.<random>.tmp (blobs/arriving); what is packed
# (blobs/packing); what is put in the place of a pointer (blobs/placing).
_OURS = (
    r"\d+\.[0-9a-f]{12,16}(?:\.link|\.zstd)?"
    r"|\..{1,64}\.\d+\.[0-9a-f]{12}\.(?:plain\.)?tmp"
    r"|\.anvcs-[0-9a-f]{12}\.tmp"
)


def sweep(folder: int, *, now: float | None = None) -> int:
    """Remove the old drafts in an open folder; how many."""
    limit = (time.time() if now is None else now) - _DAY
    try:
        with os.scandir(folder) as found:
            old = [entry.name for entry in found if _is_old(entry, limit)]
    except OSError:
        return 0
    if not old:
        return 0
    import re  # the filter seldom needs it

    return sum(_removed(folder, name) for name in old if re.fullmatch(_OURS, name))


def _is_old(entry: "os.DirEntry[str]", limit: float) -> bool:
    try:
        is_file = entry.is_file(follow_symlinks=False)
        return is_file and entry.stat(follow_symlinks=False).st_mtime < limit
    except OSError:
        return False


def _removed(folder: int, name: str) -> bool:
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return False
    return True
