"""Merge YAML by key, in source form: quoting, folding, anchors and comments stay as typed."""

from collections import Counter
from collections.abc import Iterator, Sequence

from git_anvcs.merge import checks, lines
from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.data import coded, mixed, three_way, yaml_text
from git_anvcs.merge.data.coded import Table
from git_anvcs.merge.data.json_text import BOM
from git_anvcs.merge.data.node import Node, Numbers
from git_anvcs.merge.data.whole import Texts, around, finished
from git_anvcs.merge.data.write import Segment, Unplaced
from git_anvcs.merge.data.yaml_text import Stream
from git_anvcs.merge.locks import check
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Resolution, Versions


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version is no plain YAML or a conflict has no lines."""
    if not any(version.startswith(BOM) for version in versions):
        return without_mark(versions, options)
    if not all(version.startswith(BOM) for version in versions if version):
        raise NotUnderstood("a byte order mark in some versions only")
    merged = without_mark(Versions(*(one.removeprefix(BOM) for one in versions)), options)
    if any(one.line == 1 for one in merged.conflicts):
        raise NotUnderstood("a conflict on the line of the byte order mark")
    return merged._replace(text=BOM + merged.text)


def without_mark(versions: Versions, options: Options) -> Merged:
    texts = Texts.of(versions)
    numbers: Numbers = {}
    base, ours, theirs = read(texts, numbers, noted=False)
    if of_items(base, ours, theirs):
        base, ours, theirs = read(texts, numbers, noted=True)
    roots = [one.root if one else None for one in (base, ours, theirs)]
    if len({root.value == yaml_text.STREAM for root in roots if root}) > 1:
        raise NotUnderstood("one document here, several there")
    resolved: list[Resolution] = []
    job = three_way.Job(options.path, options.rules, block_text, resolved)
    try:
        body = three_way.root(job, roots[0], ours.root, theirs.root)
    except Unplaced as problem:
        raise NotUnderstood(str(problem)) from problem
    segments = [
        Segment(around(base.head if base else b"", ours.head, theirs.head)),
        *body,
        Segment(around(base.tail if base else b"", ours.tail, theirs.tail)),
    ]
    merged = finished(without_first_line_end(segments), texts, options, resolved)
    if not all(map(bytes.strip, checks.sides(merged, options))):
        raise NotUnderstood("one side of the conflicts is no document")
    return merged


def read(texts: Texts, numbers: Numbers, *, noted: bool) -> tuple[Stream | None, Stream, Stream]:
    """The three versions; no base where it is empty."""

    def stream(text: bytes) -> Stream:
        return yaml_text.parse(b"\n" + text, numbers, noted=noted)

    base = stream(texts.base) if texts.base.strip() else None
    return base, stream(texts.ours), stream(texts.theirs)


def of_items(base: Stream | None, ours: Stream, theirs: Stream) -> bool:
    """Whether the comments at the top are each of the item below them, not of the file.

    A comment of the file stays at the top whatever item comes first; one of an item stands above it
    elsewhere as well, or went with it.
    """
    streams = [one for one in (base, ours, theirs) if one]
    notes: dict[bytes, str] = {}
    if any(notes.setdefault(note, key) != key for note, key in map(top, streams) if note):
        return False
    before = top(base) if base else (b"", "")
    return any(
        one.key == key and yaml_text.note_above(one.lead.rstrip()).split() == note.split()
        for note, key in notes.items()
        for stream in streams
        for one in stream.root.items[1:]
    ) or any(before[1] not in keys(side) for side in (ours, theirs) if before[0])


def top(stream: Stream) -> tuple[bytes, str]:
    """What stands right above the first item, and the item's key."""
    note = yaml_text.note_above(stream.head)
    first = stream.root.items[:1]
    return b" ".join(note.split()), first[0].key if first else ""


def keys(stream: Stream) -> set[str]:
    return {one.key for one in stream.root.items}


def without_first_line_end(segments: list[Segment]) -> list[Segment]:
    """Take back the line end that was put before the text for the parser."""
    for index, segment in enumerate(segments):
        if segment.ours or segment.kind:
            if segment.kind or not segment.ours.startswith(b"\n"):
                break
            return [Segment(segment.ours[1:]), *segments[index + 1 :]]
    raise NotUnderstood("a conflict before the first line")


def block_text(base: Node, ours: Node, theirs: Node) -> bytes | None:
    """Block scalars (`|`, `>`) with one header and indentation merge by lines."""
    rows = [node.text.split(b"\n") for node in (base, ours, theirs)]
    if {node.style for node in (base, ours, theirs)} != {"block"}:
        return None
    if len({row[0] for row in rows}) > 1 or len({indent(row) for row in rows}) > 1:
        return None
    merged = lines.merge(Versions(*(b"\n".join([*row, b""]) for row in rows)), Options())
    return None if merged.conflicts else merged.text.removesuffix(b"\n")


def indent(rows: list[bytes]) -> int:
    first = next((row for row in rows[1:] if row.strip()), b"")
    return len(first) - len(first.lstrip(b" "))


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Broken syntax, a key twice, an alias without its anchor, an anchor defined anew, values that
    no side meant."""
    numbers: Numbers = {}
    try:
        read = [parsed(one, numbers) if one.strip() else None for one in versions]
    except NotUnderstood:
        return []
    before = [one for one in read if one]
    try:
        made = parsed(text, numbers)
    except NotUnderstood as problem:
        line = str(problem).rpartition(" line ")[2]
        at = int(line) if line.isdecimal() else 0
        kind = "duplicate" if "twice" in str(problem) else "syntax"
        return [Flaw(kind, str(problem), at, at)]
    if loose(made) > max(map(loose, before)):
        return [Flaw("anchor", "an alias without its anchor")]
    if doubled(made) > max(map(doubled, before)):
        return [Flaw("duplicate", "an anchor defined twice")]
    if rebound(before, made):
        return [Flaw("anchor", "an alias of another anchor than before")]
    found = check.flaws(options.path, versions, text) or twice(versions, text, options)
    return found or unmeant(read, made, options)


def twice(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Codes and identities that both sides gave away."""

    def read(one: bytes) -> Iterator[Table]:
        return coded.tables(parsed(one, {}).root, options, 0)

    return coded.flaws(versions, text, read)


def unmeant(read: Sequence[Stream | None], made: Stream, options: Options) -> list[Flaw]:
    """Values that both sides changed and that the text mixes."""
    base, ours, theirs = (one.root if one else None for one in read)
    if len({one.value == yaml_text.STREAM for one in (base, ours, theirs, made.root) if one}) > 1:
        return []
    found = mixed.flaws(options.path, options.rules, (base, ours, theirs), made.root)
    # One line end stands before the text for the parser.
    return [one._replace(first=one.first - 1, last=one.last - 1) for one in found]


def parsed(text: bytes, numbers: Numbers) -> Stream:
    return yaml_text.parse(b"\n" + text.removeprefix(BOM).replace(b"\r\n", b"\n"), numbers)


def loose(stream: Stream) -> int:
    """How many aliases stand before their anchor, or without one."""
    known: set[str] = set()
    count = 0
    for name in stream.names:
        if name.startswith("&"):
            known.add(name[1:])
        else:
            count += name[1:] not in known
    return count


def rebound(before: Sequence[Stream], made: Stream) -> bool:
    """Whether an anchor that stands several times may lead an alias elsewhere than its side has
    it: both sides changed which of them come when, and the result is as neither."""
    twice = {name for name, count in Counter(made.anchors).items() if count > 1}
    for name in twice:
        rows = [[one for one in side.names if one[1:] == name] for side in (*before, made)]
        *sides, now = rows
        if now not in sides and len(sides) == 3 and sides[0] not in sides[1:]:
            return True
    return False


def doubled(stream: Stream) -> int:
    return len(stream.anchors) - len(set(stream.anchors))


def tokens(text: bytes) -> Tokens:
    """Every scalar as written with its keys, every word of a comment, anchors, documents."""
    counts: Tokens = Counter()
    if not text.strip():
        return counts
    stream = parsed(text, {})
    counts.update(("note", word) for word in (stream.head + stream.tail).split())
    counts.update(("anchor", name) for name in stream.anchors)
    todo = [("", "", stream.root)]
    while todo:
        above, key, node = todo.pop()
        if node.kind == "scalar" and node.style == "block":
            counts.update((above, key, "line", line.strip()) for line in node.text.split(b"\n"))
        elif node.kind == "scalar":
            counts[above, key, node.style, b" ".join(node.text.split())] += 1
        for item in node.items:
            counts[key, "key", item.key] += 1
            counts.update(("note", word) for word in item.notes)
            todo.append((key, item.key, item.value))
        counts.update(("note", word) for word in node.close.rstrip(b"]}").split())
    return counts
