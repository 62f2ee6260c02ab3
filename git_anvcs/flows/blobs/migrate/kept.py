"""What a migration did, kept: which refs moved, which commit became which; enough to undo it.

`<common Git dir>/anvcs/blobs/migrate/<number>/`: `state.json`, and `commits` with `OLD NEW` a line.
There is a file `unfinished` as long as worktrees, notes or records may not have followed. The old
commits stay reachable through `refs/anvcs/migrate/<number>/…`.
"""

from collections.abc import Mapping
from contextlib import suppress
import json
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git import objects
from git_anvcs.git.repo import Repo
from git_anvcs.kernel.errors import AnvcsError
from git_anvcs.store import atomic
from git_anvcs.store.paths import Paths

BACKUPS = "refs/anvcs/migrate/"
_VERSION = 1

Moves = Mapping[str, tuple[str | None, str | None]]


class Unreadable(AnvcsError):
    """There is a migration, and nobody knows any more what it did."""


class Migration(NamedTuple):
    """kind: the command; refs: ref -> (before, after); heads: the same of HEADs on no branch, by
    the worktree's folder; undone: whether it was taken back; unfinished: whether it, or what takes
    it back, may have been killed before all had followed"""

    number: int
    kind: str
    refs: Moves
    heads: Moves
    undone: bool = False
    unfinished: bool = False

    def pair(self, branch: str, folder: str) -> tuple[str, str] | None:
        """Between which commits it moves a worktree; branch: empty where HEAD is on none."""
        old, new = (self.refs.get(branch) if branch else self.heads.get(folder)) or ("", "")
        return (old, new) if old and new else None

    def backup(self, ref: str) -> str:
        """The ref that keeps what `ref` was before."""
        return f"{BACKUPS}{self.number}/{ref.removeprefix('refs/')}"


def next_number(repo: Repo) -> int:
    """A number that no migration of this clone has had."""
    return max(_numbers(repo), default=0) + 1


def last(repo: Repo) -> Migration | None:
    """The newest migration that was not undone. Raises Unreadable."""
    for number in sorted(_numbers(repo), reverse=True):
        found = read(repo, number)
        if found and not found.undone:
            return found
    return None


def read(repo: Repo, number: int) -> Migration | None:
    """One migration; None where it ended before anything moved. Raises Unreadable."""
    try:
        value = json.loads((_home(repo) / str(number) / "state.json").read_bytes())
        if value["version"] != _VERSION:
            raise ValueError(value["version"])
        moved, heads = (
            {name: (old, new) for name, (old, new) in value[key].items()}
            for key in ("refs", "heads")
        )
        going = _mark(repo, number).exists()
        return Migration(number, value["kind"], moved, heads, value["undone"] is True, going)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(
            f"what migration {number} did cannot be read: damaged, or of a newer version",
            hint=f"{BACKUPS}{number}/ holds what branches and tags were before it",
        ) from error


def save(repo: Repo, migration: Migration, commits: Mapping[str, str] | None = None) -> None:
    """Keep what it is about to do, or that it was undone. Raises CannotWrite."""
    folder = _home(repo) / str(migration.number)
    if commits is not None:
        lines = "".join(f"{old} {new}\n" for old, new in commits.items())
        atomic.write(folder / "commits", lines.encode())
    value = {"version": _VERSION, **migration._asdict()}
    del value["number"], value["unfinished"]
    atomic.write(folder / "state.json", json.dumps(value, indent=1).encode())


def commits(repo: Repo, number: int) -> dict[str, str]:
    """Which commit became which: old -> new. Raises Unreadable."""
    try:
        lines = (_home(repo) / str(number) / "commits").read_text("ascii").splitlines()
        return dict(line.split(" ") for line in lines)
    except (OSError, ValueError) as error:
        raise Unreadable(f"which commits migration {number} wrote cannot be read") from error


def origins(repo: Repo, kind: str) -> dict[str, str]:
    """The commits that migrations of that kind wrote here -> the trees that they were made from.

    Of those whose old commits are here still; a record that cannot be read tells nothing.
    """
    made: dict[str, str] = {}
    for number in sorted(_numbers(repo)):
        with suppress(Unreadable):
            found = read(repo, number)
            if found and found.kind == kind:
                made |= {new: old for old, new in commits(repo, number).items()}
    trees = objects.ids(repo, (f"{old}^{{tree}}" for old in made.values()))
    return {new: tree for new, tree in zip(made, trees, strict=True) if tree}


def begin(repo: Repo, number: int) -> None:
    """From here on it is unfinished. Raises CannotWrite."""
    atomic.write(_mark(repo, number), b"")


def finish(repo: Repo, number: int) -> None:
    """All has followed. Raises CannotWrite."""
    atomic.remove(_mark(repo, number))


def _numbers(repo: Repo) -> list[int]:
    return [int(one.name) for one in _home(repo).glob("[0-9]*") if one.name.isdecimal()]


def _mark(repo: Repo, number: int) -> Path:
    return _home(repo) / str(number) / "unfinished"


def _home(repo: Repo) -> Path:
    return Paths(repo.common_dir).migrations
