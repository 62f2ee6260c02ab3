"""What changes of a `.proto` file mean for those who have data or code made from the old one.

Rules: Protocol Buffers language guide, "Updating A Message Type".
"""

from git_anvcs.merge.difference.entries import Compared
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.proto.field import Slots, compatible, slots
from git_anvcs.merge.result import NotUnderstood

NUMBERED = ("field", "value")
PUBLIC = (*NUMBERED, "message", "enum", "service", "rpc", "oneof")


class Wire:
    """Knows which changes of a field old readers and writers survive."""

    def public(self, entry: Entry) -> bool:
        return entry.key[0] in PUBLIC

    def compared(self, old: Entry, new: Entry) -> Compared:
        if old.key[0] == "rpc":
            return Compared(("signature",), "signature")
        if old.key[0] not in NUMBERED:
            return Compared(("value",))
        try:
            return fields(slots(old.head), slots(new.head))
        except NotUnderstood:
            return Compared(("value",))


def fields(old: Slots, new: Slots) -> Compared:
    """A field by its parts; `breaks`: what old data or old programs make of it."""
    types = [one.of(one.typed).split() for one in (old, new)]
    aspects, breaks = [], []
    if types[0] != types[1]:
        aspects.append("type")
        if not compatible(types):
            breaks.append("wire-incompatible type")
        elif (b"repeated" in types[0]) != (b"repeated" in types[1]):
            breaks.append("repeated or not")
    if old.number != new.number:
        aspects.append("number")
        breaks.append("renumbered")
    if old.of(old.name) != new.of(new.name):
        aspects.append("name")
    if old.of(old.options).split() != new.of(new.options).split():
        aspects.append("options")
    return Compared(tuple(aspects), ", ".join(breaks))
