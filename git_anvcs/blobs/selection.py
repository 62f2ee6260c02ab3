"""Which large files are fetched, told by patterns of their paths. Pure.

A list of patterns is read as the lines of a `.gitignore` at the top: it takes what that would
ignore. `{a,b}` in a pattern stands for both.
"""

from collections.abc import Iterable, Sequence, Set
import re

from git_anvcs.kernel.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from git_anvcs.git.ignore_rules import Patterns

_BRACED = re.compile(r"\{([^{},]*,[^{}]*)\}")
_MOST = 1 << 20  # signs of all patterns together
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


def unbraced(patterns: Iterable[str]) -> list[str]:
    """The patterns that those with braces stand for; Git knows none.

    Raises UsageError when they would be too long: whoever wrote them may wish no checkout to end.
    """
    found = [*patterns]
    while any(braced := [_BRACED.search(pattern) for pattern in found]):
        lists = [pair[1].split(",") if pair else [""] for pair in braced]
        if sum(len(one) * len(words) for one, words in zip(found, lists, strict=True)) > _MOST:
            raise UsageError(
                "the braces in patterns of large files stand for too many patterns",
                hint="a pattern may name a folder, and `*` stands for any name",
            )
        found = [
            f"{pattern[: pair.start()]}{word}{pattern[pair.end() :]}" if pair else pattern
            for pattern, pair, words in zip(found, braced, lists, strict=True)
            for word in words
        ]
    return found


def _patterns(listed: Sequence[str]) -> "Patterns | None":
    if not listed:
        return None
    from git_anvcs.git.ignore_rules import Patterns

    return Patterns(unbraced(listed))
