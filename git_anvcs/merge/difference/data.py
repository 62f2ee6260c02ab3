"""JSON and YAML as units: the items of maps and lists, at any depth."""

from bisect import bisect_right
from collections.abc import Hashable, Sequence
import re
from typing import NamedTuple

from git_anvcs.kernel.diff import changes
from git_anvcs.merge import lines
from git_anvcs.merge.data import identity, json_text, yaml_text
from git_anvcs.merge.data.node import Item, Node, Numbers
from git_anvcs.merge.difference import sequence
from git_anvcs.merge.difference.rest import Run, differing
from git_anvcs.merge.difference.unit import Own, Unit
from git_anvcs.merge.result import Rules

_PLAIN = re.compile(r"[\w$@/-]+")
_LONGEST = 400  # characters of a value worth showing


class Part(NamedTuple):
    """What a unit of a data file is made of: its value, its item (the root has none), its place.

    starts: the offset of each line of the file
    """

    node: Node
    item: Item | None
    where: tuple[str, ...]
    starts: tuple[int, ...]


class Data:
    """Two versions of one data file: equal values have equal numbers in both."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self.path = path
        self.numbers: Numbers = {}

    def root(self, text: bytes) -> Unit:
        text = text.replace(b"\r\n", b"\n")
        if self.name == "json":
            node, before = json_text.parse(text, self.numbers).root, 0
        else:  # its parser wants a line end in front
            text = text.removeprefix(json_text.BOM)
            node, before = yaml_text.parse(b"\n" + text, self.numbers).root, 1
        starts = line_starts(text, before)
        return Unit("value", "", "", text, (0, len(starts) - 1), node=Part(node, None, (), starts))

    def inside(self, old: Unit | None, new: Unit | None) -> tuple[Sequence[Unit], Sequence[Unit]]:
        if old is None or new is None:
            return self.named(old), self.named(new)
        one, two = part_of(old).node, part_of(new).node
        if one.canon == two.canon:
            return (), ()
        if one.kind == two.kind == "list":
            keys = self.keys(part_of(old), part_of(new))
            olds, news = self.named(old, keys[0]), self.named(new, keys[1])
        else:
            olds, news = self.named(old), self.named(new)
        if not crowded(olds, old) and not crowded(news, new):
            return olds, news
        return opposite(old, new, olds), opposite(new, old, news)

    def keys(self, one: Part, two: Part) -> tuple[list[Hashable], list[Hashable]]:
        """What tells the elements of two lists apart."""
        found = identity.keys((one.node, one.node, two.node), self.path, two.where, Rules())
        if not isinstance(found, str):
            return found[0], found[2]
        return sequence.keys(*([item.value for item in part.node.items] for part in (one, two)))

    def named(self, unit: Unit | None, keys: Sequence[Hashable] | None = None) -> list[Unit]:
        if unit is None:
            return []
        part = part_of(unit)
        return [
            unit_of(part, item, place, item.key if keys is None else keys[place])
            for place, item in enumerate(part.node.items)
        ]

    def own(self, old: Unit, new: Unit) -> Own | None:
        one, two = part_of(old), part_of(new)
        if one.node.canon == two.node.canon:
            return same_value(old, new)
        if one.node.kind == two.node.kind != "scalar":
            return None
        run = run_of(old, new)
        aspects = ("value",) if one.node.kind == two.node.kind else ("value", "type")
        return Own(aspects, told(one.node), told(two.node), tuple(run.old), tuple(run.new))

    def told(self, unit: Unit) -> str:
        return told(part_of(unit).node)


def line_starts(text: bytes, before: int) -> tuple[int, ...]:
    """Where each line starts, and the end, in a source with so many bytes before the text."""
    starts = [before]
    for line in lines.split(text):
        starts.append(starts[-1] + len(line))
    return tuple(starts)


def part_of(unit: Unit) -> Part:
    if not isinstance(unit.node, Part):
        raise TypeError("a unit of another form")
    return unit.node


def unit_of(part: Part, item: Item, place: int, key: Hashable) -> Unit:
    node = item.value
    in_list = part.node.kind == "list"
    start = node.start - len(item.head)
    first = line_at(part.starts, start + leading(item.head))
    end = line_at(part.starts, max(node.end - 1, start)) + 1
    name = element(node, key, place) if in_list else key_name(item.key)
    inner = Part(node, item, (*part.where, "*" if in_list else item.key), part.starts)
    joint = "" if name.startswith("[") else "."
    kind = "element" if in_list else "key"
    text = item.head + node.text
    return Unit(kind, name, key, text, (first, max(end, first + 1)), 0, inner, joint)


def leading(head: bytes) -> int:
    """How much white space a head begins with."""
    return len(head) - len(head.lstrip())


def line_at(starts: Sequence[int], offset: int) -> int:
    return max(bisect_right(starts, offset) - 1, 0)


def key_name(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else f'["{key}"]'


def element(node: Node, key: Hashable, place: int) -> str:
    """An element by what tells it apart: a field of it, its own value, its place."""
    if isinstance(key, tuple) and key and all(isinstance(one, str) for one in key):
        return f"[{' '.join(map(str, key))}]"
    if node.kind == "scalar" and isinstance(key, int):
        return f"[{told(node)}]"
    return f"[{place}]"


def run_of(old: Unit, new: Unit) -> Run:
    """The lines that differ of two versions of a unit."""
    return differing(texts_of(old), texts_of(new), (range(*old.lines), range(*new.lines)))


def crowded(units: Sequence[Unit], around: Unit) -> bool:
    """Whether units share lines with each other or with the brackets around them."""
    edge = around.lines[0] if part_of(around).item else -1
    for unit in units:
        if unit.lines[0] <= edge:
            return True
        edge = unit.lines[1] - 1
    return False


def opposite(old: Unit, new: Unit, units: Sequence[Unit]) -> list[Unit]:
    """The units of `old` with the lines that stand in `new` for theirs."""
    stands: dict[int, tuple[int, ...]] = {}
    here, there = range(*old.lines), range(*new.lines)
    for one in changes(texts_of(old), texts_of(new)):
        stands.update(dict.fromkeys(here[one.a0 : one.a1], tuple(there[one.b0 : one.b1])))
    return [unit._replace(also=stands.get(unit.lines[0], ())) for unit in units]


def same_value(old: Unit, new: Unit) -> Own | None:
    """Only comments or layout differ."""
    run = run_of(old, new)
    if not run.old and not run.new:
        return None
    same = notes(part_of(old).node) == notes(part_of(new).node)
    return Own(("layout" if same else "comment",), "", "", tuple(run.old), tuple(run.new))


def notes(node: Node) -> list[bytes]:
    """The words of all comments in a value."""
    found = []
    todo = [node]
    while todo:
        one = todo.pop()
        for item in one.items:
            found += item.notes
            todo.append(item.value)
        found += one.close.rstrip(b"]}").split()
    return sorted(found)


def texts_of(unit: Unit) -> list[bytes]:
    """The whole lines that a unit touches."""
    part = part_of(unit)
    source, starts = part.node.source, part.starts
    return [source[starts[n] : starts[n + 1]] for n in range(*unit.lines)]


def told(node: Node) -> str:
    """A value in a line: a scalar as it is written, of a container how much it holds."""
    if node.kind == "scalar":
        text = " ".join(node.text[: 4 * _LONGEST].decode("utf-8", "replace").split())
        return text[:_LONGEST]
    if not node.items:
        return "{}" if node.kind == "map" else "[]"
    word = "key" if node.kind == "map" else "element"
    number = len(node.items)
    said = f"{number} {word}{'s' * (number != 1)}"
    return f"{{{said}}}" if node.kind == "map" else f"[{said}]"
