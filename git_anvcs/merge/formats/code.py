"""Languages that a profile describes: the code merger with the profile of that name."""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.code import cascade, checks, merger
from git_anvcs.merge.code.source import read
from git_anvcs.merge.profile import profile
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions


class Code(NamedTuple):
    """The format of one language, by the name of its profile."""

    name: str

    def merge(self, versions: Versions, options: Options) -> Merged:
        return merger.merge(profile(self.name), versions, options)

    def flaws(self, versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
        """Syntax errors, duplicate definitions and names that are imported twice or not at all."""
        return checks.flaws(profile(self.name), versions, text)

    def settled(self, versions: Versions, texts: Sequence[bytes], _options: Options) -> list[Flaw]:
        """Declarations of a style sheet of which another counts than on the side that made it."""
        language = profile(self.name)
        if not language.cascade:
            return []
        try:
            sources = [read(language, text, rough=True) for text in (*versions, *texts)]
        except NotUnderstood:
            return []
        return cascade.flaws(sources[:3], sources[3:])

    def tokens(self, text: bytes) -> Tokens:
        return checks.tokens(profile(self.name), merger.bare(text))
