"""Whether others may use a definition, and whether a change of its head can break them."""

from collections.abc import Iterator
import re
from typing import TYPE_CHECKING

from git_anvcs.merge.code.identity import unwrapped
from git_anvcs.merge.code.paths import COMMENTS
from git_anvcs.merge.code.source import Source
from git_anvcs.merge.profile import Profile

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node

RESULTS = ("return_type", "result", "type")
OPTIONAL = re.compile(r"=|\?\s*:|^\*|\.\.\.")
NAME = re.compile(r"[\w*$]+")


def is_public(profile: Profile, label: str, head: bytes, *, member: bool) -> bool:
    """By the profile; head: all that stands in front of the body."""
    rule = profile.public
    if says_nothing(profile, label):
        return True
    text = head.decode("utf-8", "replace")
    if member and rule.member:
        return re.search(rule.member, text) is not None
    if rule.name:
        return re.match(rule.name, label.rpartition(" ")[2]) is not None
    return bool(rule.head) and re.search(rule.head, text) is not None


def says_nothing(profile: Profile, label: str) -> bool:
    """Whether it is only what holds what others use."""
    return label.split(" ", 1)[0] in profile.public.through


def breaks(old: tuple[Source, "Node"], new: tuple[Source, "Node"]) -> bool:
    """Whether calls of the old definition may not fit the new one.

    They fit when the result is the same, and what is new in the parameters is optional and last.
    """
    if results(*old) != results(*new):
        return True
    before, after = list(parameters(*old)), list(parameters(*new))
    if any(one != two for one, two in zip(before, after, strict=False)):
        return True
    return len(after) < len(before) or any(not free for _name, free in after[len(before) :])


def results(source: Source, node: "Node") -> list[str]:
    """The types of the result; of a language that does not check types they bind nobody."""
    if not source.profile.braces:
        return []
    inner, _marks = unwrapped(source, node)
    found = (inner.child_by_field_name(name) for name in RESULTS)
    return ["".join(said(source, one).split()) for one in found if one is not None]


def parameters(source: Source, node: "Node") -> Iterator[tuple[str, bool]]:
    """Each parameter as it binds a caller, and whether it may be left out."""
    inner, _marks = unwrapped(source, node)
    found = inner.child_by_field_name("parameters")
    for one in found.named_children if found is not None else ():
        if one.type in COMMENTS:
            continue
        text = said(source, one)
        free = OPTIONAL.search(text) is not None
        name = NAME.match(text)
        bare = name[0] if name and not source.profile.braces else "".join(text.split())
        yield bare, free


def said(source: Source, node: "Node") -> str:
    return source.of(node).decode("utf-8", "replace")
