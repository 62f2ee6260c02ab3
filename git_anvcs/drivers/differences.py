"""A difference as text and as JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence

from git_anvcs.kernel.terminal import cut, safe, shown, styled
from git_anvcs.merge.difference.item import (
    ADDED,
    CHANGED,
    LAYOUT,
    LINES,
    MOVED,
    REMOVED,
    RENAMED,
    Difference,
    Item,
    Span,
)

MARKS = {ADDED: "+", REMOVED: "-", CHANGED: "~", RENAMED: "~", MOVED: ">", LAYOUT: "="}
STYLES = {ADDED: "green", REMOVED: "red", MOVED: "cyan", LAYOUT: "dim"}
WIDE = 72  # columns of a value that is shown
MOST = 100  # items of a file: of a lock file there are thousands


def as_json(found: Sequence[Difference]) -> dict[str, object]:
    """The schema is in docs/reference/commands/git-ai-merge.md."""
    return {
        "files": [_file(one) for one in found],
        "summary": {"files": len(found), **_counts(found)},
    }


def _file(one: Difference) -> dict[str, object]:
    return {
        "path": shown(one.path),
        "was": shown(one.was) or None,
        "status": one.status,
        "format": one.format,
        "why_lines": one.why or None,
        "lines_added": one.added,
        "lines_removed": one.removed,
        "items": [_item(item) for item in one.items],
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "change": item.change,
        "kind": item.kind,
        "where": shown(item.where),
        **{name: shown(getattr(item, name)) or None for name in ("was", "was_in", "now_in")},
        "aspects": list(item.aspects),
        **{name: shown(getattr(item, name)) or None for name in ("before", "after")},
        "old": [list(span) for span in item.old],
        "new": [list(span) for span in item.new],
        "public": item.public,
        "breaks": item.breaks or None,
    }


def _counts(found: Sequence[Difference]) -> dict[str, int]:
    counts = Counter(item.change for one in found for item in one.items)
    breaks = sum(bool(item.breaks) for one in found for item in one.items)
    return {change: counts[change] for change in MARKS} | {"breaks": breaks}


def text(
    found: Sequence[Difference], *, colour: bool, most: int = MOST, summary: bool = True
) -> Iterator[str]:
    """File by file what differs, in lines; most: so many items of a file, 0: only how many."""
    for one in found:
        yield _head(one, colour=colour, stat=not most)
        for item in one.items[:most]:
            yield from _lines(item, colour=colour)
        if 0 < most < len(one.items):
            yield f"  … {len(one.items) - most} more"
    if found and summary:
        yield _summary(found)


def _head(one: Difference, *, colour: bool, stat: bool) -> str:
    name = f"{one.was} => {one.path}" if one.was else one.path
    parts = [styled(safe(name), "bold", colour=colour)]
    if one.status in (ADDED, REMOVED, "unmerged"):
        parts.append(one.status)
    if one.added or one.removed:
        parts.append(f"+{one.added} -{one.removed}")
    if one.why:
        parts.append(styled(f"by lines: {safe(one.why)}", "yellow", colour=colour))
    if stat:
        counts = Counter(item.change for item in one.items)
        parts += [f"{number} {change}" for change in MARKS if (number := counts[change])]
    return "  ".join(parts)


def _lines(item: Item, *, colour: bool) -> Iterator[str]:
    mark = MARKS[item.change]
    style = STYLES.get(item.change, "yellow")
    parts = [styled(f"  {mark} {_name(item)}", style, colour=colour)]
    parts += [said for said in (_from(item), _aspects(item), _value(item)) if said]
    if item.breaks:
        parts.append(styled(f"breaks users: {item.breaks}", "red", colour=colour))
    place = _span(item.new or item.old)
    if place:
        parts.append(styled(place, "dim", colour=colour))
    yield "  ".join(parts)
    if _long(item):
        for sign, said, hue in (("-", item.before, "red"), ("+", item.after, "green")):
            yield styled(f"      {sign} {cut(safe(said), 2 * WIDE)}", hue, colour=colour)


def _name(item: Item) -> str:
    if item.change == LAYOUT:
        return "layout"
    if item.kind == LINES:
        return "lines"
    if not item.where:
        return "(top level)" if item.kind in ("module", "value") else item.kind
    return cut(safe(_full(item)), 2 * WIDE)


def _full(item: Item) -> str:
    """The path; of code that one version has with the signature in place of the name."""
    told = item.before or item.after
    around, joint, name = item.where.rpartition(" > ")
    return (
        f"{around}{joint}{told}" if _says_itself(item) and name.split()[-1] in told else item.where
    )


def _says_itself(item: Item) -> bool:
    return item.change in (ADDED, REMOVED) and item.kind not in ("key", "element", "import")


def _from(item: Item) -> str:
    if item.now_in:
        return f"now in {safe(item.now_in)}"
    words = [cut(safe(item.was), WIDE)] if item.was else []
    words += [f"in {safe(item.was_in)}"] if item.was_in else []
    return f"was {' '.join(words)}" if words else ""


def _aspects(item: Item) -> str:
    aspects = [one for one in item.aspects if one != "value" or len(item.aspects) > 1]
    return ", ".join(aspects)


def _value(item: Item) -> str:
    """A value that was added, removed or changed, where it fits beside the name."""
    if _says_itself(item):
        return ""
    before, after = (cut(safe(said), WIDE) for said in (item.before, item.after))
    if item.before and item.after:
        return "" if before == after or _long(item) else f"{before} → {after}"
    return before or after


def _long(item: Item) -> bool:
    return (
        item.before != item.after
        and bool(item.before and item.after)
        and (len(item.before) + len(item.after) > WIDE or "signature" in item.aspects)
    )


def _span(runs: Sequence[Span]) -> str:
    if not runs:
        return ""
    first, last = runs[0][0], runs[-1][1]
    return f"{first}-{last}" if last != first else str(first)


def _summary(found: Sequence[Difference]) -> str:
    counts = _counts(found)
    said = [f"{number} {change}" for change, number in counts.items() if number]
    files = f"{len(found)} file{'s' * (len(found) != 1)}"
    return f"{files}: {', '.join(said)}" if said else files
