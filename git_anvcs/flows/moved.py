"""Story: branches moved without HEAD; the commits that came so get their records before a read.

`git replay`, `git history`, `update-ref`, `filter-branch`, libgit2, a fetch of what a host merged:
none runs our hooks or writes HEAD's reflog. The refs' own reflogs say that something moved (a few
stat calls; no process when nothing did), the tips seen last say from where.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
import json
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git import refs
from git_anvcs.git.objects import AS_STORED
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.digest import sha256
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic, lock
from git_anvcs.store.paths import Paths

_WATCHED = ("refs/heads", "refs/remotes")
# A fetch may bring years of others' work; `meta reconcile` looks at all of it when asked.
_MOST_NEW = 200
_MOST_LEFT = 500
_MOST_REFS = 50
_VERSION = 1


class Seen(NamedTuple):
    """What the last look saw. signs: a digest of the reflogs' sizes; tips: ref -> commit."""

    signs: str = ""
    tips: Mapping[str, str] | None = None


def repair(repo: Repo, *, timeout: float = 5.0) -> tuple[str, ...]:
    """Find records for what moved since the last look; the commits that have one now.

    The first look only notes where everything is; that it may not is no fault of a reader's.
    Raises what writing records raises.
    """
    paths = Paths(repo.common_dir)
    if not paths.spool.is_dir() or paths.off.exists():
        return ()
    seen = _load(paths)
    signs = _signs(repo.common_dir)
    if signs == seen.signs:
        return ()
    if seen.tips is None:
        with suppress(AnvcsError):
            _save(paths, signs, refs.read(repo, *_WATCHED))
        return ()
    with lock.held(paths.locks / "moved", timeout=timeout):
        seen = _load(paths)
        signs = _signs(repo.common_dir)  # before the tips: a move in between is looked at again
        tips = refs.read(repo, *_WATCHED)
        found = _repaired(repo, seen.tips, tips) if seen.tips is not None else ()
        if (signs, tips) != seen:
            _save(paths, signs, tips)
    return found


def _repaired(repo: Repo, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    moves = {ref: (before[ref], oid) for ref, oid in now.items() if before.get(ref, oid) != oid}
    if not moves:
        return ()
    olds, news = zip(*moves.values(), strict=True)
    fresh = _between(repo, olds, news, _MOST_NEW)
    if not fresh:
        return ()
    from git_anvcs.flows import reconcile
    from git_anvcs.provenance import records

    stored = records.texts(repo, fresh)
    bare = [oid for oid in fresh if oid not in stored]
    if not bare:
        return ()
    done = reconcile.reconcile(repo, bare, left=_left_behind(repo, moves))
    return tuple(done.found)


def _left_behind(repo: Repo, moves: Mapping[str, tuple[str, str]]) -> frozenset[str]:
    """What branches of this clone held before they moved, and do not hold now."""
    left: set[str] = set()
    own = [both for ref, both in moves.items() if ref.startswith("refs/heads/")]
    for old, new in own[:_MOST_REFS]:
        left.update(_between(repo, [new], [old], _MOST_LEFT))
    return frozenset(left)


def _between(repo: Repo, olds: Sequence[str], news: Sequence[str], most: int) -> list[str]:
    """The newest commits of `news` that are not in `olds`, oldest first; some may be gone."""
    how = ("rev-list", "--topo-order", "--reverse", "--ignore-missing", f"-n{most}", "--stdin")
    ends = "".join([*(f"{oid}\n" for oid in news), *(f"^{oid}\n" for oid in olds)])
    return repo.try_git(*how, stdin=ends.encode(), env=AS_STORED).stdout.decode().split()


def _signs(common_dir: Path) -> str:
    """A digest that is another one when a watched ref moved and its reflog tells so."""
    table = common_dir / "reftable" / "tables.list"
    found = [f"{path} {size}" for path, size in _sizes(common_dir / "logs")]
    with suppress(OSError):
        found.append(table.read_text(encoding="ascii", errors="replace"))
    return sha256("\n".join(found).encode(errors="surrogateescape")).hexdigest()


def _sizes(logs: Path) -> Iterator[tuple[str, int]]:
    waiting = [str(logs / "refs" / name) for name in ("heads", "remotes")]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda e: e.name):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        yield entry.path, entry.stat().st_size
        except OSError:  # no such folder, or gone as we looked
            continue


def _save(paths: Paths, signs: str, tips: Mapping[str, str]) -> None:
    value = {"v": _VERSION, "signs": signs, "tips": tips}
    text = json.dumps(value, separators=(",", ":"), sort_keys=True)
    atomic.write(paths.spool / "moved.json", text.encode() + b"\n", mode=0o600)


def _load(paths: Paths) -> Seen:
    try:
        value = json.loads((paths.spool / "moved.json").read_bytes())
        if value["v"] != _VERSION:
            return Seen()
        return Seen(str(value["signs"]), {str(k): str(v) for k, v in value["tips"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Seen()
