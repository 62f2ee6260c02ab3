"""What `stats` counted, as a table with small bars and as JSON; every text is safe to print."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from git_anvcs.cli import paint
from git_anvcs.cli.output import styled
from git_anvcs.flows.read_stats import Counted, Wanted
from git_anvcs.kernel.terminal import cut, fit, safe, shown, width
from git_anvcs.provenance import summary, tally
from git_anvcs.provenance.summary import AGENT, Who
from git_anvcs.provenance.tally import ALIVE, KINDS, Label, Row

_WIDEST_LABEL = 32
_BAR = 20

# Told apart without colour: full, hatched, dotted.
_CELLS = {AGENT: ("█", "#"), "human": ("▒", "="), "untracked": ("·", ".")}
_CELL_STYLES = {AGENT: "cyan", "human": "bold", "untracked": "dim"}


class _Look(NamedTuple):
    """How it is drawn; most: the added lines of the longest bar."""

    colour: bool
    plain: bool
    survival: bool
    most: int


def text(counted: Counted, *, colour: bool, plain: bool) -> Iterator[str]:
    """The table: a head, a line a row, the total, what the bars mean."""
    found = counted.tally
    rows = found.ordered()
    most = max((tally.added(row) for _, row in rows), default=0)
    look = _Look(colour, plain, counted.survived is not None, most)
    labels = [[_short(label) for label in key] for key, _ in rows]
    heads = [list(found.by), ["total"] + [""] * (len(found.by) - 1)]
    widths = [max(map(width, column)) for column in zip(*heads, *labels, strict=True)]
    yield styled(f"{_padded(found.by, widths)}  {_heading(look)}".rstrip(), "dim", colour=colour)
    for (key, row), shorts in zip(rows, labels, strict=True):
        cells = [
            _painted(label, fit(short, size), colour=colour)
            for label, short, size in zip(key, shorts, widths, strict=True)
        ]
        yield f"{'  '.join(cells)}  {_numbers(row, look)}".rstrip()
    yield f"{_padded(heads[1], widths)}  {_numbers(found.total, look, bar=False)}".rstrip()
    yield ""
    yield "  ".join(f"{_cell(kind, look)} {kind}" for kind in KINDS) + "  (added lines)"
    if counted.survived and counted.survived.unseen:
        yield f"{len(counted.survived.unseen)} files were not looked at"


def _padded(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(fit(each, size) for each, size in zip(texts, widths, strict=True))


def _short(label: Label) -> str:
    return cut(safe(label.text) or "(unknown)", _WIDEST_LABEL)


def _painted(label: Label, said: str, *, colour: bool) -> str:
    if label.kind == AGENT:
        who = Who(AGENT, label.text.partition(":")[0])
        return paint.agent_paint(who, said, colour=colour)
    return paint.agent_paint(Who(label.kind), said, colour=colour) if label.kind else said


def _heading(look: _Look) -> str:
    marks = [f"{paint.mark(state, colour=False):>6}" for state in _STATES]
    alive = f"{'still there':>14}" if look.survival else ""
    columns = f"{'commits':>7} {'rewritten':>9} {'added':>8} {'deleted':>8}"
    return f"{columns}  {'':{_BAR}} {''.join(marks)}{alive}"


_STATES = (summary.PASSED, summary.FAILED, summary.STALE, summary.UNKNOWN)


def _numbers(row: Row, look: _Look, *, bar: bool = True) -> str:
    added = tally.added(row)
    numbers = f"{row['commits']:7} {row['rewritten']:9} {added:8} {row['deleted']:8}"
    drawn = _bar(row, look) if bar else " " * _BAR
    tests = "".join(f"{row[state]:6}" for state in _STATES)
    return f"{numbers}  {drawn} {tests}{_still(row, added) if look.survival else ''}"


def _still(row: Row, added: int) -> str:
    alive = tally.alive(row)
    share = f"{alive * 100 // added:3} %" if added else "     "
    return f"{alive:8} {share}"


def _bar(row: Row, look: _Look) -> str:
    """Added lines by class, one after the other; the longest row's fill the bar."""
    drawn, done, used = "", 0, 0
    for kind in KINDS:
        done += row[kind]
        end = -(-done * _BAR // look.most) if look.most else 0  # a single line is seen
        size = max(0, min(end, _BAR) - used)
        drawn += styled(_CELLS[kind][look.plain] * size, _CELL_STYLES[kind], colour=look.colour)
        used += size
    return drawn + " " * (_BAR - used)


def _cell(kind: str, look: _Look) -> str:
    return styled(_CELLS[kind][look.plain], _CELL_STYLES[kind], colour=look.colour)


def as_json(counted: Counted, wanted: Wanted) -> dict[str, object]:
    """Rows and totals; the keys from `human_additions` on are Git AI's own."""
    found, survived = counted.tally, counted.survived
    total = found.total
    return {
        "range": None if wanted.everything else shown(wanted.span),
        "by": list(found.by),
        "rows": [_row_json(found.by, key, row, counted) for key, row in found.ordered()],
        **_facts(total, counted),
        "survival": {
            "commit": survived.at,
            "files": survived.files,
            "unseen": [shown(path) for path in sorted(survived.unseen)],
        }
        if survived
        else None,
        "human_additions": total["human"],
        "unknown_additions": total["untracked"],
        "ai_additions": total[AGENT],
        "ai_accepted": total[ALIVE[AGENT]] if survived else None,
        "git_diff_added_lines": tally.added(total),
        "git_diff_deleted_lines": total["deleted"],
        "tool_model_breakdown": {
            shown(name): {
                "ai_additions": row[AGENT],
                "ai_accepted": row[ALIVE[AGENT]] if survived else None,
            }
            for name, row in sorted(found.models.items())
        },
    }


def _row_json(
    by: Sequence[str], key: Sequence[Label], row: Row, counted: Counted
) -> dict[str, object]:
    kinds = [label.kind for label in key if label.kind]
    labels = {
        name: (shown(label.text) or None) if label.kind in ("", AGENT) else None
        for name, label in zip(by, key, strict=True)
    }
    return {**labels, **({"kind": kinds[0]} if kinds else {}), **_facts(row, counted)}


def _facts(row: Row, counted: Counted) -> dict[str, object]:
    alive = {kind: row[ALIVE[kind]] for kind in KINDS} if counted.survived else None
    return {
        "commits": row["commits"],
        "rewritten": row["rewritten"],
        "added": {kind: row[kind] for kind in KINDS},
        "deleted": row["deleted"],
        "alive": alive,
        "tests": {state: row[state] for state in _STATES},
    }
