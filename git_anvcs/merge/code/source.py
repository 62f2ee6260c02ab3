"""One version of a file: its bytes, where its rows start, its syntax tree."""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
import re
from typing import TYPE_CHECKING, NamedTuple

from git_anvcs.merge.code.paths import COMMENTS
from git_anvcs.merge.parse import parse, parser
from git_anvcs.merge.profile import Profile

if TYPE_CHECKING:
    from git_anvcs.merge.parse import Node


LAYOUT = b" \t\r\n\f\\"  # a backslash joins lines


class Source(NamedTuple):
    text: bytes
    starts: list[int]  # offset of each row; the last one is the end of the text
    root: "Node"
    profile: Profile
    split: frozenset[str] = frozenset()  # modules that are imported from by several statements

    def rows(self, first: int, end: int) -> bytes:
        """The lines from row `first` up to row `end`, not included."""
        return self.text[self.starts[first] : self.starts[end]]

    def blank(self, row: int) -> bool:
        """Whether the row is empty; one in the middle of a long comment is a row of that."""
        if self.rows(row, row + 1).strip():
            return False
        if not self.profile.braces:
            return True
        node = self.root.descendant_for_point_range((row, 0), (row, 0))
        return node is None or node.type not in COMMENTS or node.start_point.row == row

    def comment(self, row: int) -> bool:
        """Whether the row holds nothing but a comment."""
        line = self.rows(row, row + 1)
        if not line.lstrip().startswith(self.profile.comment):
            return False
        at = self.starts[row] + len(line) - len(line.lstrip())
        node = self.root.descendant_for_byte_range(at, at + 1)
        return node is not None and node.type in COMMENTS

    def indent(self, row: int) -> int:
        line = self.rows(row, row + 1)
        return len(line) - len(line.lstrip())

    def of(self, node: "Node") -> bytes:
        return self.text[node.start_byte : node.end_byte]


def read(profile: Profile, text: bytes, *, rough: bool = False) -> Source:
    """Parse `text`. Raises NotUnderstood when it has a syntax error.

    rough: not in a language whose code the grammar often cannot know (macros of C): what stands in
    an error is then a piece that nothing is known of
    """
    root = parsed(profile.grammar, text, rough and profile.rough)
    return Source(text, starts_of(text), root, profile)


def errors(source: Source) -> Counter[tuple[str, bytes]]:
    """What the grammar did not understand, and in what something is missing for it."""
    found: Counter[tuple[str, bytes]] = Counter()
    waiting = [source.root] if source.root.has_error else []
    while waiting:
        for child in waiting.pop().children:
            if child.is_error:
                found[child.type, source.of(child)] += 1
            elif child.is_missing and child.parent is not None:
                found[child.type, source.of(child.parent)] += 1
            elif child.has_error:
                waiting.append(child)
    return found


def beside_error(node: "Node") -> bool:
    """Whether a node is not understood as a whole, or something that may belong to it."""
    beside = (node.prev_sibling, node.next_sibling)
    return node.has_error or any(one is not None and one.is_error for one in beside)


# One merge reads three versions and its result as either side of its conflicts reads; the checks
# of both that and the line merge read them again.
@lru_cache(maxsize=5)
def parsed(grammar: str, text: bytes, rough: bool) -> "Node":
    return parser(grammar).parse(text).root_node if rough else parse(grammar, text)


@lru_cache(maxsize=5)
def starts_of(text: bytes) -> list[int]:
    """The offset of each row, and the end."""
    starts = [0, *(found.end() for found in re.finditer(b"\n", text))]
    return starts if starts[-1] == len(text) else [*starts, len(text)]


def tokens(source: Source, node: "Node") -> tuple[bytes, ...]:
    """The node without its layout: what must be equal for a change to be only reformatting.

    Depth of blocks counts (indentation is content), quotes of plain strings and commas before a
    closing bracket do not.
    """
    found: list[bytes] = []
    gather(source, node, 0, found)
    return tuple(found)


def gather(
    source: Source,
    node: "Node",
    depth: int,
    found: list[bytes],
    without: "Callable[[Node], bool] | None" = None,
) -> None:
    if without and without(node):
        return
    profile = source.profile
    if profile.spaces or node.has_error:
        found.append(source.of(node))
        return
    if node.type in profile.strings:
        found.append(plain_string(source.of(node)))
        return
    children = node.children
    if unparted(source, node, children):
        found.append(source.of(node))
        return
    block = node.type in profile.blocks
    for place, child in enumerate(children):
        if block and child.is_named:
            found.append(b"\n%d" % depth)
        if child.type == "," and loose_comma(profile, node, children[place + 1 :]):
            continue
        gather(source, child, depth + block, found, without)


def leaves(source: Source, start: int, end: int) -> tuple[bytes, ...]:
    """The tokens from `start` to `end`, where no node need begin or end."""
    if source.profile.spaces:
        return (source.text[start:end],)
    found: list[bytes] = []
    waiting = [source.root]
    while waiting:
        node = waiting.pop()
        if node.end_byte <= start or node.start_byte >= end:
            continue
        whole = start <= node.start_byte and node.end_byte <= end
        if whole and node.type in source.profile.strings:
            found.append(plain_string(source.of(node)))
        elif unparted(source, node, node.children):
            found.append(source.text[max(start, node.start_byte) : min(end, node.end_byte)])
        else:
            waiting += node.children[::-1]
    return tuple(found)


def unparted(source: Source, node: "Node", children: list["Node"]) -> bool:
    """Whether a node is a token: it has no parts, or text of its own between them, as comments."""
    at = node.start_byte
    for child in children:
        if source.text[at : child.start_byte].strip(LAYOUT):
            return True
        at = child.end_byte
    return not children or bool(source.text[at : node.end_byte].strip(LAYOUT))


def loose_comma(profile: Profile, node: "Node", rest: list["Node"]) -> bool:
    """A comma before the closing bracket that means nothing; in a tuple of one it does."""
    kinds = (profile.lists, profile.imports, profile.comma_blocks)
    if not any(node.type in one for one in kinds):
        return False
    if node.type.startswith("tuple") and node.named_child_count < 2:
        return False
    if rest and rest[0].type == ",":
        return False  # `[a,,]`: a hole in the array
    return not any(child.is_named and child.type not in COMMENTS for child in rest)


def plain_string(text: bytes) -> bytes:
    """A string with its quotes made alike where that changes nothing."""
    found = re.fullmatch(rb"(\w*)(['\"])([^'\"\n]*)\2", text)
    return found[1] + b'"' + found[3] + b'"' if found else text
