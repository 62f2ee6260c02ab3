"""Lists that are numbered one by one: their numbers are no text, the merged list gets its own.

While such a list is merged, a mark stands for each number: an item is the same one whatever its
number, and what one side adds does not edit all items below. Lists with one number throughout, or
out of sequence in some version, keep their numbers.
"""

from collections.abc import Callable, Iterator, Sequence
import re
from typing import NamedTuple

from git_anvcs.merge.entries.entry import Entry, Placed, walk
from git_anvcs.merge.entries.three_way import Part
from git_anvcs.merge.result import NotUnderstood, Resolution, Versions

NUMBER = re.compile(rb"([ \t]*)(\d{1,9})([.)])[ \t]*")
# Begins, start of its list, signs of its number. No text that is merged holds NUL.
MARK = re.compile(rb"([ \t]*)\0(\d+)\0(\d*)\0([.)][ \t]*)")
MARKED_LINE = re.compile(MARK.pattern.removesuffix(b")") + rb"[^\n]*)", re.MULTILINE)
GOES_ON = 0  # the start of a list that continues the numbers of the one before
Trio = tuple[Entry | None, Entry, Entry]


class Count(NamedTuple):
    """What the items of a section have come to: the last number, the list it is in, if any."""

    last: int = 0
    sign: bytes = b""


def conform(base: Entry | None, ours: Entry, theirs: Entry) -> Trio:
    """The three versions of a section with marks for the numbers of the items in it."""
    before, mine, yours = (marked(one) if one else None for one in (base, ours, theirs))
    if mine is None or yours is None or (base and before is None):
        return base, ours, theirs
    return before, mine, yours


def marked(section: Entry) -> Entry | None:
    """None where the numbers are not in sequence."""
    starts = starts_of(section)
    if starts is None:
        return None
    body = zip(section.body, starts, strict=True)
    return section._replace(
        body=tuple(one if start is None else with_mark(one, start) for one, start in body)
    )


def starts_of(section: Entry) -> list[int | None] | None:
    """For each entry the number that its list begins with, None for other entries; nothing at all
    where a number is not the next one."""
    starts: list[int | None] = []
    count = Count()
    for one in section.body:
        found = NUMBER.match(one.head) if one.key[0] == "numbered" else None
        if not found:
            starts.append(None)
            count = count._replace(sign=b"")
            continue
        number = int(found[2])
        if count.sign == found[3] and number != count.last + 1:
            return None
        goes_on = number == count.last + 1 and number > 1
        starts.append(starts[-1] if count.sign == found[3] else GOES_ON if goes_on else number + 1)
        count = Count(number, found[3])
    return starts


def with_mark(entry: Entry, start: int) -> Entry:
    """Of an item of several lines the mark also says how wide its number was: they line up."""
    long = entry.section or b"\n" in entry.head

    def mark(found: re.Match[bytes]) -> bytes:
        width = b"%d" % len(found[2]) if long else b""
        end = found[0][found.end(2) - found.start() :]
        return b"%s\0%d\0%s\0%s" % (found[1], start, width, end)

    return entry._replace(head=NUMBER.sub(mark, entry.head, count=1))


def finish(
    parse: Callable[[bytes], Entry],
    parts: Sequence[Part],
    resolved: Sequence[Resolution],
    versions: Versions,
) -> tuple[list[Part], list[Resolution]]:
    """Parts and resolutions with numbers for marks; each side of a conflict has its own, what is
    quoted those of its version. Raises NotUnderstood where a mark is no item any more."""
    if not any(b"\0" in text for part in parts for text in part[:3]):
        return list(parts), list(resolved)
    sides = []
    for name in ("ours", "base", "theirs"):
        texts: list[bytes] = [getattr(part, name if part.kind else "ours") for part in parts]
        lines = with_numbers(parse, b"".join(texts).splitlines(keepends=True))
        sizes = [text.count(b"\n") for text in texts]
        sides.append([b"".join(next(lines) for _ in range(size)) for size in sizes])
    rows = zip(parts, *sides, strict=True)
    made = [part._replace(ours=o, base=b, theirs=t) for part, o, b, t in rows]
    return made, [quoted(one, versions) for one in resolved]


def quoted(one: Resolution, versions: Versions) -> Resolution:
    texts = zip(one[2:], (*versions, versions.ours), strict=True)
    return Resolution(one.rule, one.where, *(as_in(text, version) for text, version in texts))


def as_in(text: str, version: bytes) -> str:
    """A text with marks as the version has it; with the first number where it has no such line."""

    def number(found: re.Match[bytes]) -> bytes:
        begin, start, _width, rest = found.groups()
        line = re.search(rb"(?m)^%s\d+%s$" % (re.escape(begin), re.escape(rest)), version)
        return line[0] if line else begin + b"%d" % max(int(start) - 1, 1) + rest

    return MARKED_LINE.sub(number, text.encode()).decode() if "\0" in text else text


def with_numbers(parse: Callable[[bytes], Entry], lines: list[bytes]) -> Iterator[bytes]:
    """The lines of a text with numbers for marks."""
    marks = {at: found for at, line in enumerate(lines) if (found := MARK.match(line))}
    plain = [
        b"%s%d%s" % (marks[at][1], max(int(marks[at][2]) - 1, 1), line[marks[at].start(4) :])
        if at in marks
        else line
        for at, line in enumerate(lines)
    ]
    counts: list[Count] = []
    left = len(marks)
    for one in walk(parse(b"".join(plain))):
        depth = len(one.path)
        counts = [*counts[: depth + 1], *(Count() for _ in range(depth + 1 - len(counts)))]
        found = marks.get(one.first - 1)
        counts[depth] = counted(one.entry, counts[depth], found)
        if found:
            left -= 1
            plain[one.first - 1 : one.last] = renumbered(
                plain[one.first - 1 : one.last], found, b"%d" % counts[depth].last
            )
    if left:
        raise NotUnderstood("an item that would be none")
    return iter(plain)


def counted(entry: Entry, before: Count, mark: re.Match[bytes] | None) -> Count:
    """The count behind an entry."""
    found = NUMBER.match(entry.head) if entry.key[0] == "numbered" else None
    if not found:
        return before._replace(sign=b"")
    if not mark:
        return Count(int(found[2]), found[3])
    start = int(mark[2])
    goes_on = before.sign == found[3] or start == GOES_ON
    return Count(before.last + 1 if goes_on else start - 1, found[3])


def renumbered(lines: list[bytes], mark: re.Match[bytes], number: bytes) -> Iterator[bytes]:
    """An item with its number; the lines below move as far as its text does."""
    begin, _start, width, end = mark.groups()
    yield begin + number + end + mark.string[mark.end() :]
    more = len(number) - int(width or len(number))
    column = len(begin) + int(width or 0) + len(end)
    for line in lines[1:]:
        deep = line.startswith(b" " * column)
        yield line if not (more and deep) else b" " * max(more, 0) + line[max(-more, 0) :]


def disturbed(roots: Sequence[Entry], made: Entry) -> Iterator[Placed]:
    """Lists that are in sequence in all versions and not any more."""
    before = [{(*one.path, one.entry.key): one.entry for one in sections(root)} for root in roots]
    for one in sections(made):
        found = [
            row[*one.path, one.entry.key] for row in before if (*one.path, one.entry.key) in row
        ]
        if starts_of(one.entry) is None and found and None not in map(starts_of, found):
            yield one


def sections(root: Entry) -> Iterator[Placed]:
    yield Placed((), root, 1, 1 + root.text.count(b"\n"))
    yield from (one for one in walk(root) if one.entry.section)
