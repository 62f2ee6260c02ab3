"""The lines that commits add to and take from each file, as `git log -p` streams them.

Merges are left out: what they bring in was written elsewhere.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.quoted import unquoted
from git_anvcs.git.repo import Repo

_MARK = b"\x01"  # begins a commit; no line of a diff begins so
_LOG = (
    "--literal-pathspecs", "log", f"--format={_MARK.decode()}%H", "--raw", "-p", "-U0",
    "--no-abbrev", "--no-renames", "--diff-merges=off", "--no-ext-diff", "--no-textconv",
    "--no-color", "--no-show-signature", "--diff-algorithm=default", "--ignore-submodules=all",
    "--stdin",
)  # fmt: skip
_MOST_LINES = 2000  # of one file in one commit; the rest is not read


class Patch(NamedTuple):
    """What a commit did to one file: blob ids before and after (zeros: none), lines both ways.

    hunks: whether there is a diff of lines; of a binary file there is none
    """

    path: str
    before: str
    after: str
    removed: list[bytes]
    added: list[bytes]
    hunks: bool = False


class Commit(NamedTuple):
    """One commit (full id) and its files."""

    oid: str
    files: tuple[Patch, ...]


def read(repo: Repo, tips: Sequence[str], most: int, paths: Sequence[str] = ()) -> Iterator[Commit]:
    """The newest commits from `tips` back, at most `most`, none before what came after it.

    paths: what they did elsewhere is left out, which costs a fraction; none: everything
    Ends early where objects are not in this clone.
    """
    back = ("--topo-order", f"--max-count={most}", "--stdin")
    listed = repo.try_git("rev-list", *back, stdin=_lines(tips), env=NO_FETCH)
    yield from exactly(repo, listed.stdout.decode().split(), paths)


def exactly(repo: Repo, oids: Sequence[str], paths: Sequence[str] = ()) -> Iterator[Commit]:
    """These commits (full ids), in this order."""
    if not oids:
        return
    how = ("--no-walk=unsorted", "--", *paths)
    done = repo.try_git(*_LOG, *how, stdin=_lines(oids), env=NO_FETCH)
    parts = done.stdout.split(b"\n" + _MARK)
    if done.returncode != 0:  # the last one may have been cut short
        parts.pop()
    for part in parts:
        if part:
            yield _commit(part.removeprefix(_MARK))


def _lines(oids: Sequence[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode()


def _commit(part: bytes) -> Commit:
    oid, *lines = part.split(b"\n")
    files: list[Patch] = []
    at = -1
    for line in lines:
        if at < 0 and line.startswith(b":"):
            files.append(_file(line))
        elif line.startswith(b"diff --git "):
            at += 1
        elif 0 <= at < len(files):
            files[at] = _with(files[at], line)
    return Commit(oid.decode(), tuple(files))


def _file(raw: bytes) -> Patch:
    """`:100644 100644 OLD NEW M TAB path`."""
    said, _, path = raw.partition(b"\t")
    _, _, before, after, _ = said.decode().split(" ")
    return Patch(unquoted(path).decode(errors="surrogateescape"), before, after, [], [])


def _with(patch: Patch, line: bytes) -> Patch:
    """The patch with one more line of its diff; what stands before the first hunk is its head."""
    start = line[:1]
    if start == b"@" and not patch.hunks:
        return patch._replace(hunks=True)
    if patch.hunks and start in (b"+", b"-"):
        lines = patch.added if start == b"+" else patch.removed
        if len(lines) < _MOST_LINES:
            lines.append(line[1:])
    return patch
