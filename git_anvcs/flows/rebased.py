"""What a rebase's list of rewritten commits proves; Git says more in it than happened.

Git names for a commit that was skipped, or that became empty, the commit HEAD was at then: an
earlier step, or the base, which may be somebody else's. HEAD's reflog tells these apart: the new
commit must have been made inside the rebase, and of as many commits as its steps put together.
"""

from collections.abc import Iterable, Mapping, Sequence

from git_anvcs.flows import made
from git_anvcs.git import commits, reflog
from git_anvcs.git.commits import Commit
from git_anvcs.git.reflog import Move
from git_anvcs.git.repo import Repo

Pairs = Sequence[tuple[str, str]]


class Past:
    """The recent moves of HEAD, read once a worktree."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._moves: dict[str, list[Move]] = {}

    def moves(self, worktree: str) -> Sequence[Move]:
        """Oldest first; none when the worktree is gone."""
        if worktree not in self._moves:
            git_dir = self._repo.common_dir / worktree
            self._moves[worktree] = reflog.recent(self._repo, git_dir)
        return self._moves[worktree]

    def maker(self, worktree: str, oid: str) -> Move | None:
        """The last move that made a commit."""
        found = [m for m in self.moves(worktree) if m.new == oid and made.makes_commit(m.message)]
        return found[-1] if found else None


def proven(repo: Repo, pairs: Pairs, moves: Sequence[Move]) -> list[tuple[str, str]]:
    """Those of the pairs (old, new) of one rebase that its worktree's reflog bears out."""
    listed: dict[str, list[str]] = {}
    for old, new in pairs:
        listed.setdefault(new, []).append(old)
    known = commits.load(repo, dict.fromkeys(oid for pair in pairs for oid in pair))
    steps = _steps(moves, listed)
    if steps is None:
        return _by_author(pairs, known)
    fit = []
    for new, olds in listed.items():
        most = _put_together(new, steps, known)
        kept = olds if len(olds) <= most else olds[: min(most, 1)]
        fit += [(old, new) for old in kept]
    return fit


def _steps(moves: Sequence[Move], news: Iterable[str]) -> dict[str, Move] | None:
    """What the rebase that made most of `news` made: commit -> its move; None: no rebase seen."""
    wanted = set(news)
    rebases = _rebases(moves)
    return max(rebases[::-1], key=lambda steps: len(wanted & steps.keys()), default=None)


def _rebases(moves: Sequence[Move]) -> list[dict[str, Move]]:
    """The commits made in each rebase, oldest rebase first."""
    found: list[dict[str, Move]] = []
    # A long reflog is read from somewhere in the middle, which may be a rebase's.
    inside = bool(moves) and made.is_rebase(moves[0].message)
    if inside:
        found.append({})
    for move in moves:
        verb = move.message.split(":", 1)[0]
        if verb.endswith("(start)"):
            found.append({})
            inside = True
        elif verb.endswith(("(finish)", "(abort)")):
            inside = False
        elif inside and made.makes_commit(move.message):
            found[-1][move.new] = move
    return found


def _put_together(new: str, steps: Mapping[str, Move], known: Mapping[str, Commit]) -> int:
    """Of how many commits the rebase made `new`: 0 when it did not make it."""
    move = steps.get(new)
    if move is None or _is_one_more(move, steps):
        return 0
    count = 1
    parents = known[new].parents if new in known else ()
    while made.joins(move.message) and move.old not in parents:  # it replaced the one before
        count += 1
        before = steps.get(move.old)
        if before is None or before is move:
            break
        move = before
    return count


def _is_one_more(move: Move, steps: Mapping[str, Move]) -> bool:
    """Whether a person made one more commit on top of a step, which stays; no part of a split."""
    while move.message.startswith("commit: "):
        before = steps.get(move.old)
        if before is None or before is move:
            return False
        move = before
        if made.is_rebase(move.message):
            return True
    return False


def kept(repo: Repo, oids: Iterable[str], news: Iterable[str]) -> set[str]:
    """Those of a rebase's steps that stayed in what it made of the history."""
    asked, ends = list(oids), [f"^{oid}" for oid in news]
    if not asked or not ends:
        return set()
    lines = [*asked, *ends]
    listed = repo.try_git("rev-list", "--stdin", stdin="".join(f"{x}\n" for x in lines).encode())
    if listed.returncode:
        return set()
    return set(asked) - set(listed.stdout.decode().split())


def _by_author(pairs: Pairs, known: Mapping[str, Commit]) -> list[tuple[str, str]]:
    """The reflog is gone with its worktree: a rebase keeps a commit's author and moment."""
    fit: dict[str, str] = {}
    for old, new in pairs:
        if old in known and new in known and known[old].author == known[new].author:
            fit.setdefault(new, old)
    return [(old, new) for new, old in fit.items()]
