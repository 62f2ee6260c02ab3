"""Merge TOML by table and key: comments, order and layout stay as they are in ours."""

from collections.abc import Sequence
import re

from git_anvcs.merge.checks import Flaw, Tokens
from git_anvcs.merge.data import mixed, union
from git_anvcs.merge.data.node import Numbers, of_plain
from git_anvcs.merge.entries import file
from git_anvcs.merge.entries.entry import Entry, walk
from git_anvcs.merge.locks import check
from git_anvcs.merge.result import Merged, Options, Rules, Versions
from git_anvcs.merge.toml import lock, value
from git_anvcs.merge.toml import text as toml_text
from git_anvcs.merge.toml.plain import loaded


def merge(versions: Versions, options: Options) -> Merged:
    """Raises NotUnderstood when a version cannot be read."""
    return file.merge(SYNTAX, versions, options)


def flaws(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """What stands twice, a locked package that is gone, what the standard library refuses."""
    found = file.flaws(SYNTAX, versions, text)
    if found or any(map(refused, versions)):
        return found
    if options.path.endswith(".lock"):
        known = {name for version in versions for name in lock.dangling(SYNTAX, version)}
        lacking = lock.dangling(SYNTAX, text).items()
        found = [Flaw("dangling", name, at[2], at[3]) for name, at in lacking if name not in known]
        if found:
            return found
    why = refused(text)
    if not why:
        found = check.flaws(options.path, versions, text) or file.twice(SYNTAX, versions, text)
        return found or unmeant(versions, text, options)
    line = re.search(r"at line (\d+)", why)
    at = int(line[1]) if line else 0
    return [Flaw("duplicate" if "overwrite" in why else "syntax", why, at, at)]


def unmeant(versions: Versions, text: bytes, options: Options) -> list[Flaw]:
    """Values that both sides changed and that the text mixes; lock files have checks of their
    own."""
    if options.path.endswith(".lock"):
        return []
    numbers: Numbers = {}
    base, ours, theirs, made = (
        of_plain(loaded(one), numbers) if one.strip() else None for one in (*versions, text)
    )
    if made is None:
        return []
    found = mixed.flaws(options.path, options.rules, (base, ours, theirs), made)
    return [placed(one, text) for one in found]


def placed(flaw: Flaw, text: bytes) -> Flaw:
    """The same with the lines of the innermost entry around it."""
    map_only = -1 if flaw.kind == "one-of" else None
    wanted = [name for name in flaw.where.split(".") if name != "*"][:map_only]
    deepest, first, last = 0, 0, 0
    for one in walk(file.parsed(SYNTAX, text)):
        parts = [key[1] for key in (*one.path, one.entry.key) if key[0] != "item"]
        names = [name.decode() for part in parts if isinstance(part, tuple) for name in part]
        if wanted[: len(names)] == names and len(names) > deepest:
            deepest, first, last = len(names), one.first, one.last
    return flaw._replace(first=first, last=last)


def refused(text: bytes) -> str:
    """Why tomllib does not read the text; nothing when it does."""
    try:
        loaded(text)
    except (ValueError, RecursionError) as problem:
        return str(problem) or "does not parse"
    return ""


def tokens(text: bytes) -> Tokens:
    return file.tokens(SYNTAX, text)


def differing(texts: Sequence[bytes]) -> list[Tokens]:
    return file.differing(SYNTAX, texts)


def open_table(ours: Entry, _theirs: Entry) -> bool:
    """Whether a table holds names that have nothing to do with each other, by its own name."""
    names = ours.key[1] if ours.key[0] == "table" else ()
    where = [one.decode() for one in names] if isinstance(names, tuple) else []
    return union.sound(where, Rules())


SYNTAX = file.Syntax(toml_text.parse, value.leaf, clash=value.clash, union=open_table)
