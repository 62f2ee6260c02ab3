"""Merges the marks of a definition: decorators, attributes."""

import re

from git_anvcs.merge.code.align import Matching
from git_anvcs.merge.code.combine import Combine
from git_anvcs.merge.code.identity import Identity
from git_anvcs.merge.code.outcome import Parts, Place, Unmerged, simple
from git_anvcs.merge.code.sequence import three_way


def merge_marks(place: Place, base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> Parts:
    """Decorators are a set: what either side added or deleted, in order."""

    def fail(*_: object) -> Parts:
        raise Unmerged

    def named(mark: bytes) -> Identity:
        key = set_name(place, mark) or mark
        return Identity(key.decode("utf-8", "replace"), once=True, free=True)

    how = Combine[bytes](
        matching=Matching(lambda mark: mark, named, lambda _mark: "decorator"),
        pair=lambda old, mine, yours: [one_mark(place, old, mine, yours)],
        twin=fail,
        dropped=fail,
        clash=fail,
        between=lambda _mine, _yours: True,
        note=lambda rule, mine, yours: place.note(
            rule, b"", b"".join(mine), b"".join(yours), b"".join([*mine, *yours])
        ),
    )
    entries = three_way(base, ours, theirs, how)
    return [part for entry in entries for part in entry.parts]


def one_mark(place: Place, base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """A mark that both sides have: what one changed, or a set of arguments that both changed."""
    done = simple(base, ours, theirs)
    if done is not None:
        return done
    if len({set_name(place, mark) for mark in (base, ours, theirs)} - {b""}) != 1:
        raise Unmerged
    old, mine, yours = (arguments(mark) for mark in (base, ours, theirs))
    kept = [one for one in mine if one in yours or one not in old]
    kept += [one for one in yours if one not in mine and one not in old]
    start, end = ours.index(b"(") + 1, ours.rindex(b")")
    result = ours[:start] + b", ".join(kept) + ours[end:]
    place.note("mark-set", base, ours, theirs, result)
    return result


ONE_ROW = re.compile(rb"[^\w(]*(\w+)\([\w:, ]*\)[^\w(]*")


def set_name(place: Place, mark: bytes) -> bytes:
    """The name of a mark on one row whose arguments are a set: `derive`; else nothing."""
    found = ONE_ROW.fullmatch(mark)
    return found[1] if found and found[1].decode() in place.profile.mark_sets else b""


def arguments(mark: bytes) -> list[bytes]:
    inside = mark[mark.index(b"(") + 1 : mark.rindex(b")")]
    return [one.strip() for one in inside.split(b",") if one.strip()]
