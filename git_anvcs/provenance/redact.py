"""Secrets taken out of a text before anything of it is kept.

Rules in the manner of gitleaks: a pattern, the words without which it cannot match (so that most
texts never meet a regular expression), a floor for the randomness of what was found. Placeholders,
UUIDs and object ids are not secrets. What is taken out becomes `[REDACTED:rule]`.
"""

from collections import Counter
from functools import cache
import math
import re
from typing import NamedTuple

from git_anvcs.provenance.redact_rules import BY_NAME, RULES, Rule


class Redacted(NamedTuple):
    """A text without its secrets, and how many of each kind were taken out."""

    text: str
    kinds: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


_PLACEHOLDER = re.compile(
    r"example|sample|dummy|placeholder|change_?-?me|your[_-]|redacted|x{4,}|\*{3,}|\.{3}|<[^>]*>"
    r"|\$\{|\{\{|^\{[A-Za-z_][\w.]*\}$|%\(|\$\(|^\$[A-Za-z_]|^%[A-Za-z_]+%$|0{8,}|1234567",
    re.IGNORECASE,
)
_FAKE_TOKEN = re.compile(r"EXAMPLE|x{6,}|X{6,}|\*{3,}|\.{3}|0{10,}")
_ID = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-f]{40}|[0-9a-f]{64}"
    r"|sha(?:256|512|1)[:-].*"
)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_./:-]*|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+|[0-9.:_-]+")

_TAKEN_OUT = re.compile(r"\[REDACTED:([a-z-]{1,40})\]")
_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

_HOME = re.compile(r"(?<![\w.~])(?:/home|/Users|[A-Za-z]:\\Users)[/\\][^/\\\s'\":;,)]+")


def redact(text: str) -> Redacted:
    """Take the secrets out of `text`; home directories lose their user's name (`~`), uncounted."""
    kinds: dict[str, int] = {}
    lowered = text.lower()
    for rule in RULES:
        if any(word in lowered for word in rule.words):
            text, count = _apply(rule, text)
            if count:
                kinds[rule.name] = count
    if "/home/" in lowered or "users" in lowered:
        text = _HOME.sub("~", text)
    return Redacted(text, kinds)


def told(text: str) -> dict[str, int]:
    """How many secrets of each kind were taken out of a text that `redact` has been through.

    A text may also have held such a placeholder before; only names of rules are counted.
    """
    found = Counter(_TAKEN_OUT.findall(text))
    return {rule.name: found[rule.name] for rule in RULES if found[rule.name]}


def _apply(rule: Rule, text: str) -> tuple[str, int]:
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        start, end = _secret(rule, match)
        if start < 0:
            return match[0]
        count += 1
        before, after = match.start(), match.end()
        return f"{text[before:start]}[REDACTED:{rule.name}]{text[end:after]}"

    return _compiled(rule.pattern).sub(replace, text), count


def _secret(rule: Rule, match: re.Match[str]) -> tuple[int, int]:
    """Where in the text the secret of a hit stands; (-1, -1) when it is none."""
    if rule.name == BY_NAME:
        group: int | str = "quoted" if match["quote"] else "bare"
        real = _looks_secret(match[group], quoted=bool(match["quote"]))
    else:
        group = 1 if match.re.groups else 0
        found = match[group]
        real = not _FAKE_TOKEN.search(found) and entropy(found) >= rule.bits
        if rule.name == "url-password":
            real = not _PLACEHOLDER.search(found) and not found.startswith("[REDACTED")
    return match.span(group) if real else (-1, -1)


def _looks_secret(value: str, *, quoted: bool) -> bool:
    """Whether what is assigned to a telling name is a secret rather than code, a word or an id."""
    if value.startswith("[REDACTED") or _PLACEHOLDER.search(value) or _ID.fullmatch(value):
        return False
    if quoted and " " in value:
        return False
    if _IDENTIFIER.fullmatch(value):
        return _is_jumbled(value)
    letters = any(c.isalpha() for c in value)
    others = sum(not c.isalpha() for c in value)
    return letters and others > 0 and entropy(value) >= (2.5 if quoted else 3.0)


def _is_jumbled(name: str) -> bool:
    """Whether letters change their case as no writer of camelCase does: `ujOeHwdFcAefAZ`."""
    humps = _HUMP.findall(name)
    return name.isalpha() and len(name) >= 12 and len(humps) >= 5 and len(name) < 3 * len(humps)


def entropy(value: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
