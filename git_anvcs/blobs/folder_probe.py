"""Whether a group that may write into a store's folder may write everywhere in it."""

from collections.abc import Iterator
import os
from pathlib import Path
import shlex
import stat

from git_anvcs.blobs.finding import Finding

_LEVELS = ("*", "blobs/*", "blobs/sha256/*")  # what is below was made by who could write there


def sharing(root: Path) -> Iterator[Finding]:
    """Folders that keep the group out, or this user."""
    try:
        shared = bool(root.stat().st_mode & stat.S_IWGRP)
    except OSError:
        return  # the round trip tells
    folders = [one for level in _LEVELS for one in root.glob(level) if _is_folder(one)]
    closed = [one for one in folders if shared and not one.stat().st_mode & stat.S_IWGRP]
    closed += [
        one for one in folders if one not in closed and not os.access(one, os.W_OK | os.X_OK)
    ]
    if closed:
        said = f"not all who share it may write there: {closed[0]}"
        said += f" and {len(closed) - 1} more" if len(closed) > 1 else ""
        mend = f"their owner can let them: chmod -R g+rwXs {shlex.quote(str(root))}"
        yield Finding("sharing", "bad", said, mend)
    elif shared:
        yield Finding("sharing", "good", "its group may write everywhere in it")
    else:
        yield Finding("sharing", "good", "one user writes there; chmod 2775 lets a group")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
