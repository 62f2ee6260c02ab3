"""What differs between pairs of trees, as ids: one git process for any number of pairs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import UsageError

_DIFF = ("diff-tree", "--stdin", "-r", "--raw", "-z", "--no-abbrev", "--no-ext-diff")
_COMPARE = (
    *("diff", "--raw", "-z", "--no-abbrev", "-M", "-l1000", "--no-ext-diff", "--no-relative"),
    *("--diff-filter=u", "--ignore-submodules=dirty"),
)
_WRONG = (128, 129)  # git's exit codes when it could not do it
_FILES = ("100644", "100755", "100664")


class Blob(NamedTuple):
    """What a path holds: its mode as Git writes it and its object id."""

    mode: str
    oid: str

    @property
    def is_file(self) -> bool:
        """Neither a symbolic link nor a submodule."""
        return self.mode in _FILES


class Change(NamedTuple):
    """One path that differs; None where one of the trees has no such path.

    source: what it was called in the first tree, where a rename was looked for and seen
    """

    before: Blob | None
    after: Blob | None
    source: str = ""


Changes = dict[str, Change]


def changes(
    repo: Repo,
    pairs: Sequence[tuple[str, str]],
    *,
    renames: bool = False,
    env: Mapping[str, str] | None = None,
) -> list[Changes]:
    """Of every pair of trees (ids) the paths that differ, in that order.

    A pair of which a tree is not in this clone, or whose renames need what is not here, ends in
    GitFailed.
    """
    if not pairs:
        return []
    asked = "".join(f"{one} {other}\n" for one, other in pairs).encode()
    how = ("-M", "-l1000") if renames else ("--no-renames",)
    done = repo.try_git(*_DIFF, *how, stdin=asked, env={**NO_FETCH, **(env or {})})
    if done.returncode != 0:
        raise GitFailed(done.argv, done.returncode, done.stderr)
    found = list(_parse(done.stdout, pairs))
    if len(found) != len(pairs):
        raise GitFailed(done.argv, done.returncode, done.stderr)
    return found


def compared(repo: Repo, asked: Sequence[str], folder: Path) -> Changes:
    """What `git diff` finds, renames looked for; asked: its revisions, paths and `--cached`.

    What stands in the worktree has an id of zeros. Unmerged paths are left out. Raises UsageError
    for what git diff does not take.
    """
    done = repo.try_git("-C", str(folder), *_COMPARE, *asked, env=NO_FETCH)
    if done.returncode in _WRONG:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = (
            said[0].removeprefix("fatal: ").removeprefix("error: ") if said else "no such revision"
        )
        raise UsageError(why, hint="git diff says the same; paths stand behind --")
    found: Changes = {}
    _entries(done.stdout, 0, found)
    return found


def _parse(out: bytes, pairs: Sequence[tuple[str, str]]) -> Iterator[Changes]:
    """The output pair by pair: a line with both ids, then entries between NULs."""
    at = 0
    for one, other in pairs:
        head = f"{one} {other}\n".encode()
        if not out.startswith(head, at):
            return
        found: Changes = {}
        at = _entries(out, at + len(head), found)
        yield found


def _entries(out: bytes, at: int, found: Changes) -> int:
    """The entries from here on go to `found`; where they end."""
    while out.startswith(b":", at):
        said, at = _field(out, at + 1)
        old_mode, new_mode, old, new, status = said.split(" ")
        path, at = _field(out, at)
        before, after = _blob(old_mode, old), _blob(new_mode, new)
        source = ""
        if status[0] in "RC":
            source = path
            path, at = _field(out, at)
            if status[0] == "R":
                found.setdefault(source, Change(before, None))
        found[path] = Change(before, after, source)
    return at


def _field(out: bytes, start: int) -> tuple[str, int]:
    end = out.index(b"\0", start)
    return out[start:end].decode(errors="surrogateescape"), end + 1


def _blob(mode: str, oid: str) -> Blob | None:
    return Blob(mode, oid) if mode != "000000" else None
