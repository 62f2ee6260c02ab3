"""HEAD's reflog of each worktree, read from where we stopped: what moved HEAD, and when.

Git writes it for every tool that moves HEAD, whether or not that tool runs hooks.
"""

from collections.abc import Sequence
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import Repo

# More than this behind, only the newest part is read: a bounded cost, whatever happened.
TAIL = 256 << 10
_MOST = 1000


class Move(NamedTuple):
    """HEAD went from `old` (zeros: nowhere) to `new`; `message` as Git wrote it."""

    old: str
    new: str
    message: str


class Mark(NamedTuple):
    """How far a reflog was read: bytes of the file (files backend), and the last `new` seen."""

    offset: int = 0
    last: str = ""


def worktrees(common_dir: Path) -> dict[str, Path]:
    """The Git directory of every worktree: `.` is the main one, else `worktrees/NAME`."""
    found = {".": common_dir}
    linked = common_dir / "worktrees"
    if linked.is_dir():
        found |= {f"worktrees/{path.name}": path for path in sorted(linked.iterdir())}
    return found


def read(repo: Repo, git_dir: Path, mark: Mark) -> tuple[list[Move], Mark]:
    """The moves after the mark, oldest first, and the mark after them."""
    if (repo.common_dir / "reftable").is_dir():
        return _read_listed(repo, git_dir, mark)
    return _read_file(git_dir / "logs" / "HEAD", mark)


def recent(repo: Repo, git_dir: Path) -> list[Move]:
    """The newest moves, oldest first; as many as a bounded read gives."""
    return read(repo, git_dir, Mark())[0]


def _read_file(path: Path, mark: Mark) -> tuple[list[Move], Mark]:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size == mark.offset:
                return [], mark
            start = mark.offset if mark.offset < size else 0
            start = max(start, size - TAIL)
            file.seek(start)
            data = file.read(size - start)
    except OSError:
        return [], Mark()
    whole = data.rfind(b"\n") + 1
    moves = [move for line in data[:whole].split(b"\n") if (move := _parse(line))]
    if start != mark.offset or (mark.last and moves and moves[0].old != mark.last):
        moves = _after(moves, mark.last)  # the file was rewritten, as `git reflog expire` does
    last = moves[-1].new if moves else mark.last
    return moves, Mark(start + whole, last)


def _read_listed(repo: Repo, git_dir: Path, mark: Mark) -> tuple[list[Move], Mark]:
    """Reftable: only Git can read it. It lists the newest first, without the old ids."""
    how = ("log", "-g", f"-n{_MOST}", "--format=%H %gs", "HEAD", "--")
    done = repo.try_git(*how, env={"GIT_DIR": str(git_dir)})
    listed = done.stdout.decode(errors="surrogateescape").splitlines()[::-1]
    moves: list[Move] = []
    for line in listed:
        new, _, message = line.partition(" ")
        moves.append(Move(moves[-1].new if moves else repo.zero_oid, new, message))
    count = len(moves)
    counted = mark.offset <= count < _MOST
    moves = moves[mark.offset :] if counted else _after(moves, mark.last)
    return moves, Mark(count, moves[-1].new if moves else mark.last)


def _after(moves: Sequence[Move], last: str) -> list[Move]:
    """The moves after the newest one that led to `last`; all of them when there is none."""
    for index in range(len(moves) - 1, -1, -1):
        if moves[index].new == last:
            return list(moves[index + 1 :])
    return list(moves)


def _parse(line: bytes) -> Move | None:
    facts, _, message = line.decode(errors="surrogateescape").partition("\t")
    words = facts.split(" ", 2)
    if len(words) < 3 or len(words[0]) not in (40, 64):
        return None
    return Move(words[0], words[1], message)
