"""Many merges done in memory by one git: what `git merge` would make of pairs of commits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo

_MERGE = (
    *("merge-tree", "--write-tree", "--stdin", "--name-only", "--no-messages"),
    "--allow-unrelated-histories",
)


class Outcome(NamedTuple):
    """The tree that a merge makes (with markers where it conflicts), and the paths that do."""

    tree: str
    conflicts: tuple[str, ...]
    clean: bool


def merge(
    repo: Repo, pairs: Sequence[tuple[str, str]], env: Mapping[str, str] | None = None
) -> list[Outcome]:
    """Merge every pair of commits (ids), with the merge drivers that are wired; in that order.

    The trees are written to the object directory of `env`, else to the repository's. Raises
    GitFailed when a commit is not here.
    """
    if not pairs:
        return []
    stdin = "".join(f"{one} {other}\n" for one, other in pairs).encode()
    done = repo.try_git(*_MERGE, stdin=stdin, env=env)
    found = list(_parse(done.stdout))
    if len(found) != len(pairs):
        raise GitFailed(done.argv, done.returncode, done.stderr)
    return found


def _parse(out: bytes) -> Iterator[Outcome]:
    """Of each merge `1` or `0`, the tree, the paths in conflict, and an empty field."""
    fields = iter(out.decode(errors="surrogateescape").split("\0"))
    for status in fields:
        tree = next(fields, "")
        if not tree:
            return
        paths = []
        while path := next(fields, ""):
            paths.append(path)
        yield Outcome(tree, tuple(dict.fromkeys(paths)), status == "1")
