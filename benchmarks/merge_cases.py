"""What a history has to merge: the files of its merges that Git cannot merge alone.

Every two-parent merge is done again by `git merge-tree` in a scratch repository that borrows the
objects; the given repository is only read.
"""

from collections.abc import Collection, Iterator
import os
from pathlib import Path
import subprocess
from typing import NamedTuple

from git_anvcs.merge.locks import table


class Case(NamedTuple):
    """One file that both sides of a merge have and changed.

    base: empty where both sides added it
    git: what Git made of it, with its markers where it is in conflict
    human: what was committed, None where the file was not
    conflicting: whether Git left it in conflict
    """

    merge: str
    path: str
    base: bytes
    ours: bytes
    theirs: bytes
    git: bytes
    human: bytes | None
    conflicting: bool = True

    @property
    def type(self) -> str:
        return type_of(self.path)


class Structural(NamedTuple):
    """A file that Git leaves to people and no merge of contents can help: deleted, renamed."""

    merge: str
    path: str

    @property
    def type(self) -> str:
        return type_of(self.path)


def type_of(path: str) -> str:
    """The extension with its dot; of a lock file, and of one without extension, the name."""
    name = Path(path)
    return name.name if table.command(path) else name.suffix or name.name


Stages = dict[str, dict[int, str]]


class History:
    """The merges of a repository, done again beside it."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.source = source
        self.repo = scratch(source, folder / "plain.git")
        self.reader = subprocess.Popen(
            ("git", "cat-file", "--batch"),
            cwd=self.repo,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def merges(self, limit: int | None) -> list[list[str]]:
        """Merge, first parent, second parent; newest first."""
        newest = (f"--max-count={limit}",) if limit else ()
        asked = ("rev-list", "--all", "--min-parents=2", "--max-parents=2", "--parents", *newest)
        return [line.split() for line in text(git(self.source, *asked)).splitlines()]

    def cases(self, merge: list[str], types: set[str], clean: bool) -> Iterator[Case | Structural]:
        """The files of these extensions (without their dot; all, if there are none) in conflict.

        clean: also those that both sides changed and Git merged; with one merge base, unrenamed
        Raises OSError where objects are missing.
        """
        commit, first, second = merge
        tree, conflicts = merge_tree(self.repo, first, second)
        for path, stages in sorted(conflicts.items()):
            if not wanted(path, types):
                continue
            if not {2, 3} <= stages.keys():
                yield Structural(commit, path)
                continue
            base = self.blob(stages[1]) if 1 in stages else b""
            sides = [self.blob(stages[stage]) or b"" for stage in (2, 3)]
            shown = self.blob(f"{tree}:{path}") or b""
            yield Case(commit, path, base or b"", *sides, shown, self.blob(f"{commit}:{path}"))
        if clean:
            yield from self.clean(merge, tree, conflicts.keys(), types)

    def clean(
        self, merge: list[str], tree: str, conflicts: Collection[str], types: set[str]
    ) -> Iterator[Case]:
        commit, first, second = merge
        bases = text(git(self.repo, "merge-base", "--all", first, second, allow=(0, 1))).split()
        if len(bases) != 1:
            return
        both = changed(self.repo, first, tree) & changed(self.repo, second, tree)
        for path in sorted(both - set(conflicts)):
            if not wanted(path, types):
                continue
            names = (f"{one}:{path}" for one in (bases[0], first, second, tree, commit))
            base, ours, theirs, merged, human = (self.blob(name) for name in names)
            if base is not None and ours is not None and theirs is not None and merged is not None:
                yield Case(commit, path, base, ours, theirs, merged, human, conflicting=False)

    def blob(self, name: str) -> bytes | None:
        """The content of a blob, None where there is none of this name."""
        assert self.reader.stdin is not None
        assert self.reader.stdout is not None
        self.reader.stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
        self.reader.stdin.flush()
        words = self.reader.stdout.readline().split()
        if words[-1] == b"missing" or len(words) != 3:
            return None
        content = self.reader.stdout.read(int(words[2]) + 1)[:-1]
        return content if words[1] == b"blob" else None

    def close(self) -> None:
        self.reader.communicate()


def wanted(path: str, types: set[str]) -> bool:
    name = path.rpartition("/")[2]
    return not types or name.rpartition(".")[2] in types or name in types


def scratch(source: Path, where: Path) -> Path:
    """An empty bare repository over the objects of another."""
    git_dir = text(git(source, "rev-parse", "--git-common-dir"))
    form = text(git(source, "rev-parse", "--show-object-format"))
    subprocess.run(
        ("git", "init", "-q", "--bare", f"--object-format={form}", str(where)), check=True
    )
    objects = (source / git_dir / "objects").resolve()
    (where / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    return where


def merge_tree(repo: Path, first: str, second: str) -> tuple[str, Stages]:
    """The tree and the conflicting paths with the blobs of their stages."""
    asked = ("merge-tree", "--write-tree", "-z", "--no-messages", "--allow-unrelated-histories")
    tree, *rows = text(git(repo, *asked, first, second, allow=(0, 1))).split("\0")
    conflicts: Stages = {}
    for row in rows:
        facts, tab, path = row.partition("\t")
        if tab:
            _mode, blob, stage = facts.split(" ")
            conflicts.setdefault(path, {})[int(stage)] = blob
    return tree, conflicts


def changed(repo: Path, one: str, other: str) -> set[str]:
    rows = text(git(repo, "diff-tree", "-r", "-z", "--no-renames", "--name-only", one, other))
    return set(rows.split("\0")) - {""}


def git(repo: Path, *words: str, allow: tuple[int, ...] = (0,)) -> bytes:
    done = subprocess.run(
        ("git", *words), cwd=repo, env=environment(), capture_output=True, check=False
    )
    if done.returncode not in allow:
        raise OSError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def environment() -> dict[str, str]:
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}


def text(printed: bytes) -> str:
    return printed.decode(errors="surrogateescape").removesuffix("\n")
