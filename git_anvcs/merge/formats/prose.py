"""Merge Markdown and reStructuredText: sections by heading, in them block by block.

Both sides may add items to a list, rows to a table, link definitions, sections. Two paragraphs at
one place, or edits of one that are not clearly apart, are a conflict. What stands between `---` or
`+++` above a Markdown text is merged by the format that it is in.
"""

from collections.abc import Callable, Sequence
import re
from typing import Protocol, runtime_checkable

from git_anvcs.merge import lines
from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import Entry
from git_anvcs.merge.prose import headings, numbers, policy
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Versions

FRONT = re.compile(
    rb"(?:\xef\xbb\xbf)?(---|\+\+\+)[ \t]*\r?\n(.*?\n)??\1[ \t]*\r?(?:\n|\Z)", re.DOTALL
)
DATA = {b"---": "yaml", b"+++": "toml"}
Load = Callable[[str], object]


@runtime_checkable
class Data(Protocol):
    """The format of what stands above a text."""

    def merge(self, versions: Versions, options: Options) -> Merged: ...

    def flaws(self, versions: Versions, text: bytes, options: Options) -> list[Flaw]: ...


def exclusive(ours: Sequence[Entry], theirs: Sequence[Entry]) -> bool:
    """All but items of lists without numbers, rows, link definitions and sections."""
    return policy.one_sort([*ours, *theirs]) not in ("item", "row", "link", "heading")


class Prose:
    """One of the two as a format.

    dialect: of its headings
    load: gives the format of what stands above the text; raises NotUnderstood
    """

    def __init__(self, dialect: headings.Dialect, load: Load) -> None:
        self.load = load
        self.front = dialect.marked
        # CommonMark takes the first number of a list and counts on; docutils refuses others. What
        # was in sequence must stay so in both.
        self.ignored = ("number",) if dialect.marked else ()
        self.syntax = file.Syntax(
            lambda text: headings.parse(text, dialect),
            policy.leaf,
            kin=policy.kin,
            exclusive=exclusive,
            conform=policy.conform,
            order_counts=True,
            finish=numbers.finish,
            said=policy.said,
            repeats=policy.REPEATS,
        )

    def merge(self, versions: Versions, options: Options) -> Merged:
        """Raises NotUnderstood for mixed line ends, or where not all versions have data above."""
        parts = [self.parted(text) for text in versions]
        above, below = (Versions(*row) for row in zip(*parts, strict=True))
        body = file.merge(self.syntax, below, options)
        wrong = [] if body.conflicts else policy.flaws(self.syntax, below, body.text)
        if any(one.kind == "number" for one in wrong):
            raise NotUnderstood("the numbers of a list would not be in sequence")
        if not any(above):
            return body
        data = self.merged_front(above, options)
        down = data.text.count(b"\n")
        moved = tuple(one._replace(line=one.line + down) for one in body.conflicts)
        return Merged(
            data.text + body.text,
            (*data.conflicts, *moved),
            (*data.resolutions, *body.resolutions),
        )

    def parted(self, text: bytes) -> tuple[bytes, bytes]:
        """The data above a text with its frame, and the text."""
        found = FRONT.match(text) if self.front else None
        return (found[0], text[found.end() :]) if found else (b"", text)

    def merged_front(self, above: Versions, options: Options) -> Merged:
        """The data of three versions in one frame."""
        if above.theirs in (above.base, above.ours):
            return Merged(above.ours)
        if above.ours == above.base:
            return Merged(above.theirs)
        found = [FRONT.match(text) for text in above]
        frames = {one[1] for one in found if one}
        if not (found[1] and found[2] and len(frames) == 1):
            raise NotUnderstood("data above the text in one version only")
        name = DATA[found[1][1]]
        inner = Versions(*(one[2] or b"" if one else b"" for one in found))
        form = self.load(name)
        if not isinstance(form, Data):
            raise NotUnderstood("no format for the data above the text")
        try:
            made = form.merge(inner, options._replace(path=f"front.{name}"))
        except NotUnderstood:
            made = lines.merge(inner, options)
        first = found[1].start(2) if found[1][2] else found[1].start() + len(found[1][1]) + 1
        head, tail = above.ours[:first], above.ours[first + len(found[1][2] or b"") :]
        moved = tuple(one._replace(line=one.line + 1) for one in made.conflicts)
        return Merged(head + made.text + tail, moved, made.resolutions)

    def flaws(self, versions: Versions, text: bytes, options: Options) -> list[Flaw]:
        """What is wrong with the data above, or with headings, links, rows and numbers."""
        rows = [self.parted(one) for one in (*versions, text)]
        down = rows[3][0].count(b"\n")
        below = Versions(*(row[1] for row in rows[:3]))
        found = [
            one._replace(first=one.first + down, last=one.last + down) if one.first else one
            for one in policy.flaws(self.syntax, below, rows[3][1], self.ignored)
        ]
        fronts = [FRONT.match(row[0]) for row in rows]
        if not fronts[3] or not (fronts[1] and fronts[2]):
            return found
        name = DATA[fronts[3][1]]
        inner = [one[2] or b"" if one else b"" for one in fronts]
        form = self.load(name)
        if not isinstance(form, Data):
            return found
        wrong = form.flaws(Versions(*inner[:3]), inner[3], options._replace(path=f"front.{name}"))
        return found + [
            one._replace(first=one.first + 1, last=one.last + 1) if one.first else one
            for one in wrong
        ]

    def settled(self, versions: Versions, texts: Sequence[bytes], _options: Options) -> list[Flaw]:
        """Blocks below the data that stand more often than both sides' changes explain."""
        base, ours, theirs, *made = (self.parted(one) for one in (*versions, *texts))
        down = made[0][0].count(b"\n")
        below = [one[1] for one in made]
        found = policy.settled(
            self.syntax, Versions(base[1], ours[1], theirs[1]), below, anywhere=True
        )
        return [one._replace(first=one.first + down, last=one.last + down) for one in found]

    def tokens(self, text: bytes) -> Tokens:
        """Every word."""
        return policy.tokens(text)
