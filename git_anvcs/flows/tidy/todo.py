"""The plan as a text that a person may change, in the words of `git rebase -i`. Pure.

    pick 1a2b3c4d5e Add the parser
    squash 2b3c4d5e6f Parse numbers
    | Add the parser
    |
    | - Add the parser
    | - Parse numbers

`pick` begins a milestone, `squash` and `fixup` join the one above. Lines behind `|` are the
milestone's message; without them, it is made of the commits' messages, without those of fixups.
"""

from collections.abc import Sequence
from typing import NamedTuple

from git_anvcs.flows.tidy.plan import CannotGroup, Milestone, Step, message

_WORDS = {"pick": "pick", "p": "pick", "squash": "squash", "s": "squash", "fixup": "fixup",
          "f": "fixup"}  # fmt: skip
_SHORT, _SHORTEST = 10, 4
_HELP = """
# pick begins a milestone, squash and fixup join it to the one above; fixup drops its message.
# Lines behind | are the message of the milestone above; without any it is made of its commits.
# Every commit must stay, in this order: the last tree stays as it is.
# An empty file changes nothing.
"""


class NotATodo(CannotGroup):
    """A line of the text cannot be followed; it says which."""


def written(milestones: Sequence[Milestone]) -> str:
    """The text of a plan, with an explanation at its end."""
    lines = []
    for one in milestones:
        for number, step in enumerate(one.steps):
            word = "squash" if number else "pick"
            lines.append(f"{word} {step.oid[:_SHORT]} {step.subject}")
        if len(one.steps) > 1 or one.message != one.steps[0].message:
            told = one.message.rstrip("\n").split("\n")
            lines += [f"| {line}" if line else "|" for line in told]
        lines.append("")
    return "\n".join(lines) + _HELP


class _Group(NamedTuple):
    """A milestone that is read: its commits, those whose message counts, its own message."""

    steps: list[Step]
    told: list[Step]
    lines: list[str]

    def made(self) -> Milestone:
        if any(line.strip() for line in self.lines):
            return Milestone(tuple(self.steps), "\n".join(self.lines).strip("\n") + "\n")
        own = self.told[0].message if len(self.told) == 1 else message(self.told)
        return Milestone(tuple(self.steps), own)


def read(text: str, row: Sequence[Step]) -> list[Milestone]:
    """The plan that a text says; none when it is empty. Raises NotATodo."""
    groups: list[_Group] = []
    left = list(row)
    for number, line in enumerate(text.split("\n"), 1):
        try:
            if line.startswith("|"):
                _message(line, groups)
            elif line.strip() and not line.startswith("#"):
                _commit(line, groups, left)
        except NotATodo as error:
            raise NotATodo(f"line {number}: {error}") from error
    if groups and left:
        raise NotATodo(f"{left[0].oid[:_SHORT]} is left out: no commit may be dropped")
    return [group.made() for group in groups]


def _message(line: str, groups: Sequence[_Group]) -> None:
    if not groups:
        raise NotATodo("a message stands below the commits it is of")
    groups[-1].lines.append(line.removeprefix("|").removeprefix(" "))


def _commit(line: str, groups: list[_Group], left: list[Step]) -> None:
    said, _, rest = line.strip().partition(" ")
    word = _WORDS.get(said)
    name = rest.strip().split(" ", 1)[0]
    if word is None:
        raise NotATodo(f"{said!r} is not pick, squash or fixup")
    if len(name) < _SHORTEST or not left or not left[0].oid.startswith(name):
        wanted = left[0].oid[:_SHORT] if left else "nothing"
        raise NotATodo(f"the order must stay, {wanted} comes next")
    if word == "pick":
        groups.append(_Group([], [], []))
    elif not groups:
        raise NotATodo("there is no commit above to join")
    elif groups[-1].lines:
        raise NotATodo("a message stands below all commits of its milestone")
    step = left.pop(0)
    groups[-1].steps.append(step)
    if word != "fixup":
        groups[-1].told.append(step)
