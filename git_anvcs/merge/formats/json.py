"""Merge JSON and JSONC by key: equal values by meaning, bytes as they stand in ours."""

from collections import Counter
from collections.abc import Iterator
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
    numbers: Numbers = {}
    empty = not texts.base.strip()
    base = None if empty else json_text.parse(texts.base, numbers)
    ours, theirs = (json_text.parse(text, numbers) for text in texts[1:3])
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
    if strict(text):
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
    if all(strict(version) for version, one in zip(versions, parsed, strict=True) if one):
        return [Flaw("syntax", "a comment or a trailing comma in strict JSON")]
    return twice(versions, text, options) or unmeant(versions, text, options)


def twice(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Codes and identities that both sides gave away."""

    def read(one: bytes) -> Iterator[Table]:
        return coded.tables(json_text.parse(one, {}).root, options, 1)

    return coded.flaws(versions, text, read)


def unmeant(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Values that both sides changed and that the text mixes."""
    numbers: Numbers = {}
    try:
        base, ours, theirs = (
            json_text.parse(one, numbers).root if one.strip() else None for one in versions
        )
    except NotUnderstood:
        return []
    made = json_text.parse(text, numbers).root
    return mixed.flaws(options.path, options.rules, (base, ours, theirs), made)


def strict(text: bytes) -> bool:
    """Whether the standard library reads it, each key of an object once."""
    try:
        json.loads(
            text.removeprefix(json_text.BOM), object_pairs_hook=distinct, parse_constant=refused
        )
    except (ValueError, RecursionError):
        return False
    return True


def distinct(pairs: list[tuple[str, object]]) -> None:
    if len({key for key, _value in pairs}) != len(pairs):
        raise ValueError("a key twice")


def parsed_or_empty(text: bytes) -> Document | None:
    return json_text.parse(text, {}) if text.strip() else None


def tokens(text: bytes) -> Tokens:
    """Every scalar with its keys, every key, every word of a comment."""
    counts: Tokens = Counter()
    if not text.strip():
        return counts
    try:
        value = json.loads(
            text.removeprefix(json_text.BOM),
            parse_int=Number,
            parse_float=Number,
            parse_constant=refused,
        )
    except (ValueError, RecursionError):
        return commented_tokens(json_text.parse(text, {}))
    todo: list[tuple[str, str, object]] = [("", "", value)]
    while todo:
        above, key, value = todo.pop()
        if isinstance(value, dict):
            counts.update((key, "key", name) for name in value)
            todo += [(key, name, inner) for name, inner in value.items()]
        elif isinstance(value, list):
            todo += [(key, "", inner) for inner in value]
        elif isinstance(value, str):
            counts[above, key, "s", value] += 1
        else:
            word = (
                value.literal if isinstance(value, Number) else WORDS[value is None, value is True]
            )
            counts[above, key, "n" if isinstance(value, Number) else "w", word] += 1
    return counts


class Number(NamedTuple):
    """A number as it is written."""

    literal: str


WORDS = {(True, False): "null", (False, True): "true", (False, False): "false"}


def refused(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


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
