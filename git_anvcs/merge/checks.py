"""What must hold for every merge that is not Git's own: used on real merges, not only in tests.

Conservation: whatever one side added or kept, and the other did not touch, is in the result, as
often as it has to be; and nothing comes back that a side removed. Markers: none in a clean result,
and as many as there are conflicts otherwise.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from git_anvcs.merge import embedded, markers
from git_anvcs.merge.result import Merged, Options, Versions

Tokens = Counter[Hashable]


class Flaw(NamedTuple):
    """Something wrong with a merged text.

    kind: `syntax` or `duplicate`
    first, last: its lines in the text, counted from 1; 0 when the place is not known
    """

    kind: str
    where: str
    first: int = 0
    last: int = 0


def lost(versions: Iterable[Tokens], result: Tokens) -> list[Hashable]:
    """Tokens that the result should hold more often than it does."""
    base, ours, theirs = versions
    return [
        token
        for token in base.keys() | ours.keys() | theirs.keys()
        if result[token] < bounds(base[token], ours[token], theirs[token])[0]
    ]


def revived(versions: Iterable[Tokens], result: Tokens) -> list[Hashable]:
    """Tokens that a clean result holds more often than the changes of both sides explain."""
    base, ours, theirs = versions
    return [
        token
        for token, count in result.items()
        if count > bounds(base[token], ours[token], theirs[token])[1]
    ]


def bounds(base: int, ours: int, theirs: int) -> tuple[int, int]:
    """How often at least and at most a merged text holds what the versions hold so often.

    Both sides may have made the same change or two different ones: hence a range.
    """
    up, down = max(ours, theirs), min(ours, theirs)
    both = base + (ours - base) + (theirs - base)
    if down >= base:
        return up, both
    if up <= base:
        return max(both, 0), down
    return max(both, 0), max(both, 0)


def line_tokens(text: bytes) -> Tokens:
    """The lines of a text without the white space around them; blank ones do not count."""
    return Counter(line for line in map(bytes.strip, text.split(b"\n")) if line)


def sides(merged: Merged, options: Options) -> list[bytes]:
    """The text as either side of its conflicts reads; one text when there is no conflict.

    Raises ValueError when the markers are wrong.
    """
    if not merged.conflicts:
        return [merged.text]
    if merged.readings:
        return list(merged.readings)
    versions = markers.parse(merged.text, options.marker_size).versions()
    return [versions.ours, versions.theirs]


def well_marked(merged: Merged, versions: Versions, options: Options) -> bool:
    """Whether text and verdict agree: markers exactly where the conflicts say.

    A lock file that is to be written anew has none, and is ours.
    """
    size = options.marker_size
    if merged.relock:
        return bool(merged.conflicts) and merged.text == versions.ours
    if not merged.conflicts:
        return not markers.has_markers(merged.text, size) or any(
            markers.has_markers(version, size) for version in versions
        )
    try:
        if merged.readings:
            return embedded.starts(merged.text, size) == [one.line for one in merged.conflicts]
        parsed = markers.parse(merged.text, size)
    except ValueError:
        return False
    return parsed.starts == [conflict.line for conflict in merged.conflicts]


# Rules that take one of two values: what they drop is stated in their resolution.
CHOOSING = ("larger-version", "larger-requirement", "same-reference")


def chosen_away(merged: Merged) -> set[str]:
    """The values that a choosing rule left out, as they are written without quotes."""
    made = (one for one in merged.resolutions if one.rule in CHOOSING)
    return {text.strip("\"'") for one in made for text in (one.ours, one.theirs)}


def stands_for(token: Hashable) -> str:
    """The text of a token that is a scalar."""
    last = token[-1] if isinstance(token, tuple) else token
    text = last.decode("utf-8", "replace") if isinstance(last, bytes) else str(last)
    return text.strip("\"'")


def union(counts: Iterable[Tokens]) -> Tokens:
    """For each token the most that any of the texts holds."""
    total: Tokens = Counter()
    for count in counts:
        total |= count
    return total
