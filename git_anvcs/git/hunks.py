"""Which lines a commit added to each file, as Git's own diff says: one process for many commits.

The diff is the one `git blame` uses (no indent heuristic), so that both agree on what is new.
"""

from collections.abc import Iterable, Iterator, Mapping
import re
from typing import NamedTuple

from git_anvcs.git.objects import NO_FETCH
from git_anvcs.git.quoted import unquoted
from git_anvcs.git.repo import Repo

_DIFF = (
    "diff-tree", "--stdin", "--root", "-m", "-r", "-p", "-U0", "-M", "--no-indent-heuristic",
    "--diff-algorithm=default", "--no-ext-diff", "--no-textconv", "--no-color",
    "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short",
)  # fmt: skip
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ID = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_BEFORE = (b"--- ", b"rename from ", b"copy from ")
_AFTER = (b"+++ ", b"rename to ", b"copy to ")


class Added(NamedTuple):
    """What a commit added to one file.

    before: what the file was called in the (first) parent; its own path when it is new
    numbers: lines of the commit's version, from 1, that no parent has
    """

    before: str
    numbers: frozenset[int]


def added(repo: Repo, commits: Mapping[str, int]) -> dict[str, dict[str, Added]]:
    """Commit -> path -> what it added. commits: id -> number of parents.

    Of a merge only what is in none of its parents counts. A commit that changed nothing, or that
    is not here, has an empty entry.
    """
    found: dict[str, dict[str, Added]] = {oid: {} for oid in commits}
    if not commits:
        return found
    asked = "".join(f"{oid}\n" for oid in commits).encode()
    done = repo.try_git(*_DIFF, stdin=asked, env=NO_FETCH)
    diffs: dict[str, list[dict[str, Added]]] = {}
    for oid, files in _parse(done.stdout):
        diffs.setdefault(oid, []).append(files)
    for oid, parts in diffs.items():
        if oid in found and len(parts) == max(commits[oid], 1):
            found[oid] = _common(parts)
    return found


def _common(parts: list[dict[str, Added]]) -> dict[str, Added]:
    """What every one of a commit's diffs adds."""
    first, *others = parts
    found = {}
    for path, said in first.items():
        if all(path in other for other in others):
            numbers = said.numbers.intersection(*(other[path].numbers for other in others))
            found[path] = Added(said.before, numbers)
    return found


def _parse(diff: bytes) -> Iterator[tuple[str, dict[str, Added]]]:
    """Every diff in the output: the commit's id and its files."""
    oid = ""
    files: dict[str, Added] = {}
    lines = iter(diff.split(b"\n"))
    before = path = ""
    for line in lines:
        hunk = _HUNK.match(line)
        if hunk:
            removed, start, count = (int(text) if text else 1 for text in hunk.groups())
            _add(files, path, range(start, start + count))
            skip_text(lines, removed + count)
        elif _ID.fullmatch(line):
            if oid:
                yield oid, files
            oid, files = line.decode(), {}
        elif line.startswith(b"diff --git "):
            before = path = ""
        else:
            before = _name(line, _BEFORE, b"a/") or before
            path = _name(line, _AFTER, b"b/") or path
            if line.startswith(_AFTER) and path:
                files[path] = Added(before or path, frozenset())
    if oid:
        yield oid, files


def _add(files: dict[str, Added], path: str, numbers: Iterable[int]) -> None:
    if path in files:
        files[path] = Added(files[path].before, files[path].numbers.union(numbers))


def skip_text(lines: Iterator[bytes], count: int) -> None:
    """Pass over the text of a hunk, which may look like anything."""
    for line in lines if count else ():
        count -= not line.startswith(b"\\")  # "\\ No newline at end of file" is none of them
        if not count:
            return


def _name(line: bytes, headers: tuple[bytes, ...], prefix: bytes) -> str:
    """The path in a header line; empty for /dev/null, and for another line."""
    header = next((header for header in headers if line.startswith(header)), None)
    if header is None:
        return ""
    told = unquoted(line.removeprefix(header).removesuffix(b"\t"))
    if header.endswith((b"- ", b"+ ")):
        told = told.removeprefix(prefix) if told.startswith(prefix) else b""
    return told.decode(errors="surrogateescape")
