"""Compare two versions of a file: its units matched, what differs in each pair, what is left."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from git_anvcs.merge.difference import forms, match, rest
from git_anvcs.merge.difference.item import (
    ADDED,
    CHANGED,
    LAYOUT,
    MOVED,
    REMOVED,
    RENAMED,
    Difference,
    Item,
    spans,
)
from git_anvcs.merge.difference.unit import Form, Own, Unit, whole
from git_anvcs.merge.engine import BINARY_WITHIN, LIMIT, utf8
from git_anvcs.merge.registry import format_of
from git_anvcs.merge.result import NotUnderstood

Path = tuple[Unit, ...]

# Kinds whose names tell their place or their content: with another one they are changed.
UNNAMED = ("element", "cell", "item", "sum", "pattern")


class File(NamedTuple):
    """A version of a file; data: None where there is no such file."""

    path: str
    data: bytes | None


class Lone(NamedTuple):
    """A unit that only one version has, and the units around it."""

    unit: Unit
    around: Path


class Found(NamedTuple):
    """What is known of one file before moves between files are looked for."""

    format: str
    why: str
    form: Form | None
    items: list[Item]
    removed: list[Lone]
    added: list[Lone]
    texts: tuple[bytes, bytes]


def compare(old: File, new: File) -> Difference:
    """How one file differs, seen by itself."""
    return finished(old, new, look(old, new))


def look(old: File, new: File) -> Found:
    """The differences of two versions by meaning, or none where they are not understood."""
    texts = old.data or b"", new.data or b""
    name = format_of(new.path if new.data is not None else old.path)
    empty = Found(name, "", None, [], [], [], texts)
    if any(b"\0" in text[:BINARY_WITHIN] for text in texts):
        return empty._replace(format="binary")
    why = unreadable(texts)
    form = None if why else forms.form(name, new.path)
    if form is None:
        return empty._replace(format="text", why=why if name != "text" else "")
    try:
        return Walk(form, empty._replace(form=form)).walked(old, new)
    except (NotUnderstood, RecursionError) as problem:
        said = str(problem) if isinstance(problem, NotUnderstood) else "nested too deeply"
        return empty._replace(format="text", why=said)


def unreadable(texts: Iterable[bytes]) -> str:
    """Why texts are only compared by lines, whatever their format."""
    for text in texts:
        if len(text) > LIMIT:
            return "too large"
        if not utf8(text):
            return "not UTF-8"
    return ""


def finished(old: File, new: File, found: Found) -> Difference:
    """The difference with the units that only one version has, and with all that is left."""
    here, there = found.texts
    if found.format == "binary":
        items = [Item(CHANGED, "binary", "")] if here != there else []
    else:
        alone = [lone_item(found.form, REMOVED, one) for one in found.removed]
        alone += [lone_item(found.form, ADDED, one) for one in found.added]
        items = rest.completed([*found.items, *alone], here, there, found.format)
    added, removed = rest.counted(here, there) if found.format != "binary" else (0, 0)
    items.sort(key=place)
    was = old.path if old.path != new.path and old.data is not None else ""
    path = new.path if new.data is not None else old.path
    return Difference(
        path, status(old, new), found.format, tuple(items), was, found.why, added, removed
    )


def status(old: File, new: File) -> str:
    if old.data is None:
        return ADDED
    if new.data is None:
        return REMOVED
    if old.path != new.path:
        return RENAMED
    return CHANGED if old.data != new.data else "mode"


def place(item: Item) -> tuple[bool, int, int, str]:
    """Where an item stands; layout comes last."""
    first_new = item.new[0][0] if item.new else 0
    first_old = item.old[0][0] if item.old else 0
    return item.change == LAYOUT, first_new or first_old, first_old, item.where


def where(around: Path) -> str:
    """The path of a unit: `class A > def f`, `dependencies.left-pad`."""
    return "".join(unit.joint * (place > 0) + unit.name for place, unit in enumerate(around))


def lone_item(form: Form | None, change: str, one: Lone) -> Item:
    unit = one.unit
    item = Item(change, unit.kind, where((*one.around, unit)), public=unit.public)
    told = form.told(unit) if form else ""
    here, there = spans(whole(unit)), spans(unit.also)
    if change == ADDED:
        return item._replace(after=told, old=there, new=here)
    breaks = "removed" if unit.public else ""
    return item._replace(before=told, old=here, new=there, breaks=breaks)


class Walk:
    """One comparison: the form, and what was found so far."""

    def __init__(self, form: Form, found: Found) -> None:
        self.form = form
        self.found = found

    def walked(self, old: File, new: File) -> Found:
        here = self.form.root(old.data) if old.data is not None else None
        there = self.form.root(new.data) if new.data is not None else None
        if here is not None and there is not None:
            self.found.items.extend(self.pair(here, there, (), ()))
        else:
            olds, news = self.form.inside(here, there)
            self.found.removed.extend(Lone(unit, ()) for unit in olds)
            self.found.added.extend(Lone(unit, ()) for unit in news)
        self.found.items.extend(self.moved())
        return self.found

    def pair(self, old: Unit, new: Unit, around: Path, was: Path) -> Iterator[Item]:
        """What differs in two versions of one unit; around, was: what it is in."""
        if old.text == new.text:
            return
        own = self.form.own(old, new)
        if own is not None:
            yield changed(own, new, where(around))
        olds, news = self.form.inside(old, new)
        yield from self.bodies(olds, news, around, was)

    def bodies(
        self, olds: Sequence[Unit], news: Sequence[Unit], around: Path, was: Path
    ) -> Iterator[Item]:
        found = match.matched(olds, news)
        for place, partner in found.pairs.items():
            yield from self.partners(
                olds[place], news[partner], (around, was), moved=place in found.moved
            )
        here, there = match.left(olds, news, found.pairs)
        self.found.removed.extend(Lone(unit, was) for unit in here.values())
        self.found.added.extend(Lone(unit, around) for unit in there.values())

    def partners(
        self, old: Unit, new: Unit, paths: tuple[Path, Path], *, moved: bool
    ) -> Iterator[Item]:
        """Two versions of one unit that may be called or stand otherwise."""
        around, was = (*paths[0], new), (*paths[1], old)
        inner = list(self.pair(old, new, around, was))
        renamed = old.name != new.name and new.kind not in UNNAMED
        if not moved and not renamed:
            yield from inner
            return
        path, before = where(around), where(was)
        own = next((one for one in inner if one.where == path), None)
        lines = (whole(old), whole(new)) if moved else (range(0), range(0))
        yield Item(
            RENAMED if renamed else MOVED,
            new.kind,
            path,
            was=before if before != path else "",
            aspects=tuple(one for one in own.aspects if one != LAYOUT) if own else (),
            before=own.before if own else "",
            after=own.after if own else "",
            old=joined(own.old if own else (), lines[0]),
            new=joined(own.new if own else (), lines[1]),
            breaks=("renamed" if renamed else "moved") if old.public and before != path else "",
            public=new.public,
        )
        yield from (one for one in inner if one is not own)

    def moved(self) -> Iterator[Item]:
        """Units that went from one place of the file to another."""
        removed, added = self.found.removed, self.found.added
        pairs = match.far(
            {place: one.unit for place, one in enumerate(removed)},
            {place: one.unit for place, one in enumerate(added)},
            lambda _old, _new: True,
        )
        for old, new in pairs.items():
            one, two = removed[old], added[new]
            yield from self.partners(one.unit, two.unit, (two.around, one.around), moved=True)
        drop(removed, pairs)
        drop(added, pairs.values())


def drop(rows: list[Lone], places: Iterable[int]) -> None:
    gone = set(places)
    rows[:] = [row for place, row in enumerate(rows) if place not in gone]


def changed(own: Own, unit: Unit, path: str) -> Item:
    return Item(
        LAYOUT if own.aspects == (LAYOUT,) else CHANGED,
        unit.kind,
        path,
        aspects=own.aspects,
        before=own.before,
        after=own.after,
        old=spans(own.old),
        new=spans(own.new),
        breaks=own.breaks,
        public=unit.public,
    )


def joined(runs: Iterable[tuple[int, int]], more: Iterable[int]) -> tuple[tuple[int, int], ...]:
    known = [line for first, last in runs for line in range(first - 1, last)]
    return spans([*known, *more])
