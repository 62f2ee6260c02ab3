"""Story: git log as it prints, with a record joined to each commit while it streams by."""

from collections.abc import Iterator, Sequence
from pathlib import Path
import re
from typing import IO, NamedTuple

from git_anvcs.flows import reading
from git_anvcs.git import stream
from git_anvcs.git.repo import GitFailed, Repo
from git_anvcs.kernel.errors import AnvcsError, UsageError
from git_anvcs.kernel.ids import random_hex
from git_anvcs.provenance import pretty
from git_anvcs.provenance.filters import Filter
from git_anvcs.provenance.lookup import Lookup, open_lookup
from git_anvcs.provenance.record import Record

BEGIN, HEAD, TAIL = "+", "head", "-"


class Piece(NamedTuple):
    """A piece of the log, in the order git printed it.

    kind: BEGIN opens a commit; HEAD is text of the format, TAIL what follows it (such as a
    diff); else the name of a mark in the template, such as `who`
    """

    kind: str
    text: bytes
    commit: str = ""
    parents: tuple[str, ...] = ()
    record: Record | None = None


class Wanted(NamedTuple):
    """git log's options with our format taken out; how many commits that the filter admits."""

    template: str
    options: Sequence[str]
    chosen: Filter = Filter()
    limit: int | None = None


def read(repo: Repo, cwd: Path, wanted: Wanted) -> Iterator[Piece]:
    """The log in pieces, without the commits that the filter does not admit."""
    mark = random_hex(12)
    argv = ["-C", str(cwd), "log", pretty.format_argument(wanted.template, mark), *wanted.options]
    try:
        with repo.talk(*argv) as git, open_lookup(repo) as lookup:
            pieces = _pieces(git.read, mark.encode(), lookup)
            yield from _admitted(pieces, wanted.chosen, wanted.limit)
    except GitFailed as error:
        raise reading.no_commits(repo) or _refused(error) from error


def _admitted(pieces: Iterator[Piece], chosen: Filter, limit: int | None) -> Iterator[Piece]:
    shown, count = not chosen.terms, 0
    for piece in pieces:
        if piece.kind == BEGIN:
            shown = chosen.admits(piece.record)
            count += shown
            if limit is not None and count > limit:
                return
        if shown:
            yield piece


def _pieces(pipe: IO[bytes], mark: bytes, lookup: Lookup) -> Iterator[Piece]:
    """Cut git's output at our marks; each piece that arrives costs one look-up at most."""
    marks = re.compile(b"\x01" + mark + rb"([^\x01]*)\x01")
    now = Piece(HEAD, b"")
    for whole in stream.pieces(pipe):
        found = list(marks.finditer(whole))
        begun = (m[1][1:].split(b" ")[0].decode() for m in found if m[1].startswith(b"+"))
        records = lookup(begun)
        lookup.forget()
        end = 0
        for m in found:
            yield now._replace(text=whole[end : m.start()])
            end = m.end()
            now, said = _at_mark(now, m[1].decode(), records)
            yield said
        yield now._replace(text=whole[end:])


def _at_mark(now: Piece, name: str, records: dict[str, Record]) -> tuple[Piece, Piece]:
    """The kind of text that follows a mark, and the mark itself."""
    if name.startswith(BEGIN):
        commit, *parents = name[1:].split()
        now = Piece(HEAD, b"", commit, tuple(parents), records.get(commit))
        return now, now._replace(kind=BEGIN)
    if name == TAIL:
        return now._replace(kind=TAIL), now._replace(kind=TAIL)
    return now, now._replace(kind=name)


def _refused(error: GitFailed) -> AnvcsError:
    said = error.stderr.decode(errors="replace")
    for line in said.splitlines():
        kind, _, sentence = line.partition(": ")
        if kind == "fatal":
            return UsageError(f"git log: {sentence}", hint="`git log -h` lists Git's options")
    return error
