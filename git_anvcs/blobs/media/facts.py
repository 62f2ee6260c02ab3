"""Facts of a file: names with values in a fixed order, and how two files' facts differ."""

from collections.abc import Mapping
from typing import NamedTuple

from git_anvcs.kernel.errors import AnvcsError

Value = str | int | float | bool
Facts = dict[str, Value]

MOST = 2000  # facts of one file; the rest is counted
LONGEST = 200  # characters of a text
LONGEST_NUMBER = 128  # bits


class Unreadable(AnvcsError):
    """The file is not what its name or its first bytes say, or too much of it."""


class Change(NamedTuple):
    """A fact that differs; None where one of the files has it not."""

    name: str
    before: Value | None
    after: Value | None


def changes(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Change]:
    """The facts that differ, in the order of the newer file, what it has no more at the end."""
    names = [*after, *(name for name in before if name not in after)]
    found = (Change(name, before.get(name), after.get(name)) for name in names)
    return [one for one in found if not _same(one.before, one.after)]


def bounded(facts: Mapping[str, Value]) -> Facts:
    """No more facts, and no longer ones, than somebody could read; in one line each."""
    kept = {line(name): _clipped(value) for name, value in list(facts.items())[:MOST]}
    if len(facts) > MOST:
        kept["facts left out"] = len(facts) - MOST
    return kept


def text(facts: Mapping[str, Value]) -> str:
    """A line for each fact."""
    return "".join(f"{name}: {shown(value)}\n" for name, value in facts.items())


def shown(value: Value) -> str:
    """A value as it is written for a person."""
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def line(words: str) -> str:
    """One line that a terminal can be given, whatever the file held."""
    clean = "".join(sign if sign.isprintable() else "\ufffd" for sign in words[: LONGEST + 1])
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]}…"


def _clipped(value: Value) -> Value:
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return "more than can be counted"
    return line(value) if isinstance(value, str) else value


def _same(before: Value | None, after: Value | None) -> bool:
    return type(before) is type(after) and before == after
