"""What a migration did, kept: which refs moved, which commit became which; enough to undo it.

`<common Git dir>/anvcs/blobs/migrate/<number>/`: `state.json`, and `commits` with `OLD NEW` a line.
The old commits stay reachable through `refs/anvcs/migrate/<number>/…`.
"""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import Repo
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

BACKUPS = "refs/anvcs/migrate/"

Moves = Mapping[str, tuple[str | None, str | None]]


class Migration(NamedTuple):
    """kind: the command; refs: ref -> (before, after); heads: the same of HEADs on no branch, by
    the worktree's folder; undone: whether it was taken back"""

    number: int
    kind: str
    refs: Moves
    heads: Moves
    undone: bool = False

    def backup(self, ref: str) -> str:
        """The ref that keeps what `ref` was before."""
        return f"{BACKUPS}{self.number}/{ref.removeprefix('refs/')}"


def next_number(repo: Repo) -> int:
    """A number that no migration of this clone has had."""
    return max((one.number for one in every(repo)), default=0) + 1


def every(repo: Repo) -> Iterator[Migration]:
    """The migrations of this clone, in no order; one that cannot be read is passed over."""
    for file in _home(repo).glob("*/state.json"):
        try:
            value = json.loads(file.read_bytes())
            moved, heads = (
                {name: (old, new) for name, (old, new) in value[key].items()}
                for key in ("refs", "heads")
            )
            number = int(file.parent.name)
            yield Migration(number, value["kind"], moved, heads, value["undone"] is True)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue


def save(repo: Repo, migration: Migration, commits: Mapping[str, str] | None = None) -> None:
    """Keep what it is about to do, or that it was undone. Raises CannotWrite."""
    folder = _home(repo) / str(migration.number)
    if commits is not None:
        lines = "".join(f"{old} {new}\n" for old, new in commits.items())
        atomic.write(folder / "commits", lines.encode())
    value = migration._asdict()
    del value["number"]
    atomic.write(folder / "state.json", json.dumps(value, indent=1).encode())


def map_of(repo: Repo, number: int) -> Path:
    """The file that says which commit became which."""
    return _home(repo) / str(number) / "commits"


def _home(repo: Repo) -> Path:
    return Paths(repo.common_dir).blobs / "migrate"
