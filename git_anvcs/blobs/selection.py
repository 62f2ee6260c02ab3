"""Which large files are fetched, told by patterns of their paths. Pure.

A list of patterns is read as the lines of a `.gitignore` at the top: it takes what that would
ignore. `{a,b}` in a pattern stands for both.
"""

from collections.abc import Sequence, Set
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.git.ignore_rules import Patterns

_BRACED = re.compile(r"\{([^{}]*,[^{}]*)\}")
_WORD = re.compile(r"(?:\\.?|\{[^{}]*\}|[^,\\])+", re.DOTALL)


class Selection:
    """What `include` takes (all, if that is empty) and `exclude` does not.

    hidden: paths that are left out besides
    """

    def __init__(
        self,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        hidden: Set[str] = frozenset(),
    ) -> None:
        self._include = _patterns(include)
        self._exclude = _patterns(exclude)
        self._hidden = hidden

    @property
    def narrows(self) -> bool:
        """Whether anything can be left out."""
        return bool(self._include or self._exclude or self._hidden)

    def takes(self, path: str) -> bool:
        """Whether the file is fetched. path: from the top of the repository"""
        if path in self._hidden:
            return False
        if self._include and not self._include.take(path):
            return False
        return not (self._exclude and self._exclude.take(path))


def words(text: str) -> list[str]:
    """The patterns of one word of a command line, which commas separate; `\\,` is none of them."""
    return [word for found in _WORD.findall(text) if (word := found.strip())]


def unbraced(pattern: str) -> list[str]:
    """The patterns that one with braces stands for; Git knows none."""
    braced = _BRACED.search(pattern)
    if not braced:
        return [pattern]
    before, after = pattern[: braced.start()], pattern[braced.end() :]
    return [one for word in braced[1].split(",") for one in unbraced(f"{before}{word}{after}")]


def _patterns(listed: Sequence[str]) -> "Patterns | None":
    if not listed:
        return None
    from git_anvcs.git.ignore_rules import Patterns

    return Patterns(one for pattern in listed for one in unbraced(pattern))
