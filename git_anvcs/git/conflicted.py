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


class Changed(NamedTuple):
    """The blobs of a changed file before and after; `""` where Git does not know one."""

    before: str
    after: str


def changed(repo: Repo, *compared: str) -> dict[str, Changed]:
    """The regular files that differ, as `git diff` compares; deleted and unmerged ones are left
    out."""
    asked = ("diff", "--raw", "-z", "--no-abbrev", "--no-renames", "--diff-filter=AMT")
    fields = iter(text_of(repo.git(*asked, *compared, "--")).split("\0")[:-1])
    found = {}
    for facts, path in zip(fields, fields, strict=True):
        _, mode, before, after, _ = facts.split(" ")
        if mode.startswith("100"):
            found[path] = Changed(before.strip("0") and before, after.strip("0") and after)
    return found


def contents(repo: Repo, blobs: Iterable[str]) -> dict[str, bytes]:
    """The blobs of these ids, read by one git; unknown ones are left out."""
    wanted = sorted({blob for blob in blobs if blob})
    if not wanted:
        return {}
    printed = repo.git("cat-file", "--batch", stdin="".join(f"{b}\n" for b in wanted).encode())
    found = {}
    place = 0
    for blob in wanted:
        end = printed.index(b"\n", place)
        kind, _, size = printed[place:end].decode().partition(" ")[2].partition(" ")
        place = end + 1
        if kind == "blob":
            found[blob] = printed[place : place + int(size)]
            place += int(size) + 1
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
