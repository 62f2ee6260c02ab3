r"""The filter language of `log` and `graph`: `agent:claude*,tests:failed,!lane:main`.

Pure. Every term must hold; a term is `[!]key:value[|value…]`, a value may be a glob or quoted
("…" with \" and \\). docs/reference/filters.md is the reference.
"""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
import re
from typing import NamedTuple

from git_anvcs.kernel.errors import UsageError
from git_anvcs.provenance import summary
from git_anvcs.provenance.record import Record

TESTS = (summary.PASSED, summary.FAILED, summary.STALE, summary.UNKNOWN)
CLASSES = (summary.AGENT, "human", "untracked")

_VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",|]+)', re.DOTALL)


class Term(NamedTuple):
    """One condition: any of `values`; with `negated`, none of them."""

    key: str
    values: tuple[str, ...]
    negated: bool = False


class Filter(NamedTuple):
    """All conditions; the ones about paths are for Git (`pathspecs`), the others for `admits`."""

    terms: tuple[Term, ...] = ()
    paths: tuple[str, ...] = ()

    def admits(self, record: Record | None) -> bool:
        """Whether a commit with this record (or without one) is wanted."""
        return all(_holds(term, record) for term in self.terms)

    @property
    def pathspecs(self) -> list[str]:
        """The wanted paths from the top of the repository, as Git takes them (gitglossary(7))."""
        kinds = ("top,glob" if re.search(r"[*?\[]", path) else "top,literal" for path in self.paths)
        return [f":({kind}){path}" for kind, path in zip(kinds, self.paths, strict=True)]


def parse(*texts: str) -> Filter:
    """The filter that all `texts` together mean. Raises UsageError that points at the place."""
    terms = [term for text in texts for term in _terms(text)]
    paths = [term for term in terms if term.key == "path"]
    if len(paths) > 1:
        raise UsageError(
            "a filter takes one path: term", hint="several paths are written path:this|that"
        )
    others = tuple(term for term in terms if term.key != "path")
    return Filter(others, paths[0].values if paths else ())


def _terms(text: str) -> list[Term]:
    terms, at = [], 0
    while True:
        term, at = _term(text, at)
        terms.append(term)
        if at == len(text):
            return terms
        at += 1  # the comma


def _term(text: str, start: int) -> tuple[Term, int]:
    """The term that begins at `start`, and where it ends: at a comma or the text's end."""
    negated = text.startswith("!", start)
    begin = start + negated
    found = re.compile(r"[^:,|\"]*").match(text, begin)
    key = found.group() if found else ""
    colon = begin + len(key)
    if not text.startswith(":", colon):
        raise _wrong(text, begin, max(len(key), 1), "a term is key:value", _keys_hint())
    if key not in _KEYS:
        raise _wrong(text, begin, max(len(key), 1), f"there is no key {key!r}", _keys_hint(key))
    if key == "path" and negated:
        raise _wrong(text, start, 1, "path: cannot be negated", "git log -- ':!PATH' can")
    values, at = [], colon
    while at == colon or text.startswith("|", at):
        value, after = _value(text, at + 1, key)
        allowed = _KEYS[key].allowed
        if allowed and value not in allowed:
            hint = f"it is one of {', '.join(allowed)}"
            raise _wrong(text, at + 1, after - at - 1, f"{key}: is never {value!r}", hint)
        values.append(value)
        at = after
    if at < len(text) and text[at] != ",":
        raise _wrong(text, at, 1, "a comma or | belongs here", 'values with , | or " are quoted')
    return Term(key, tuple(values), negated), at


def _value(text: str, at: int, key: str) -> tuple[str, int]:
    found = _VALUE.match(text, at)
    if found is None:
        if text.startswith('"', at):
            raise _wrong(text, at, len(text) - at, "the quote is not closed", "")
        raise _wrong(text, at, 1, f"{key}: needs a value", f"such as {key}:{_KEYS[key].example}")
    if found[1] is not None:
        return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL), found.end()
    return found[2], found.end()


def _wrong(text: str, at: int, size: int, problem: str, hint: str) -> UsageError:
    """The problem, and the filter with the place underlined."""
    mark = " " * at + "^" * size
    return UsageError(f"--filter: {problem} (column {at + 1})\n  {text}\n  {mark}", hint=hint)


def _keys_hint(key: str = "") -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, _KEYS, n=1)
    listed = f"the keys are {', '.join(_KEYS)}"
    return f"did you mean {near[0]}? {listed}" if near else listed


def _holds(term: Term, record: Record | None) -> bool:
    said = _KEYS[term.key].said(record)
    hit = any(_matches(value, text) for value in term.values for text in said)
    return hit != term.negated


def _matches(pattern: str, text: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold())


class _Key(NamedTuple):
    """said: the texts of a record that a value may match; allowed: the only values, if few."""

    said: Callable[[Record | None], tuple[str, ...]]
    example: str
    allowed: tuple[str, ...] = ()


def _agents(record: Record | None) -> tuple[str, ...]:
    found = summary.who(record)
    if found.kind != summary.AGENT or record is None:
        return (found.kind,)
    return (found.agent, record.agent_id, *(who.agent for who in _sessions(record)))


def _models(record: Record | None) -> tuple[str, ...]:
    if record is None:
        return ()
    named = [record.model, *(who.model for who in _sessions(record))]
    return tuple(text for model in named if model for text in (model, summary.short_model(model)))


def _session_ids(record: Record | None) -> tuple[str, ...]:
    if record is None:
        return ()
    keys = record.mapping("sessions")
    idents = (who.session for who in (summary.who(record), *_sessions(record)))
    return tuple(text for text in (*keys, *idents) if text)


def _sessions(record: Record) -> list[summary.Who]:
    return [summary.who_of_key(record, key) for key in record.mapping("sessions")]


_KEYS: Mapping[str, _Key] = {
    "agent": _Key(_agents, "claude"),
    "model": _Key(_models, "claude-*"),
    "session": _Key(_session_ids, "8f21"),
    "class": _Key(lambda record: (summary.who(record).kind,), "human", CLASSES),
    "tests": _Key(lambda record: (summary.tests(record),), "failed", TESTS),
    "lane": _Key(lambda record: (summary.lane(record),), "main"),
    "path": _Key(lambda _: (), "src/**"),
}
