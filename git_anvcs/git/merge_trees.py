"""Many merges done in memory by one git: what `git merge` would make of pairs of commits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.git.tree_diff import Blob

_MERGE = (
    *("merge-tree", "--write-tree", "--stdin", "--name-only", "--no-messages"),
    "--allow-unrelated-histories",
)


_OPEN = ("merge-tree", "--write-tree", "--stdin", "--messages", "--allow-unrelated-histories")
_BY_CONTENT = "CONFLICT (contents)"

# Of an unmerged path: stage (1 base, 2 ours, 3 theirs) -> what it holds.
Stages = dict[int, Blob]


class Open(NamedTuple):
    """What a merge leaves open.

    tree: what it makes, with markers in what is open
    stages: of each unmerged path its versions
    conflicts: the paths in conflict, in Git's order; empty: it is clean
    by_content: those of them whose only conflict is about the content of regular files
    """

    tree: str
    stages: Mapping[str, Stages]
    conflicts: tuple[str, ...]
    by_content: frozenset[str]


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


def left_open(
    repo: Repo, pairs: Sequence[tuple[str, str]], env: Mapping[str, str] | None = None
) -> list[Open]:
    """Merge every pair as `merge` does, and tell what of each file could not be merged."""
    if not pairs:
        return []
    stdin = "".join(f"{one} {other}\n" for one, other in pairs).encode()
    done = repo.try_git(*_OPEN, stdin=stdin, env=env)
    found = list(_parse_open(done.stdout))
    if len(found) != len(pairs):
        raise GitFailed(done.argv, done.returncode, done.stderr)
    return found


def _parse_open(out: bytes) -> Iterator[Open]:
    """Of each merge: status, tree, entries, an empty field, messages, an empty field."""
    fields = iter(out.decode(errors="surrogateescape").split("\0"))
    for _status in fields:
        tree = next(fields, "")
        if not tree:
            return
        stages: dict[str, Stages] = {}
        while entry := next(fields, ""):
            facts, _, path = entry.partition("\t")
            mode, oid, stage = facts.split(" ")
            stages.setdefault(path, {})[int(stage)] = Blob(mode, oid)
        kinds: dict[str, set[str]] = {}
        while count := next(fields, ""):
            paths = [next(fields, "") for _ in range(int(count))]
            kind = next(fields, "")
            next(fields, "")  # the sentence
            for path in paths if kind.startswith("CONFLICT") else ():
                kinds.setdefault(path, set()).add(kind)
        yield Open(tree, stages, tuple(stages), frozenset(_by_content(stages, kinds)))


def _by_content(stages: Mapping[str, Stages], kinds: Mapping[str, set[str]]) -> Iterator[str]:
    for path, versions in stages.items():
        plain = all(one.is_file for one in versions.values())
        alike = len({one.mode for one in versions.values()}) == 1
        if plain and alike and versions.keys() >= {2, 3} and kinds.get(path) == {_BY_CONTENT}:
            yield path


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
