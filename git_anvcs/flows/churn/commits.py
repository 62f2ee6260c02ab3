"""Churn as commits tell it, for the time before the journal: this branch's first parents.

A commit's lines are its author's. What a merge brings in was written elsewhere, so it counts as
nobody's writing; so do commits that a record does not tell of, under the name of nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
import os
import re
from typing import NamedTuple

from git_anvcs.git.hunks import skip_text
from git_anvcs.git.quoted import unquoted
from git_anvcs.git.repo import Repo
from git_anvcs.journal.churn import Line, Tally
from git_anvcs.provenance import records, sessions, summary
from git_anvcs.provenance.record import Record

_DIFF = (
    "log", "--first-parent", "-m", "--reverse", "--root", "-p", "-U0", "-M",
    "--no-indent-heuristic", "--diff-algorithm=default", "--no-ext-diff", "--no-textconv",
    "--no-color", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NAMES = (b"--- ", b"+++ ", b"rename from ", b"rename to ")
HUMAN = "human"


class _Hunk(NamedTuple):
    """Old and new lines, from 0."""

    a0: int
    a1: int
    b0: int
    b1: int


class _File(NamedTuple):
    before: str
    after: str
    hunks: list[_Hunk]


class _Commit(NamedTuple):
    oid: str
    seconds: float
    parents: int
    files: list[_File]


def count(repo: Repo, tally: Tally, since: float, until: float) -> None:
    """Tell the tally of lines written by commits in that time (seconds since the epoch).

    They may be rewritten later: all commits up to HEAD are read. What was written at `until` or
    after it does not count here: the journal tells of it.
    """
    if repo.resolve("HEAD") is None:
        return
    found = list(_commits(repo, since))
    known = records.read(repo, [one.oid for one in found])
    files: dict[str, list[Line | None]] = {}
    for one in found:
        _take(one, known, files, tally, until)


def who(record: Record | None) -> str:
    """Whose a commit is, as operations name it: a session, `human`, or nobody."""
    found = summary.who(record)
    return sessions.name_of(found) or (HUMAN if found.kind == HUMAN else "")


def _take(
    one: _Commit,
    known: Mapping[str, Record],
    files: dict[str, list[Line | None]],
    tally: Tally,
    until: float,
) -> None:
    record = known.get(one.oid)
    before = {file.before: files.pop(file.before, []) for file in one.files if file.before}
    for file in one.files:
        lines = before.get(file.before, [])
        by = Line(who(record), summary.lane(record), file.after or file.before, one.seconds)
        for hunk in reversed(file.hunks):
            lines += [None] * (hunk.a1 - len(lines))
            gone = [line for line in lines[hunk.a0 : hunk.a1] if line is not None]
            come = hunk.b1 - hunk.b0
            counts = one.parents < 2 and one.seconds < until
            lines[hunk.a0 : hunk.a1] = [by if counts else None] * come
            if one.parents < 2:
                tally.rewrote(gone, by)
            if counts:
                tally.wrote(by, come)
        if file.after:
            files[file.after] = lines


def _commits(repo: Repo, since: float) -> Iterator[_Commit]:
    """The commits of HEAD's first parents since a moment, oldest first, with what they changed."""
    mark = os.urandom(16).hex()  # what no diff holds
    how = (f"--format={mark}%H %ct %P", f"--since-as-filter=@{int(since)}", "HEAD", "--")
    for part in repo.git(*_DIFF, *how).split(mark.encode())[1:]:
        head, _, rest = part.partition(b"\n")
        oid, seconds, *parents = head.decode().split()
        yield _Commit(oid, float(seconds), len(parents), list(_files(rest.split(b"\n"))))


def _files(lines: Iterable[bytes]) -> Iterator[_File]:
    names: dict[bytes, str] = {}
    hunks: list[_Hunk] = []
    lines = iter(lines)
    begun = False
    for line in lines:
        if line.startswith(b"diff --git "):
            if begun:
                yield _file(names, hunks)
            begun, names, hunks = True, {}, []
        elif found := _HUNK.match(line):
            hunk = _hunk(found)
            hunks.append(hunk)
            skip_text(lines, hunk.a1 - hunk.a0 + hunk.b1 - hunk.b0)
        elif line.startswith(_NAMES):
            head = next(head for head in _NAMES if line.startswith(head))
            names[head] = os.fsdecode(unquoted(line.removeprefix(head).removesuffix(b"\t")))
    if begun:
        yield _file(names, hunks)


def _hunk(found: re.Match[bytes]) -> _Hunk:
    a, a_count, b, b_count = (1 if text is None else int(text) for text in found.groups())
    # With no lines of its own, a side names the line before.
    first, second = a - 1 if a_count else a, b - 1 if b_count else b
    return _Hunk(first, first + a_count, second, second + b_count)


def _file(names: Mapping[bytes, str], hunks: list[_Hunk]) -> _File:
    before = names.get(b"rename from ") or names.get(b"--- ", "").partition("a/")[2]
    after = names.get(b"rename to ") or names.get(b"+++ ", "").partition("b/")[2]
    return _File(before, after, hunks)
