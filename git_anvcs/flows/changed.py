"""Story: what is about to be committed, or what commits did: symbols, record, what needs a look.

Nothing is written but to a folder that is deleted.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
import re
from typing import Any, NamedTuple

from git_anvcs.flows import commit as committing
from git_anvcs.flows import differences, reading
from git_anvcs.flows.commit import Checked, Told
from git_anvcs.git import objects, tree_diff
from git_anvcs.git.quoted import unquoted
from git_anvcs.git.repo import Repo
from git_anvcs.git.tree_diff import Changes
from git_anvcs.kernel.errors import UsageError
from git_anvcs.merge.difference.item import Difference
from git_anvcs.provenance import records
from git_anvcs.provenance.record import Record
from git_anvcs.provenance.redact import redact

BREAKS, SECRET, LARGE, MARKERS, BROKEN = "breaks", "secret", "large", "markers", "broken"
# What should not be committed as it is; the rest may well be meant.
SERIOUS = (SECRET, MARKERS, BROKEN)
LARGEST = 1_000_000  # bytes; a larger file is worth a word
_PATCH = (
    *("diff", "-U0", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "-M"),
    *("--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all", "--diff-filter=u"),
)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_MARKER = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |$)")
_LONGEST = 8 << 20  # bytes of a patch that is searched


class Flag(NamedTuple):
    """Something to look at. where: a symbol or a line, empty for the whole file."""

    kind: str
    path: str
    where: str
    says: str


class Changed(NamedTuple):
    """What would be committed, or what commits did.

    commits: those that are there already, oldest first, with their records; empty for a preview
    claim: what the record of a commit made now would say
    """

    commits: tuple[tuple[reading.Commit, Record | None], ...]
    claim: Mapping[str, Any]
    differences: tuple[Difference, ...]
    flags: tuple[Flag, ...]


def to_commit(repo: Repo, folder: Path, env: Mapping[str, str], *, every: bool) -> Changed:
    """What `git commit` (every: `git commit -a`) in this folder would make now."""
    head = repo.resolve("HEAD")
    asked = (["HEAD"] if head else []) if every else ["--cached"]
    told: Checked = committing.check(repo, folder, Told())
    found, flags = _compared(repo, asked, folder, env)
    return Changed((), committing.preview(repo, env, told)["claim"], found, flags)


def of_commits(repo: Repo, span: str, folder: Path, env: Mapping[str, str]) -> Changed:
    """What a commit did, against its first parent, or a range since what both ends share."""
    one, dots, other = _ends(span)
    if dots:
        ends = [reading.find(repo, end or "HEAD") for end in (one, other)]
        listed = repo.git("rev-list", "--reverse", ends[1], f"^{ends[0]}", "--").decode().split()
        asked = [f"{ends[0]}...{ends[1]}"]
    else:
        listed = [reading.find(repo, span)]
        asked = [_parent(repo, listed[0]), listed[0]]
    facts, known = reading.all_facts(repo, listed), records.read(repo, listed)
    found, flags = _compared(repo, asked, folder, env)
    commits = tuple((facts[oid], known.get(oid)) for oid in listed if oid in facts)
    return Changed(commits, {}, found, flags)


def _ends(span: str) -> tuple[str, str, str]:
    """A range by its ends; without dots it is one commit."""
    if span.startswith("-"):
        raise UsageError(f"{span!r} is no commit", hint="such as HEAD or main..topic")
    for dots in ("...", ".."):
        one, found, other = span.partition(dots)
        if found:
            return one, found, other
    return span, "", ""


def _parent(repo: Repo, commit: str) -> str:
    return repo.resolve(f"{commit}^1") or repo.line("hash-object", "-t", "tree", "/dev/null")


def _compared(
    repo: Repo, asked: Sequence[str], folder: Path, env: Mapping[str, str]
) -> tuple[tuple[Difference, ...], tuple[Flag, ...]]:
    changes = tree_diff.compared(repo, [*asked, "--"], folder)
    found = tuple(differences.of_changes(repo, changes, env))
    patch = repo.git("-C", str(folder), *_PATCH, *asked, "--")
    flags = [*_of_items(found), *_of_lines(patch), *_of_sizes(repo, changes)]
    return found, tuple(flags)


def _of_items(found: Sequence[Difference]) -> Iterator[Flag]:
    """What may break others, and files that could be read and cannot be any more."""
    for one in found:
        if one.why.startswith(("does not parse", "not JSON")) and one.status != "removed":
            yield Flag(BROKEN, one.path, "", one.why)
        for item in one.items:
            if item.breaks:
                yield Flag(BREAKS, one.path, item.where, item.breaks)


def _of_lines(patch: bytes) -> Iterator[Flag]:
    """Secrets and conflict markers in added lines."""
    files: dict[str, list[tuple[int, str]]] = {}
    for path, number, line in _added(patch[:_LONGEST]):
        files.setdefault(path, []).append((number, line))
    for path, lines in files.items():
        for number, line in lines:
            if _MARKER.match(line):
                yield Flag(MARKERS, path, str(number), "a conflict marker")
        for kind in redact("\n".join(line for _number, line in lines)).kinds:
            places = (str(number) for number, line in lines if kind in redact(line).kinds)
            yield Flag(SECRET, path, next(places, ""), kind)


def _added(patch: bytes) -> Iterator[tuple[str, int, str]]:
    """The lines that a patch without context adds: path, number, text."""
    path, number, left = "", 0, 0
    for line in patch.split(b"\n"):
        if left and line.startswith((b"+", b"-")):
            left -= 1
            if line.startswith(b"+"):
                yield path, number, line[1:].decode(errors="replace")
                number += 1
        elif line.startswith(b"+++ "):
            path = unquoted(line[4:].removesuffix(b"\t"))[2:].decode(errors="surrogateescape")
        elif hunk := _HUNK.match(line):
            number = int(hunk[2])
            left = sum(int(count) if count else 1 for count in hunk.group(1, 3))


def _of_sizes(repo: Repo, changes: Changes) -> Iterator[Flag]:
    sizes = objects.blob_sizes(repo, {one.after.oid for one in changes.values() if one.after})
    for path, one in changes.items():
        if one.after is None or not one.after.is_file:
            continue
        size = sizes.get(one.after.oid, 0)
        if not one.after.oid.strip("0") and (repo.root / path).is_file():
            size = (repo.root / path).stat().st_size
        if size > LARGEST:
            yield Flag(LARGE, path, "", f"{size:,} bytes")
