"""Story: somebody says for a while what they are working on, and others are told.

A lease is advice: it locks nothing, ends by itself, and is kept under the common Git directory, so
that all worktrees of a repository see it (docs/formats/leases.md).
"""

from contextlib import suppress
import json
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import Repo
from git_anvcs.kernel import clock, digest
from git_anvcs.kernel.errors import UsageError
from git_anvcs.store import atomic, lock
from git_anvcs.store.paths import Paths

VERSION = 1
LONGEST = 24 * 3600  # seconds; who forgets a lease must not hold it for ever
_UNITS = {"s": 1, "m": 60, "h": 3600}


class Lease(NamedTuple):
    """One path (a file, or a folder with all in it), who works on it, until when.

    since, until: seconds since 1970
    """

    path: str
    who: str
    worktree: str
    since: float
    until: float


def take(
    repo: Repo, path: str, who: str, seconds: float, *, dry_run: bool = False
) -> tuple[Lease, list[Lease]]:
    """Our lease, taken or prolonged, and those that others have on what it covers.

    When there are such, ours is not taken.
    """
    now = clock.now()
    mine = Lease(path, who, str(repo.root), now, now + seconds)
    with lock.held(Paths(repo.common_dir).locks / "leases"):
        others = [one for one in live(repo) if one.who != who and overlap(one.path, path)]
        if not others and not dry_run:
            facts = json.dumps({"v": VERSION, **mine._asdict()}).encode()
            atomic.write(_file(repo, path, who), facts + b"\n")
    return mine, others


def release(repo: Repo, path: str, who: str) -> bool:
    """Give one up; whether there was one."""
    with lock.held(Paths(repo.common_dir).locks / "leases"):
        file = _file(repo, path, who)
        held = file.is_file()
        file.unlink(missing_ok=True)
    return held


def live(repo: Repo) -> list[Lease]:
    """All that have not ended, oldest first; those that have are deleted."""
    return held(repo.common_dir)


def held(common_dir: Path) -> list[Lease]:
    """The same, of the repository whose worktrees share this folder."""
    now = clock.now()
    found = []
    for file in Paths(common_dir).leases.glob("*.json"):
        lease = _read(file)
        if lease is not None and now < lease.until <= now + LONGEST:
            found.append(lease)
        else:
            with suppress(OSError):
                file.unlink(missing_ok=True)
    return sorted(found, key=lambda lease: (lease.since, lease.path))


def duration(text: str) -> float:
    """Seconds of `10m`, `90s`, `2h`. Raises UsageError."""
    number, unit = text[:-1], text[-1:]
    if not number.isdigit() or unit not in _UNITS or not 0 < int(number) * _UNITS[unit] <= LONGEST:
        raise UsageError(
            f"--ttl: {text!r} is no duration", hint="such as 90s, 10m or 2h; at most 24h"
        )
    return float(int(number) * _UNITS[unit])


def inside(repo: Repo, cwd: Path, path: str) -> str:
    """A path as leases have it, from the top of the worktree. Raises UsageError."""
    try:
        found = (cwd / path).resolve().relative_to(repo.root.resolve()).as_posix()
    except ValueError as error:
        raise UsageError(f"{path} is not in this worktree") from error
    return found


def overlap(one: str, other: str) -> bool:
    """Whether one of two paths is the other one or lies in it."""
    return (
        "." in (one, other)
        or f"{one}/".startswith(f"{other}/")
        or f"{other}/".startswith(f"{one}/")
    )


def _file(repo: Repo, path: str, who: str) -> Path:
    name = digest.sha256(f"{path}\0{who}".encode(errors="surrogateescape")).hexdigest()[:32]
    return Paths(repo.common_dir).leases / f"{name}.json"


def _read(file: Path) -> Lease | None:
    try:
        facts = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    match facts:
        case {
            "path": str(path),
            "who": str(who),
            "worktree": str(worktree),
            "since": int() | float() as since,
            "until": int() | float() as until,
        }:
            return Lease(path, who, worktree, since, until)
    return None
