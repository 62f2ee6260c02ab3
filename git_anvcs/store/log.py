"""A short log of our own: one line per thing worth telling, never more than two files of it."""

import os
from pathlib import Path
import time

from git_anvcs.store.paths import make_folder, share

_ROTATE_BYTES = 256 * 1024
_LONGEST_LINE = 400


def note(path: Path, text: str) -> None:
    """Append one line with the time; best effort, since what is logged must not fail for it.

    path: two folders below the common Git directory. Where that was deleted nothing is made anew.
    """
    if not path.parent.parent.parent.is_dir():
        return
    printable = "".join(c if c.isprintable() else "?" for c in text)[:_LONGEST_LINE]
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        make_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            share(path, descriptor)
            os.write(descriptor, f"{stamp} {printable}\n".encode(errors="replace"))
            full = os.fstat(descriptor).st_size > _ROTATE_BYTES
        finally:
            os.close(descriptor)
        if full:
            path.replace(path.with_name(f"{path.name}.1"))
    except OSError:
        return
