"""The matrix itself: every operation, each Git, our hooks there or taken out; and its table."""

from collections.abc import Iterable, Mapping
import os
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.rewriting import local, series, server
from tests.support.rewriting.case import Case, Counts, Operation
from tests.support.sandbox import newer_git

# Folders with further gits to try, as PATH has them.
MORE_GITS = "ANVCS_TEST_GITS"
GITS = ("system", "newer", *filter(None, os.environ.get(MORE_GITS, "").split(os.pathsep)))

OPERATIONS: Mapping[str, Operation] = {
    **series.OPERATIONS,
    **local.OPERATIONS,
    **server.OPERATIONS,
}
# Repositories of other formats, which Git 2.39 has not both of: a few operations show that
# nothing of the ladder leans on the format.
FORMATS = {
    "SHA-256": ("--object-format=sha256",),
    "reftable": ("--ref-format=reftable",),
}
IN_FORMATS = (
    "commit --amend, content changed",
    "rebase --merge",
    "rebase --autosquash, fixup!",
    "cherry-pick A..B",
    "am",
    "merge --squash, own message",
    "reset --soft, one commit",
    "reset --mixed, in parts",
    "commit-tree, update-ref a branch",
    "filter-branch --msg-filter",
    "host: rebase merge, base moved",
    "host: squash merge, base moved",
)


class Cell(NamedTuple):
    """One cell; git: one of GITS; form: one of FORMATS or the empty string."""

    operation: str
    git: str
    hooks: bool
    form: str = ""

    @property
    def row(self) -> str:
        return f"{self.operation} ({self.form})" if self.form else self.operation

    @property
    def name(self) -> str:
        """For people and test ids: holds nothing that differs from run to run."""
        git = self.git if self.git in ("system", "newer") else f"given {GITS.index(self.git) - 1}"
        return f"{self.row}-{git}-{'hooks' if self.hooks else 'no hooks'}"


def cells() -> list[Cell]:
    both = (True, False)
    plain = [Cell(name, git, hooks) for name in OPERATIONS for git in GITS for hooks in both]
    newer = [git for git in GITS if git != "system"]
    other = [
        Cell(name, git, hooks, form)
        for form in FORMATS
        for name in IN_FORMATS
        for git in newer
        for hooks in both
    ]
    return plain + other


def variables(git: str, folder: Path) -> dict[str, str]:
    """What puts that git first."""
    if git == "system":
        return {}
    if git == "newer":
        return newer_git(folder)
    return {"PATH": f"{git}{os.pathsep}{os.environ['PATH']}"}


def prepared(cell: Cell, base: Path) -> Case:
    """The repository of a cell. Whoever calls must put `case.box.env` into the environment."""
    how = FORMATS[cell.form] if cell.form else ()
    return Case(base, hooks=cell.hooks, how=how, **variables(cell.git, base / "newer-git"))


class Result(NamedTuple):
    """What came of a cell; version: of its Git; counts: None when that Git has no such operation"""

    row: str
    version: str
    hooks: bool
    counts: Counts | None

    @classmethod
    def from_list(cls, value: list[Any]) -> "Result":
        """Read back from a test's report, which may have come from another process."""
        *facts, counts = value
        return cls(*facts, Counts(*counts) if counts else None)


def table(results: Iterable[Result]) -> str:
    """Rows of operations, columns of Git versions with hooks and without, as Markdown."""
    found = list(results)
    columns = sorted({(_numbers(r.version), r.version, not r.hooks) for r in found})
    by_cell = {(r.row, r.version, not r.hooks): r.counts for r in found}
    head = [f"{version}{', no hooks' if off else ''}" for _, version, off in columns]
    order = [Cell(name, "", True).row for name in OPERATIONS]
    order += [Cell(name, "", True, form).row for form in FORMATS for name in IN_FORMATS]
    rows = [row for row in order if any(r.row == row for r in found)]
    lines = [["operation", *head], ["---", *("---:" for _ in columns)]]
    for row in rows:
        cells_of = [by_cell.get((row, version, off)) for _, version, off in columns]
        lines.append([row, *(_said(counts) for counts in cells_of)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def totals(results: Iterable[Result]) -> Counts:
    """All cells together."""
    counted = [result.counts for result in results if result.counts]
    return Counts(*(sum(numbers) for numbers in zip(*counted, strict=True)))


def _said(counts: Counts | None) -> str:
    """`kept / unattributed / wrong`; `+n` behind the first: in part."""
    if counts is None:
        return ""
    partly = f"+{counts.partly}" if counts.partly else ""
    return f"{counts.kept}{partly} / {counts.unattributed} / {counts.wrong}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
