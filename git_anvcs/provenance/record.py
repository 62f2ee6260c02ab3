"""The record of who made a commit: a value over the parsed JSON, whatever version wrote it.

Unknown fields and newer schema versions survive, because the line itself is the record; the
properties below are views on the fields every part asks for. Build and parse with codec.py.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, cast

SCHEMA = "anvcs/commit-meta/1"
UNTRACKED = "untracked"
HUMAN = "human"

# Under `ext`: the record tells of every line; what it does not attest is nobody's.
LINES_EXT = "anvcs.lines"
LINES_COMPLETE = {"rest": UNTRACKED}

# What is true only of the tree that was tested (design: "tree claims").
TREE_CLAIMS = ("tests_passed", "coverage", "test_report_ref")


class Record(NamedTuple):
    """One record.

    line: its bytes as stored, without the newline
    value: the same, parsed; treat it as read-only
    """

    line: bytes
    value: Mapping[str, object]

    @property
    def schema(self) -> str:
        return self._text("schema")

    @property
    def known(self) -> bool:
        """Whether this version of git-anvcs may change the record (else it only carries it)."""
        return self.schema == SCHEMA

    @property
    def meta_id(self) -> str:
        return self._text("meta_id")

    @property
    def change_id(self) -> str:
        return self._text("change_id")

    @property
    def rev(self) -> int:
        return cast(int, self.value["rev"])

    @property
    def created_at(self) -> str:
        return self._text("created_at")

    @property
    def subject(self) -> Mapping[str, object]:
        return cast(Mapping[str, object], self.value["subject"])

    @property
    def commit(self) -> str:
        return cast(str, self.subject["commit"])

    @property
    def tree(self) -> str:
        tree = self.subject.get("tree")
        return tree if isinstance(tree, str) else ""

    @property
    def patch_id(self) -> str:
        """Stable patch id, or the empty string."""
        found = self.subject.get("patch_id")
        return found if isinstance(found, str) else ""

    @property
    def agent_id(self) -> str:
        """`tool:session`, `human`, or `untracked` when nothing is known."""
        return self._text("agent_id")

    @property
    def model(self) -> str:
        return self._text("model")

    @property
    def prompt(self) -> str | None:
        prompt = self.value.get("prompt")
        return prompt if isinstance(prompt, str) else None

    @property
    def tests_passed(self) -> bool | None:
        """The claim, if it holds for this very tree (a foreign writer may not have checked)."""
        passed = self.value.get("tests_passed")
        return passed if isinstance(passed, bool) and self.tests_hold else None

    @property
    def tests_hold(self) -> bool:
        """Whether the tests ran on the tree of the commit."""
        tests = self.value.get("tests")
        return isinstance(tests, Mapping) and tests.get("ran_on_tree") == self.tree

    @property
    def coverage(self) -> float | None:
        coverage = self.value.get("coverage")
        return coverage if isinstance(coverage, int | float) and self.tests_hold else None

    @property
    def tells_every_line(self) -> bool:
        """Whether a line it does not attest is nobody's, though the commit has a maker."""
        return LINES_EXT in self.mapping("ext")

    @property
    def lineage(self) -> Sequence[Mapping[str, object]]:
        lineage = self.value.get("lineage")
        if not isinstance(lineage, list):
            return ()
        return [step for step in lineage if isinstance(step, Mapping)]

    def mapping(self, key: str) -> Mapping[str, object]:
        """A field that is an object, such as `sessions` or `attestations`; else an empty one."""
        found = self.value.get(key)
        return found if isinstance(found, Mapping) else {}

    def items(self, key: str) -> Sequence[object]:
        """A field that is an array, such as `artifacts`; else an empty one."""
        found = self.value.get(key)
        return found if isinstance(found, list) else ()

    def _text(self, key: str) -> str:
        found = self.value.get(key)
        return found if isinstance(found, str) else ""
