"""Which commits of a row become one milestone each, and what its message says. Pure.

A milestone is a run of commits that follow each other: nothing is reordered and nothing left out,
so the last tree stays what it is, and each milestone's tree is that of its last commit.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
import re
from typing import NamedTuple

# What `git commit --fixup` and its kin put before the subject of the commit they are for.
_FIXES = re.compile(r"^(?:fixup|squash|amend)! ")
_TRAILER = re.compile(r"^[A-Za-z0-9-]+: \S|^\(cherry picked from commit [0-9a-f]+\)$")
_CHANGE_ID = "Change-Id: "


class Step(NamedTuple):
    """One commit of the row.

    author: `Name <mail>`; seconds: since the epoch, when it was written; day: that day, local
    maker: who made it as its record says: `agent`, `human` or `untracked`
    session, task: names of equal value for the same session, and the same prompt of it; or empty
    form: whether it changed nothing but the form of texts, and that was asked for
    """

    oid: str
    tree: str
    author: str
    seconds: int
    day: str
    message: str
    maker: str = "untracked"
    session: str = ""
    task: str = ""
    form: bool = False

    @property
    def subject(self) -> str:
        return self.message.split("\n", 1)[0]


class Milestone(NamedTuple):
    """What several commits become, oldest first; message: with a newline at its end."""

    steps: tuple[Step, ...]
    message: str


class CannotGroup(ValueError):
    """The row cannot be put together as asked."""


def by(row: Sequence[Step], kind: str, *, mixed: bool = False) -> list[Milestone]:
    """Commits of one `task`, `session` or `day` that follow each other become one.

    mixed: also of several authors
    A commit that nothing is known of stays alone, but for a fixup of the one before. Commits that
    change only form become one of their own.
    """
    same: dict[str, Callable[[Step], str]] = {
        "task": lambda step: step.task,
        "session": lambda step: step.session,
        "day": lambda step: step.day,
    }
    name = same[kind]

    def together(group: Sequence[Step], step: Step) -> bool:
        if group[-1].form != step.form or (not mixed and _differ(group[-1], step)):
            return False
        if step.form:
            return True
        return _fixes(step, group) or name(group[-1]) == name(step) != ""

    return [milestone(group) for group in _grouped(row, together)]


def into(row: Sequence[Step], count: int, *, mixed: bool = False) -> list[Milestone]:
    """So many milestones, parted where the most time lies between two commits.

    mixed: also of several authors; else those part them first. Raises CannotGroup.
    """
    if not 1 <= count <= len(row):
        said = "one commit does" if len(row) == 1 else f"{len(row)} commits do"
        raise CannotGroup(f"{said} not make {count} milestones")
    borders = {i for i, (a, b) in enumerate(pairwise(row), 1) if not mixed and _differ(a, b)}
    borders |= {i for i, (a, b) in enumerate(pairwise(row), 1) if a.form != b.form}
    if len(borders) >= count:
        raise CannotGroup(
            f"{len(borders) + 1} runs of commits are by different authors, or of form alone, so"
            f" {count} milestones would melt them"
        )
    gaps = {i: abs(b.seconds - a.seconds) for i, (a, b) in enumerate(pairwise(row), 1)}
    others = sorted((i for i in gaps if i not in borders), key=lambda i: (-gaps[i], i))
    cuts = sorted(borders | set(others[: count - 1 - len(borders)]))
    return [milestone(row[a:b]) for a, b in pairwise([0, *cuts, len(row)])]


def milestone(steps: Sequence[Step]) -> Milestone:
    """With the message that its commits make together."""
    return Milestone(tuple(steps), message(steps))


def message(steps: Sequence[Step]) -> str:
    """One commit's own message; of several, the subject of the first that is no fixup, then what
    each did, then their trailers, each once. A fixup without words of its own adds nothing.
    """
    if len(steps) == 1:
        return steps[0].message
    said = {step.oid: _parts(step.message) for step in steps}
    told = [step for step in steps if not _FIXES.match(step.subject)] or [steps[0]]
    trailers, later = _trailers([one for _, found in said.values() for one in found], steps)
    kept = [step for step in steps if step in told or said[step.oid][0]]
    if len(told) == 1:
        lines = ["\n\n".join(filter(None, (said[step.oid][0] for step in kept))), *later]
    else:
        lines = [*(_bullet(step, said[step.oid][0]) for step in kept), *later]
    subject = _FIXES.sub("", told[0].subject)
    if all(step.form for step in steps) and not subject.startswith("style"):
        subject = f"style: {subject}"
    body = "\n".join(filter(None, lines)).rstrip("\n")
    return "\n\n".join(filter(None, [subject, body, "\n".join(trailers)])) + "\n"


def _trailers(found: Sequence[str], steps: Sequence[Step]) -> tuple[list[str], list[str]]:
    """Each trailer once, with the other authors; and change ids that one commit cannot have two
    of: those go into the body.
    """
    others = {step.author for step in steps} - {steps[0].author}
    found = [*found, *(f"Co-authored-by: {name}" for name in sorted(others))]
    unique = list(dict.fromkeys(found))
    ids = [one for one in unique if one.startswith(_CHANGE_ID)]
    return [one for one in unique if one not in ids[1:]], [f"  {one}" for one in ids[1:]]


def _parts(text: str) -> tuple[str, list[str]]:
    """A message's body without its subject and trailers, and the trailers."""
    _, _, rest = text.partition("\n")
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", rest.strip("\n")) if rest.strip() else []
    last = paragraphs[-1].split("\n") if paragraphs else []
    if last and all(map(_TRAILER.match, last)):
        return "\n\n".join(paragraphs[:-1]), last
    return "\n\n".join(paragraphs), []


def _bullet(step: Step, body: str) -> str:
    indented = "\n".join(f"  {line}".rstrip() for line in body.split("\n")) if body else ""
    head = f"- {_FIXES.sub('', step.subject)}"
    return f"{head}\n\n{indented}\n" if indented else head


def _differ(one: Step, other: Step) -> bool:
    """Whether two commits are by different authors: as Git names them, or an agent's and not."""
    return one.author != other.author or one.maker != other.maker


def _fixes(step: Step, group: Sequence[Step]) -> bool:
    """Whether a commit says that it belongs to one of the group."""
    wanted = _FIXES.sub("", step.subject)
    return wanted != step.subject and any(wanted == _FIXES.sub("", one.subject) for one in group)


def _grouped(
    row: Sequence[Step], together: Callable[[Sequence[Step], Step], bool]
) -> list[list[Step]]:
    groups: list[list[Step]] = []
    for step in row:
        if groups and together(groups[-1], step):
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups
