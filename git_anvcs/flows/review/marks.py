"""What a person has looked at and accepted, by the ids of the places; on this machine only."""

from collections.abc import Iterable
import json

from git_anvcs.git.repo import Repo
from git_anvcs.store import atomic, lock
from git_anvcs.store.paths import Paths

_KEPT = 4096


def accepted(repo: Repo) -> frozenset[str]:
    """The ids that were accepted; a file that cannot be read says nothing."""
    return frozenset(_read(repo))


def change(repo: Repo, *, accept: Iterable[str] = (), forget: Iterable[str] = ()) -> None:
    """Remember ids, and forget others. Raises CannotWrite, Locked."""
    paths = Paths(repo.common_dir)
    with lock.held(paths.locks / "reviewed"):
        new, gone = list(accept), set(forget)
        known = [name for name in _read(repo) if name not in gone and name not in new]
        text = json.dumps({"v": 1, "accepted": [*known, *new][-_KEPT:]})
        atomic.write(paths.reviewed, text.encode() + b"\n")


def _read(repo: Repo) -> list[str]:
    try:
        facts = json.loads(Paths(repo.common_dir).reviewed.read_bytes())
        names = facts["accepted"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
