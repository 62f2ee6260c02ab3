"""Merge JSON and JSONC by key: equal values by meaning, bytes as they stand in ours."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
import json
from typing import NamedTuple

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.data import coded, json_text, mixed, three_way
from git_anvcs.merge.data.coded import Table
from git_anvcs.merge.data.json_text import Document
from git_anvcs.merge.data.node import Node, Numbers
from git_anvcs.merge.data.whole import Texts, around, finished
from git_anvcs.merge.data.write import Segment, Unplaced
from git_anvcs.merge.locks import check
from git_anvcs.merge.result import Merged, NotUnderstood, Options, Resolution, Versions


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version is not JSON or a conflict has no lines of its own."""
    texts = Texts.of(versions)
    _numbers, (ours, theirs, *before) = documents(tuple(there(texts[:3])))
    base = before[0] if before else None
    resolved: list[Resolution] = []
    job = three_way.Job(options.path, options.rules, no_text, resolved)
    try:
        body = three_way.root(job, base.root if base else None, ours.root, theirs.root)
    except Unplaced as problem:
        raise NotUnderstood(str(problem)) from problem
    segments = [
        Segment(around(base.head if base else b"", ours.head, theirs.head)),
        *body,
        Segment(around(base.tail if base else b"", ours.tail, theirs.tail)),
    ]
    return finished(segments, texts, options, resolved)


def no_text(_base: Node, _ours: Node, _theirs: Node) -> bytes | None:
    """JSON has no scalars of several lines."""
    return None


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Broken syntax, a key twice, a trailing comma that no version had, values that no side meant;
    in a lock file packages that nobody locked together."""
    if json_text.strict(text):
        found = check.flaws(options.path, versions, text) or twice(versions, text, options)
        return found or unmeant(versions, text, options)
    try:
        parsed = [parsed_or_empty(version) for version in versions]
    except NotUnderstood:
        return []
    try:
        json_text.parse(text, {})
    except NotUnderstood as problem:
        kind = "duplicate" if "twice" in str(problem) else "syntax"
        line = int(str(problem).rpartition(" ")[2])
        return [Flaw(kind, str(problem), line, line)]
    if all(json_text.strict(version) for version, one in zip(versions, parsed, strict=True) if one):
        return [Flaw("syntax", "a comment or a trailing comma in strict JSON")]
    return twice(versions, text, options) or unmeant(versions, text, options)


def twice(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Codes and identities that both sides gave away."""

    def read(one: bytes) -> Iterator[Table]:
        return coded.tables(json_text.parse(one, {}).root, options, 1)

    return coded.flaws(versions, text, read)


def unmeant(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Values that both sides changed and that the text mixes."""
    try:
        before_it = tuple(there(versions))
        numbers, read = documents(before_it)
        [result] = json_text.parse_all([text], numbers, later=all(map(json_text.strict, before_it)))
    except NotUnderstood:
        return []
    made, ours, theirs, *before = (one.root for one in (result, *read))
    base = before[0] if before else None
    return mixed.flaws(options.path, options.rules, (base, ours, theirs), made)


@lru_cache(maxsize=1)  # the merge and its checks read the same versions
def documents(texts: tuple[bytes, ...]) -> tuple[Numbers, list[Document]]:
    """Versions that are compared. Raises NotUnderstood."""
    numbers: Numbers = {}
    return numbers, json_text.parse_all(texts, numbers)


def there(versions: Sequence[bytes]) -> list[bytes]:
    """Ours, theirs and the base, where there is one."""
    base, ours, theirs = versions
    return [ours, theirs, base] if base.strip() else [ours, theirs]


def parsed_or_empty(text: bytes) -> Document | None:
    return json_text.parse(text, {}) if text.strip() else None


def tokens(text: bytes) -> Tokens:
    """Every scalar with its keys, every key, every word of a comment."""
    return differing([text])[0]


def differing(texts: Sequence[bytes]) -> list[Tokens]:
    """The same of several texts, without what all of them have at one place."""
    try:
        values = [loaded(text) if text.strip() else ABSENT for text in texts]
    except (ValueError, RecursionError):
        return [
            commented_tokens(json_text.parse(text, {})) if text.strip() else Counter()
            for text in texts
        ]
    counts: list[Tokens] = [Counter() for _text in texts]
    todo: list[tuple[str, str, list[object]]] = [("", "", values)]
    while todo:
        above, key, row = todo.pop()
        if len(row) > 1 and all(one == row[0] for one in row):
            continue
        if all(isinstance(one, dict) for one in row):
            maps = [one for one in row if isinstance(one, dict)]
            for name in dict.fromkeys(name for one in maps for name in one):
                inner = [one.get(name, ABSENT) for one in maps]
                todo.append((key, name, inner))
                for count, one in zip(counts, inner, strict=True):
                    count.update([(key, "key", name)] * (one is not ABSENT))
            continue
        for count, one in zip(counts, row, strict=True):
            counted(count, above, key, one)
    return counts


ABSENT = object()


def loaded(text: bytes) -> object:
    return json.loads(
        text.removeprefix(json_text.BOM),
        parse_int=Number,
        parse_float=Number,
        parse_constant=json_text.refused,
    )


def counted(counts: Tokens, above: str, key: str, value: object) -> None:
    """Count all that is in a value."""
    todo = [(above, key, value)]
    while todo:
        above, key, value = todo.pop()
        if isinstance(value, dict):
            counts.update((key, "key", name) for name in value)
            todo += [(key, name, inner) for name, inner in value.items()]
        elif isinstance(value, list):
            todo += [(key, "", inner) for inner in value]
        elif isinstance(value, str):
            counts[above, key, "s", value] += 1
        elif isinstance(value, Number):
            counts[above, key, "n", value.literal] += 1
        elif value is not ABSENT:
            counts[above, key, "w", WORDS[value is None, value is True]] += 1


class Number(NamedTuple):
    """A number as it is written."""

    literal: str


WORDS = {(True, False): "null", (False, True): "true", (False, False): "false"}


def commented_tokens(document: Document) -> Tokens:
    """The same for a text that only our own parser reads."""
    counts: Tokens = Counter()
    counts.update(("note", word) for word in (document.head + document.tail).split())
    todo = [("", "", document.root)]
    while todo:
        above, key, node = todo.pop()
        if node.kind == "scalar":
            counts[above, key, node.style, node.value] += 1
        for item in node.items:
            counts.update([(key, "key", item.key)] if node.kind == "map" else [])
            counts.update(("note", word) for word in item.notes)
            todo.append((key, item.key, item.value))
        counts.update(("note", word) for word in node.close[:-1].split())
    return counts
