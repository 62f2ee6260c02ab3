"""Files made of entries as units: TOML, go.mod, INI, `.proto`, requirements, lists of patterns."""

from collections.abc import Sequence
import re
from typing import NamedTuple, Protocol

from git_anvcs.merge import lines
from git_anvcs.merge.difference.rest import differing
from git_anvcs.merge.difference.unit import Own, Unit
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import NOTE, Entry

_LONGEST = 400  # bytes of a value worth showing


class Compared(NamedTuple):
    """What two versions of an entry say differently, and who may stumble over that."""

    aspects: tuple[str, ...]
    breaks: str = ""


class Judge(Protocol):
    """What a format knows of an entry whose words differ."""

    def compared(self, old: Entry, new: Entry) -> Compared: ...

    def public(self, entry: Entry) -> bool: ...


class AnyEntry:
    """A format of which nothing more is known."""

    def compared(self, old: Entry, new: Entry) -> Compared:
        del old, new
        return Compared(("value",))

    def public(self, entry: Entry) -> bool:
        del entry
        return False


class Entries(NamedTuple):
    """Files of one format."""

    syntax: file.Syntax
    judge: Judge

    def root(self, text: bytes) -> Unit:
        entry = file.parsed(self.syntax, text)
        return Unit("file", "", "", entry.text, (0, entry.text.count(b"\n")), node=entry)

    def inside(self, old: Unit | None, new: Unit | None) -> tuple[Sequence[Unit], Sequence[Unit]]:
        return self.units(old), self.units(new)

    def units(self, unit: Unit | None) -> list[Unit]:
        if unit is None:
            return []
        around = entry_of(unit)
        row = unit.lines[0] - unit.gap
        row += (around.lead + around.head + around.note).count(b"\n")
        found = []
        for entry in around.body:
            found.append(self.unit(entry, row, inner=bool(unit.name)))
            row += entry.text.count(b"\n")
        return found

    def unit(self, entry: Entry, row: int, *, inner: bool) -> Unit:
        lead = lines.split(entry.lead)
        gap = next((place for place, line in enumerate(lead) if line.strip()), len(lead))
        end = row + entry.text.count(b"\n")
        kind = "array" if entry.key[0] == "element" else str(entry.key[0])
        joint = "." * inner
        public = self.judge.public(entry)
        return Unit(
            kind, entry.name, entry.key, entry.text, (row + gap, end), gap, entry, joint, public
        )

    def own(self, old: Unit, new: Unit) -> Own | None:
        one, two = entry_of(old), entry_of(new)
        run = differing(own_lines(old), own_lines(new), (own_rows(old), own_rows(new)))
        if not run.old and not run.new:
            return None
        said = Compared(())
        if one.head.split() != two.head.split():
            said = self.judge.compared(one, two) if old.name else Compared(("comment",))
        aspects = said.aspects
        if notes(one) != notes(two) and "comment" not in aspects:
            aspects = (*aspects, "comment")
        told = (shown(one), shown(two)) if said.aspects and old.name else ("", "")
        return Own(aspects or ("layout",), *told, tuple(run.old), tuple(run.new), said.breaks)

    def told(self, unit: Unit) -> str:
        return shown(entry_of(unit))


def entry_of(unit: Unit) -> Entry:
    if not isinstance(unit.node, Entry):
        raise TypeError("a unit of another form")
    return unit.node


def own_lines(unit: Unit) -> list[bytes]:
    """The lines of an entry without those of the entries in it, and without the gap above."""
    entry = entry_of(unit)
    front = lines.split(entry.lead + entry.head + entry.note)[unit.gap :]
    return [*front, *lines.split(entry.tail)]


def own_rows(unit: Unit) -> list[int]:
    tail = entry_of(unit).tail.count(b"\n")
    count = len(own_lines(unit)) - tail
    first, end = unit.lines
    return [*range(first, first + count), *range(end - tail, end)]


def notes(entry: Entry) -> list[bytes]:
    return NOTE.findall(b" ".join((entry.lead, entry.note, entry.tail)))


def shown(entry: Entry) -> str:
    """What an entry says, in a line; of a key its value, of a section nothing."""
    if entry.section:
        return ""
    text = " ".join(entry.head[:_LONGEST].decode("utf-8", "replace").split())
    name = rf"(?:export )?[\"']?{re.escape(entry.name)}[\"']?"
    value = re.match(rf"{name}\s*(?:=(?!=)|:|\s)\s*(.+)", text)
    if value:
        return value[1]
    return "" if text == entry.name else text
