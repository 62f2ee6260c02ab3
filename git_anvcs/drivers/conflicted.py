"""Files with conflicts in a repository: the index stages, the blobs, the operation that stopped."""

from collections.abc import Iterable, Mapping
import os
from pathlib import Path
from typing import NamedTuple

from git_anvcs.git.repo import Repo

OPERATIONS = (
    ("MERGE_HEAD", "merge", "git commit"),
    ("rebase-merge", "rebase", "git rebase --continue"),
    ("rebase-apply/applying", "am", "git am --continue"),
    ("rebase-apply", "rebase", "git rebase --continue"),
    ("CHERRY_PICK_HEAD", "cherry-pick", "git cherry-pick --continue"),
    ("REVERT_HEAD", "revert", "git revert --continue"),
)
DEFAULT_MARKER_SIZE = 7


class Operation(NamedTuple):
    """What Git is in the middle of, and the command that goes on with it."""

    name: str
    go_on: str


def operations(repo: Repo) -> list[Operation]:
    """What is in progress in this worktree; a rebase that picks is one operation, not two."""
    found = [
        Operation(name, go_on) for file, name, go_on in OPERATIONS if (repo.git_dir / file).exists()
    ]
    outer = [one for one in found if one.name in ("rebase", "am")]
    return outer[:1] or found


def stages(repo: Repo) -> dict[str, dict[int, str]]:
    """The unmerged paths; for each the blobs of its stages: 1 base, 2 ours, 3 theirs."""
    found: dict[str, dict[int, str]] = {}
    for row in text_of(repo.git("ls-files", "-u", "-z")).split("\0")[:-1]:
        facts, _, path = row.partition("\t")
        _mode, blob, stage = facts.split(" ")
        found.setdefault(path, {})[int(stage)] = blob
    return found


def as_checked_out(repo: Repo, path: str, blob: str | None) -> bytes:
    """The blob as Git would write it into the worktree (line ends, filters); None gives b""."""
    if blob is None:
        return b""
    return repo.git("cat-file", "--filters", f"--path={path}", blob)


def marker_sizes(repo: Repo, paths: Iterable[str]) -> Mapping[str, int]:
    """The length of conflict markers by path (gitattributes(5), conflict-marker-size)."""
    stdin = "".join(f"{path}\0" for path in paths).encode(errors="surrogateescape")
    asked = ("check-attr", "-z", "--stdin", "conflict-marker-size")
    fields = text_of(repo.git(*asked, stdin=stdin)).split("\0")
    sizes = {}
    for path, _, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        sizes[path] = int(value) if value.isdigit() and int(value) else DEFAULT_MARKER_SIZE
    return sizes


def in_repository(repo: Repo, cwd: Path, name: str) -> str:
    """A name as typed in `cwd`, as Git lists it: from the top, with `/`."""
    return os.path.relpath(cwd.resolve() / name, repo.root.resolve()).replace(os.sep, "/")


def text_of(printed: bytes) -> str:
    return printed.decode(errors="surrogateescape")
