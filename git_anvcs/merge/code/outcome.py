"""What a part of a merge comes to: bytes and clashes in order; the log of what rules decided."""

from typing import NamedTuple

from git_anvcs.merge import lines
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.profile import Profile
from git_anvcs.merge.result import Resolution


class Clash(NamedTuple):
    """What a person must decide; whole lines of each version."""

    kind: str
    where: str
    base: bytes
    ours: bytes
    theirs: bytes


Parts = list[bytes | Clash]


class Unmerged(Exception):
    """An expression that both sides changed in ways no rule combines."""


class Place(NamedTuple):
    """Where in the file we are, and what every rule needs: the language and the log."""

    profile: Profile
    log: list[Resolution]
    where: str = ""
    needed: frozenset[str] = frozenset()  # imported names that one side dropped, the other uses
    taken: frozenset[bytes] = frozenset()  # members whose numbers cannot stand side by side
    sources: tuple[Source, ...] = ()  # base, ours, theirs
    speculative: bool = False  # a guard runs the tests: what is likely is taken too

    def inside(self, name: str) -> "Place":
        if not name:
            return self
        return self._replace(where=f"{self.where} > {name}" if self.where else name)

    def note(self, rule: str, base: bytes, ours: bytes, theirs: bytes, result: bytes) -> None:
        """Record that `rule` decided where both sides had changed something."""
        old, mine, yours, new = (
            text.decode("utf-8", "replace") for text in (base, ours, theirs, result)
        )
        self.log.append(Resolution(rule, self.where, old, mine, yours, new))


def clean(parts: Parts) -> bool:
    return all(isinstance(part, bytes) for part in parts)


def joined(parts: Parts) -> bytes:
    """The bytes of parts without clashes."""
    return b"".join(part for part in parts if isinstance(part, bytes))


def chosen(parts: Parts, side: str) -> bytes:
    """The text when every clash is decided for `ours` or `theirs`."""
    return b"".join(
        part if isinstance(part, bytes) else part.ours if side == "ours" else part.theirs
        for part in parts
    )


def simple(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The version that wins when only one side changed, or both alike; None otherwise."""
    if theirs in (ours, base):
        return ours
    if base == ours:
        return theirs
    return None


def by_lines(place: Place, base: bytes, ours: bytes, theirs: bytes) -> Parts:
    """The line merge of a few lines: what Git would do, as small as it can be."""
    done = simple(base, ours, theirs)
    if done is not None:
        return [done]
    texts = lines.Texts(lines.split(base), lines.split(ours), lines.split(theirs))
    chunks = lines.shown(texts, lines.merge3(*texts), "merge")
    parts: Parts = []
    for chunk in chunks:
        mine = b"".join(texts.ours[chunk.ours0 : chunk.ours1])
        yours = b"".join(texts.theirs[chunk.theirs0 : chunk.theirs1])
        if chunk.kind == "conflict":
            old = b"".join(texts.base[chunk.base0 : chunk.base1])
            parts.append(Clash(lines.kind_of(old, mine, yours), place.where, old, mine, yours))
        else:
            parts.append(yours if chunk.kind == "theirs" else mine)
    if clean(parts):
        place.note("lines", base, ours, theirs, joined(parts))
    return parts
