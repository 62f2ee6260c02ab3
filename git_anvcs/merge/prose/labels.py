"""Names that a text gives once: link definitions, targets, footnotes, substitutions, anchors.

They hold for the whole file, so two sides that give one name twice do not meet in one section.
"""

from collections.abc import Hashable, Iterator, Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.entries.entry import Entry, Placed, walk

GIVEN = (
    re.compile(rb" {0,3}(\[[^\]\n]+\]):(.*)", re.DOTALL),  # Markdown: links, footnotes
    re.compile(rb"\.\. (_(?!_:)(?:`[^`\n]+`|(?:\\.|[^:\n\\])+)):(.*)", re.DOTALL),  # RST: targets
    re.compile(rb"\.\. (\[(?:\d+|#?[A-Za-z][^\]\n]*)\])[ \t]+(.*)", re.DOTALL),  # RST: footnotes
    re.compile(rb"\.\. (\|[^|\n]+\|)[ \t]+(.*)", re.DOTALL),  # RST: substitutions
    re.compile(rb"(\([\w.:-]+\)=)[ \t]*()"),  # MyST: targets
    re.compile(rb"[^\n]*(\{#[\w.:-]+)[^\n}]*\}[ \t#]*()(?:\n|\Z)"),  # Markdown: ids of headings
)


class Given(NamedTuple):
    """A name, and what it stands for; empty: what follows."""

    name: bytes
    said: bytes
    at: Placed


def twice(roots: Sequence[Entry], made: Entry) -> Iterator[Placed]:
    """Names that are given more often than in any version, unless to one address."""
    before = [by_name(root) for root in roots]
    for name, found in by_name(made).items():
        most = max(len(row.get(name, ())) for row in before)
        meanings = {one.said for one in found}
        if len(found) > max(most, 1) and (len(meanings) > 1 or not meanings.pop()):
            yield from (one.at for one in found)


def apart(base: Entry | None, ours: Entry, theirs: Entry) -> Entry:
    """Theirs, where a label that both sides put above different blocks is not the one of ours."""
    known = {one.key for one in base.body} if base else set()
    mine, yours = (labelled(one) for one in (ours, theirs))
    other = {key for key in mine.keys() & yours.keys() - known if mine[key] != yours[key]}
    if not other:
        return theirs
    body = (
        one._replace(key=(*one.key, b"theirs")) if one.key in other else one for one in theirs.body
    )
    return theirs._replace(body=tuple(body))


def labelled(section: Entry) -> dict[Hashable, Hashable]:
    """The labels in a section, without those in its sections, and what each stands above."""
    found: dict[Hashable, Hashable] = {}
    waiting: list[Hashable] = []
    for one in section.body:
        if one.key[0] == "link":
            waiting.append(one.key)
            continue
        found |= dict.fromkeys(waiting, one.key)
        waiting = []
    return found | dict.fromkeys(waiting)


def by_name(root: Entry) -> dict[bytes, list[Given]]:
    found: dict[bytes, list[Given]] = {}
    for one in given(root):
        found.setdefault(one.name, []).append(one)
    return found


def given(root: Entry) -> Iterator[Given]:
    """All names of a text, in order."""
    for placed in walk(root):
        found = next((row for one in GIVEN if (row := one.match(placed.entry.head))), None)
        if found:
            name, said = (b" ".join(text.lower().split()) for text in found.groups())
            yield Given(name, said, placed)
