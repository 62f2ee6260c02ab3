"""Story: who wrote each line of a file that is not committed yet, as far as the journal knows."""

from typing import NamedTuple

from git_anvcs.flows.journal.opened import Opened
from git_anvcs.journal import authors
from git_anvcs.journal.appeared import Moved
from git_anvcs.journal.authors import Step
from git_anvcs.journal.edits import between, by_lines
from git_anvcs.journal.entry import Entry
from git_anvcs.journal.op import Flag, Kind
from git_anvcs.kernel.errors import AnvcsError


class Line(NamedTuple):
    """by: a session; empty for nobody known, or a line that HEAD has"""

    text: str
    by: str


def lines(here: Opened, path: str, n: int) -> list[Line]:
    """The lines of a text after operation `n`. Raises AnvcsError where it was none, NoUpdate."""
    entries = _since_clean(here, path, n)
    if not entries or entries[-1].op.kind is not Kind.EDIT:
        raise AnvcsError(
            f"{path} was then as HEAD has it, or no text",
            hint="`git anvcs blame` tells whose committed lines are",
        )
    pieces: authors.Pieces = ()
    text: str | None = here.texts.first(entries[0].op.doc) if entries[0].op.doc else ""
    pieces = authors.begun(text or "")
    for entry in entries:
        op = entry.op
        if op.kind is Kind.EDIT:
            new = here.texts.at(op.doc, op.lane, entry.n)
            if text is None:  # it was no text until now
                pieces, text = authors.begun(new), new
            edits = list(by_lines(text, between(text, new)))
            by = "" if not text and Moved(here.journal, [entry]).perhaps(entry) else entry.by
            step = Step(entry.n, by, edits, bool(op.flags & Flag.COSMETIC))
            pieces, text = authors.after(pieces, text, step), new
        else:
            pieces, text = (), "" if op.kind is Kind.DELETE else None
    owners = authors.lines(pieces, text or "")
    rows = (text or "").split("\n")
    return [Line(row, by) for row, by in zip(rows, owners, strict=False)]


def _since_clean(here: Opened, path: str, n: int) -> list[Entry]:
    """The operations of a file since it was last as HEAD had it."""
    found: list[Entry] = []
    for entry in here.journal.of_path(here.lane, path):
        if entry.n > n:
            break
        found = [] if entry.op.kind is Kind.CLEAN else [*found, entry]
    return found
