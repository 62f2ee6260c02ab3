"""What every step of one merge of trees needs to know."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.flows.whole_tree.named import Names
from git_anvcs.flows.whole_tree.options import style
from git_anvcs.flows.whole_tree.sides import Sides
from git_anvcs.flows.whole_tree.texts import Texts
from git_anvcs.git.called import CalledRepo
from git_anvcs.git.synthetic import Pair
from git_anvcs.merge.configured import limit
from git_anvcs.merge.result import Labels, Options, Rules


class Tree(NamedTuple):
    """names: what the caller calls the sides; settings: Git's configuration; rules: of files"""

    repo: CalledRepo
    pair: Pair
    sides: Sides
    texts: Texts
    names: Names
    settings: Mapping[str, str]
    rules: Rules = Rules()

    @property
    def seconds(self) -> float:
        """The limit of processor time for one file."""
        return limit(self.settings.get("anvcs.merge.timeout", ""), self.repo.env)

    def options(self, path: str, size: int) -> Options:
        """How to write conflicts in a file that Git has not written any in."""
        labels = Labels(self.names.base, self.names.ours, self.names.theirs)
        return Options(path, size, style(self.settings), labels, self.rules)

    def called(self, side: str) -> str:
        """What the caller calls `ours` or `theirs`."""
        return self.names.ours if side == "ours" else self.names.theirs
