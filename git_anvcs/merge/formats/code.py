"""Languages that a profile describes: the code merger with the profile of that name."""

from typing import NamedTuple

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.code import checks, merger
from git_anvcs.merge.profile import profile
from git_anvcs.merge.result import Merged, Options, Versions


class Code(NamedTuple):
    """The format of one language, by the name of its profile."""

    name: str

    def merge(self, versions: Versions, options: Options) -> Merged:
        return merger.merge(profile(self.name), versions, options)

    def flaws(self, versions: Versions, text: bytes, _options: Options) -> list[Flaw]:
        """Syntax errors, duplicate definitions and names that are imported twice or not at all."""
        return checks.flaws(profile(self.name), versions, text)

    def tokens(self, text: bytes) -> Tokens:
        return checks.tokens(profile(self.name), merger.bare(text))
