"""How the files of a worktree stand to HEAD and to the index, asked of git in one question."""

from collections.abc import Iterator
import os
from typing import NamedTuple

from git_anvcs.git.repo import GitFailed, Repo

# No lock is taken and nothing written: the user's own git must never wait for this one.
_STATUS = (
    *("--no-optional-locks", "status", "--porcelain=v2", "-z", "--branch"),
    *("-uall", "--no-renames", "--ignore-submodules=all"),
)
# For few paths: twenty threads that look ahead at a whole index take longer than the question.
_ONE_THREAD = ("-c", "core.preloadIndex=false", "-c", "index.threads=1")
# Git compares each file with each of the paths it is asked for; of more it is asked for all.
_MOST_ASKED = 200
_NONE = "0"
_SUBMODULE = 0o160000
_SCRATCH = b".merge_file_"  # what Git hands to a merge driver, for as long as that runs


class File(NamedTuple):
    """A path that is not as HEAD has it.

    head: the blob there, empty when there is none; mode: its mode there, 0 when there is none
    staged: the worktree holds what the index holds
    versions: the blobs of a conflict: base, ours, theirs, zeros for none; empty when there is none
    """

    head: str
    mode: int
    staged: bool
    versions: tuple[str, ...] = ()

    @property
    def conflicted(self) -> bool:
        """Whether the index has several versions."""
        return bool(self.versions)


class Standing(NamedTuple):
    """head: the commit, empty before the first; branch: its ref, empty when HEAD is detached

    staged: path -> mode and blob in the index, where these are not as HEAD has them
    """

    head: str
    branch: str
    files: dict[str, File]
    staged: dict[str, str]


def look(repo: Repo, *, paths: tuple[str, ...] | None = None) -> Standing:
    """Every path that differs from HEAD; ignored files, submodules and repositories inside do not.

    paths: only these and what is below them, literally. Raises GitFailed.
    Where Git has lost HEAD's commit, in which no status works, the index stands for it.
    """
    few = paths is not None and len(paths) <= _MOST_ASKED
    only = ("--", *(f":(top,literal){path}" for path in paths)) if paths is not None and few else ()
    how = _ONE_THREAD if few else ()
    try:
        fields = repo.git(*how, *_STATUS, *only).split(b"\0")[:-1]
    except GitFailed:
        if repo.try_git("cat-file", "-e", "HEAD^{tree}").returncode == 0:
            raise
        return _by_index(repo, only)
    facts: dict[bytes, bytes] = {}
    files = dict(_files(fields, facts))
    if paths is not None and not few:
        files = _chosen(files, set(paths))
    head = facts.get(b"branch.oid", b"").decode()
    branch = os.fsdecode(facts.get(b"branch.head", b""))
    return Standing(
        "" if head == "(initial)" else head,
        "" if branch == "(detached)" else f"refs/heads/{branch}",
        files,
        dict(_staged(fields)),
    )


def _staged(fields: list[bytes]) -> Iterator[tuple[str, str]]:
    for field in fields:
        if field.startswith(b"1 ") and not field.startswith(b"1 ."):
            words = field.split(b" ", 8)
            yield os.fsdecode(words[8]), f"{words[4].decode()} {words[7].decode()}"


def _chosen(files: dict[str, File], paths: set[str]) -> dict[str, File]:
    """Those that are one of the paths, or below one."""
    return {
        path: file
        for path, file in files.items()
        if path in paths
        or any(path[:at] in paths for at, letter in enumerate(path) if letter == "/")
    }


def _by_index(repo: Repo, only: tuple[str, ...]) -> Standing:
    """What differs from the index, and what it does not know."""
    index: dict[bytes, tuple[int, str]] = {}
    for row in repo.git("ls-files", "--stage", "-z", *only).split(b"\0")[:-1]:
        facts, _, path = row.partition(b"\t")
        mode, oid, _ = facts.split(b" ")
        index[path] = (int(mode, 8), oid.decode())
    asked = ("ls-files", "-z", "--modified", "--others", "--exclude-standard", *only)
    files: dict[str, File] = {}
    for path in repo.git(*asked).split(b"\0")[:-1]:
        bits, blob = index.get(path, (0, ""))
        if bits != _SUBMODULE and not path.endswith(b"/") and _SCRATCH not in path:
            files[os.fsdecode(path)] = File(blob, bits, staged=False)
    head = repo.try_git("rev-parse", "--verify", "-q", "HEAD").stdout.decode().strip()
    branch = os.fsdecode(repo.try_git("symbolic-ref", "-q", "HEAD").stdout.strip())
    return Standing(head, branch, files, {})


def _files(fields: list[bytes], facts: dict[bytes, bytes]) -> Iterator[tuple[str, File]]:
    """The lines of git-status(1), "Porcelain Format Version 2"."""
    for field in fields:
        match field[:1]:
            case b"#":
                _, name, value = field.split(b" ", 2)
                facts[name] = value
            case b"1":
                _, state, sub, in_head, _, _, head, _, name = field.split(b" ", 8)
                if not sub.startswith(b"S"):
                    yield os.fsdecode(name), _file(head, in_head, staged=state[1:] == b".")
            case b"u":
                _, _, sub, _, ours, _, _, *versions, name = field.split(b" ", 10)
                if not sub.startswith(b"S"):
                    yield (
                        os.fsdecode(name),
                        _file(versions[1], ours, staged=False)._replace(
                            versions=tuple(version.decode() for version in versions)
                        ),
                    )
            # With a slash at its end it is a repository inside of this one.
            case b"?" if not field.endswith(b"/") and _SCRATCH not in field:
                yield os.fsdecode(field[2:]), File("", 0, staged=False)
            case _:
                pass


def _file(head: bytes, mode: bytes, *, staged: bool) -> File:
    oid = head.decode()
    return File("" if not oid.strip(_NONE) else oid, int(mode, 8), staged)
