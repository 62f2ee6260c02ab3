"""Versions as semver.org orders them, with what Go adds: `v`, two numbers, `+incompatible`."""

import re

VERSION = re.compile(
    rb"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-?([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?"
)
Order = tuple[tuple[int, ...], bool, tuple[tuple[int, int, bytes], ...]]


def larger(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The larger of two versions that both sides raised (or added, with no base); else None."""
    mine, yours = order(ours), order(theirs)
    if mine is None or yours is None or mine == yours:
        return None
    if base:
        old = order(base)
        if old is None or mine < old or yours < old:
            return None
    return ours if mine > yours else theirs


def order(text: bytes) -> Order | None:
    """What to compare versions by; None for what is no version."""
    found = VERSION.fullmatch(text)
    if not found:
        return None
    numbers = tuple(int(part or 0) for part in found.groups()[:3])
    before = found[4] or b""
    parts = tuple(
        (0, int(part), b"") if part.isdigit() else (1, 0, part)
        for part in before.split(b".")
        if part
    )
    return numbers, not before, parts
