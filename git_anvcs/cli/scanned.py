"""The answer of `radar` as text and as JSON."""

from collections.abc import Iterator, Sequence

from git_anvcs.cli.output import styled
from git_anvcs.flows.leases import Lease
from git_anvcs.flows.radar import Pair, Seen
from git_anvcs.kernel.clock import rfc3339
from git_anvcs.kernel.terminal import cut, fit, safe, shown

_MOST_COLUMNS = 24  # of the matrix; beyond, the list below it is all
_NAME = 40
_SHOWN = 6  # paths of a pair


def as_json(seen: Seen, held: Sequence[Lease]) -> dict[str, object]:
    return {
        "sides": [
            side._asdict() | {"name": shown(side.name), "worktree": shown(side.worktree)}
            for side in seen.sides
        ],
        "pairs": [_pair_json(pair) for pair in seen.pairs if pair.conflicts or pair.near],
        "clean": sum(not pair.conflicts for pair in seen.pairs),
        "touched": {shown(path): list(map(shown, names)) for path, names in seen.touched.items()},
        "leases": [_facts(lease) for lease in held],
    }


def lease_json(mine: Lease, others: Sequence[Lease]) -> dict[str, object]:
    return {"lease": _facts(mine), "taken": not others, "others": list(map(_facts, others))}


def text(seen: Seen, held: Sequence[Lease], *, colour: bool) -> str:
    lines = []
    if 1 < len(seen.sides) <= _MOST_COLUMNS:
        lines += [*_matrix(seen, colour=colour), ""]
    lines += [_conflict(pair, colour=colour) for pair in seen.pairs if pair.conflicts]
    lines += _near(seen.pairs, colour=colour)
    lines += [line for lease in held for line in _lease(lease)]
    conflicts = sum(bool(pair.conflicts) for pair in seen.pairs)
    if len(seen.sides) < 2:
        return "\n".join([*lines, "one branch or none, in one worktree: nothing to compare"])
    pairs = f"{len(seen.pairs)} pair{'s' * (len(seen.pairs) != 1)}"
    return "\n".join([*lines, f"{pairs}: {conflicts or 'none'} in conflict"])


def lease_text(mine: Lease, others: Sequence[Lease]) -> Iterator[str]:
    if not others:
        yield line(f"{mine.path}: yours ({mine.who}) until {rfc3339(mine.until)}")
    for other in others:
        yield from _lease(other)


def line(said: str) -> str:
    """One line that may quote a path."""
    return safe(said)


def _matrix(seen: Seen, *, colour: bool) -> Iterator[str]:
    """A row for each side: `x` conflict, `~` the same function, `.` clean."""
    marks = {frozenset((pair.one, pair.other)): _mark(pair) for pair in seen.pairs}
    wide = min(max(len(_label(side.name, side.uncommitted)) for side in seen.sides), _NAME)
    yield " " * (wide + 4) + " ".join(f"{n:>2}" for n in range(1, len(seen.sides) + 1))
    for number, side in enumerate(seen.sides, 1):
        label = fit(_label(side.name, side.uncommitted), wide)
        cells = (marks.get(frozenset((side.name, other.name)), " ") for other in seen.sides)
        styles = {"x": "red", "~": "yellow", ".": "dim", " ": "dim"}
        row = " ".join(f" {styled(cell, styles[cell], colour=colour)}" for cell in cells)
        yield f"{number:>2}  {label}{row}".rstrip()


def _label(name: str, uncommitted: bool) -> str:
    return safe(name) + ("*" if uncommitted else "")


def _mark(pair: Pair) -> str:
    return "x" if pair.conflicts else "~" if pair.near else "."


def _conflict(pair: Pair, *, colour: bool) -> str:
    paths = [safe(path) for path in pair.conflicts[:_SHOWN]]
    more = len(pair.conflicts) - len(paths)
    head = styled(f"{safe(pair.one)} and {safe(pair.other)}", "bold", colour=colour)
    return f"{head} conflict in {', '.join(paths)}{f' and {more} more' if more else ''}"


def _near(pairs: Sequence[Pair], *, colour: bool) -> Iterator[str]:
    """What several sides change, each place once: first where most of them meet."""
    sides: dict[tuple[str, str], dict[str, None]] = {}
    for pair in pairs:
        for near in pair.near:
            there = sides.setdefault((near.path, near.function), {})
            there.update(dict.fromkeys((pair.one, pair.other)))
    for (path, function), names in sorted(sides.items(), key=lambda place: -len(place[1])):
        told = [safe(name) for name in names]
        if len(told) > _SHOWN:
            told[_SHOWN - 1 :] = [f"{len(told) - _SHOWN + 1} more"]
        head = styled(f"{', '.join(told[:-1])} and {told[-1]}", "bold", colour=colour)
        word = "both" if len(names) == 2 else "all"
        yield f"{head} {word} change {cut(safe(function), _NAME)} in {safe(path)}"


def _lease(lease: Lease) -> Iterator[str]:
    yield f"{safe(lease.path)}: {safe(lease.who)} works on it until {rfc3339(lease.until)}"


def _pair_json(pair: Pair) -> dict[str, object]:
    return {
        "one": shown(pair.one),
        "other": shown(pair.other),
        "conflicts": list(map(shown, pair.conflicts)),
        "near": [{"path": shown(one.path), "function": one.function} for one in pair.near],
    }


def _facts(lease: Lease) -> dict[str, object]:
    times = {"since": rfc3339(lease.since), "until": rfc3339(lease.until)}
    return {**lease._asdict(), "path": shown(lease.path), "who": shown(lease.who), **times}
