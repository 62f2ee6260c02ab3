"""Story: commits that were kept from Git's gc go when no operation tells of them any more."""

import re

from git_anvcs.flows.journal.kept import KEPT
from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal.op import Kind

# A ref is made before the operation that tells of it.
_GRACE_SECONDS = 3600.0
_ID = re.compile(rb"[0-9a-f]{40,64}")


def forget(here: Opened, now: float) -> int:
    """Delete their refs; how many. now: seconds since the epoch. Raises GitFailed, Unreadable."""
    repo, journal = here.repo, here.journal
    if (repo.common_dir / "reftable").is_dir():
        return 0  # which ref is new is not told there
    listed = repo.git("for-each-ref", "--format=%(objectname)", KEPT).split()
    left = {oid for oid in listed if _is_old(here, oid.decode(), now)}
    for entry in journal.newest(kinds=(Kind.GIT, Kind.MARK)):
        if not left:
            return 0
        left -= set(_ID.findall(journal.payload(entry.n)))
    lines = b"".join(b"delete %s%s\n" % (KEPT.encode(), oid) for oid in sorted(left))
    repo.git("update-ref", "--stdin", stdin=lines)
    return len(left)


def _is_old(here: Opened, oid: str, now: float) -> bool:
    """Whether its ref is no file of the last hour; Git packs only what it found in files."""
    try:
        return (here.repo.common_dir / KEPT / oid).stat().st_mtime < now - _GRACE_SECONDS
    except OSError:
        return True
