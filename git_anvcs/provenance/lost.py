"""Files that are there no more, and what of them stands in another one now. Pure.

A file that was renamed is known by most of its lines, as Git knows it. One line alone proves
nothing: everybody writes `import os`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from git_anvcs.provenance import lines
from git_anvcs.provenance.lines import NOBODY, Source

# A line of more lost files than these tells nothing of which one moved.
_MOST_HOLDERS = 8


class Lost:
    """The lines of lost files and their owners."""

    def __init__(self, files: Mapping[str, Iterable[Source]]) -> None:
        """files: path -> what it held, in any order"""
        self._owners: dict[bytes, dict[str, str]] = {}
        self._sizes: dict[str, int] = {}
        for path, sources in files.items():
            for source in sources:
                self._sizes[path] = max(self._sizes.get(path, 0), len(_telling(source.lines)))
                for line, owner in zip(source.lines, source.owners, strict=True):
                    if lines.tells(line):
                        held = self._owners.setdefault(line, {})
                        held[path] = owner if held.get(path, owner) == owner else NOBODY

    def moved(
        self, new: Sequence[bytes], left: Sequence[int], likely: Mapping[int, str]
    ) -> dict[int, str]:
        """The owners of those `left` lines (from 0) of a new version that were in a lost file.

        likely: as in `lines.carried`
        """
        wanted = [index for index in left if new[index] in self._owners]
        if not wanted:
            return {}
        renamed = self._renamed(new, wanted)
        found = {}
        for index in wanted:
            held = self._owners[new[index]]
            whose = {held[path] for path in renamed if path in held} or {*held.values()}
            owner = whose.pop() if len(whose) == 1 else NOBODY
            sure = owner == likely.get(index) or any(path in held for path in renamed)
            found[index] = owner if sure else NOBODY
        return found

    def _renamed(self, new: Sequence[bytes], wanted: Iterable[int]) -> set[str]:
        """The lost files that are more than half of the new version, and the other way round."""
        holders = (self._owners[line] for line in {new[index] for index in wanted})
        common = Counter(path for held in holders if len(held) <= _MOST_HOLDERS for path in held)
        size = len(_telling(new))
        return {path for path, n in common.items() if 2 * n > max(size, self._sizes[path])}


def _telling(text: Iterable[bytes]) -> set[bytes]:
    return {line for line in text if lines.tells(line)}
