"""Files of the entry formats, written from one small model: sections with keys and values."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from hypothesis import strategies as st

from tests.support.choices import Choices, chosen

Model = Mapping[str, Mapping[str, int]]
Trio = tuple[list[Model], list[frozenset[str]]]


class Kind(NamedTuple):
    """A format under law.

    name: of its module; file: a file name that has it
    write: a text for a model; `notes` says which keys have a comment above them
    records: whether the keys of a section say together what one thing is
    """

    name: str
    file: str
    write: Callable[[Model, frozenset[str]], str]
    records: bool = False


def proto(model: Model, notes: frozenset[str]) -> str:
    rows = ['syntax = "proto3";', ""]
    for section, keys in model.items():
        rows += [f"message {section.title()} {{"]
        for key, value in keys.items():
            rows += [f"  // About {key}."] if key in notes else []
            kind = ("int32", "int64", "string")[value % 3]
            rows.append(f"  {kind} {key} = {NUMBERS.index(key) + 1};")
        rows += ["}", ""]
    return "\n".join(rows)


def gomod(model: Model, notes: frozenset[str]) -> str:
    rows = ["module example.com/x", ""]
    for section, keys in model.items():
        rows += ["require ("] if section == "one" else []
        for key, value in keys.items():
            rows += [f"// About {key}."] if key in notes else []
            verb = "" if section == "one" else "require "
            rows.append(f"{verb}example.com/{section}/{key} v1.{value}.0")
        rows += [")", ""] if section == "one" else []
    return "\n".join([*rows, ""])


def gosum(model: Model, notes: frozenset[str]) -> str:
    """No comments there; a value is a version, and a hash for it."""
    del notes
    return "".join(
        f"{section}.org/{key} v1.{value}.0 h1:{section}{key}{value}=\n"
        for section, keys in sorted(model.items())
        for key, value in sorted(keys.items())
    )


def requirements(model: Model, notes: frozenset[str]) -> str:
    rows = []
    for section, keys in model.items():
        for key, value in keys.items():
            rows += [f"# About {key}."] if key in notes else []
            rows.append(f"{section}.{key.upper()}=={value}  # {section}")
    return "\n".join([*rows, ""])


def toml(model: Model, notes: frozenset[str]) -> str:
    rows = ["# A header.", "", "top = 1", ""]
    for section, keys in model.items():
        rows += ["[[element]]", f'name = "{section}"'] if section == "three" else [f"[{section}]"]
        for key, value in keys.items():
            rows += [f"# About {key}."] if key in notes else []
            rows.append(f"{key} = {(value, repr(f'{key}>={value}'), '[]')[value % 3]}")
        if section == "two":
            rows += ["items = [", *(f'    "{key}>={value}",' for key, value in keys.items()), "]"]
        rows.append("")
    return "\n".join(rows)


def ini(model: Model, notes: frozenset[str]) -> str:
    rows = ["; A header.", ""]
    for section, keys in model.items():
        rows.append(f"[{section}]")
        for key, value in keys.items():
            rows += [f"; About {key}."] if key in notes else []
            rows += [f"{key} = {value}", *(f"    more {key}" for _ in range(value % 2))]
        rows.append("")
    return "\n".join(rows)


def patterns(model: Model, notes: frozenset[str]) -> str:
    rows = []
    for section, keys in model.items():
        for key, value in keys.items():
            rows += [f"# About {key}."] if key in notes else []
            rows.append(f"{section}/{key}/*.{value}")
    return "\n".join([*rows, ""])


def changelog(model: Model, notes: frozenset[str]) -> str:
    rows = ["# Changelog", ""]
    for section, keys in sorted(model.items()):
        rows += [f"## {VERSIONS[section]}", ""]
        for key, value in keys.items():
            rows += [f"- {key.title()}s: {key} of {section} {key} {value}"]
            rows += [f"  {key} again"] if key in notes else []
        rows.append("")
    return "\n".join(rows)


def markdown(model: Model, notes: frozenset[str]) -> str:
    rows = ["# Title", ""]
    for section, keys in model.items():
        rows += [f"## {section}", ""]
        if section == "two":
            rows += ["| key | value |", "|---|---|"]
            rows += [f"| {key} {key.upper()} | {value} |" for key, value in keys.items()]
        else:
            for key, value in keys.items():
                rows.append(f"* {key.title()}s: {key} of {section} {key} {value}")
                rows += [f"  - about the {key}"] if key in notes else []
        rows += ["", f"{section} closes the {section} with {section}.", ""]
    return "\n".join(rows)


def attributes(model: Model, notes: frozenset[str]) -> str:
    rows = []
    for section, keys in model.items():
        for key, value in keys.items():
            rows += [f"# About {key}."] if key in notes else []
            rows.append(f"/{section}/{key} text size={value} # said")
    return "\n".join([*rows, ""])


def xml(model: Model, notes: frozenset[str]) -> str:
    rows = ['<?xml version="1.0"?>', "<root>"]
    for section, keys in model.items():
        rows.append(f'  <part name="{section}">')
        for key, value in keys.items():
            rows += [f"    <!-- About {key}. -->"] if key in notes else []
            if value % 2:
                rows.append(f'    <item name="{key}" size="{value}"/>')
            else:
                rows += [f'    <item name="{key}">', f"      <size>{value}</size>", "    </item>"]
        rows.append("  </part>")
    return "\n".join([*rows, "</root>", ""])


def yarn(model: Model, notes: frozenset[str]) -> str:
    rows = ["# yarn lockfile v1", "", ""]
    for section, keys in sorted(model.items()):
        for key, value in sorted(keys.items()):
            also = f", {section}-{key}@~{value}" if key in notes else ""
            rows += [f"{section}-{key}@^{value}{also}:", f'  version "{value}.0.0"', ""]
    return "\n".join(rows)


def bundler(model: Model, notes: frozenset[str]) -> str:
    rows = []
    for section, keys in sorted(model.items()):
        rows += ["GEM", f"  remote: https://{section}.example/", "  specs:"]
        for key, value in sorted(keys.items()):
            rows.append(f"    {key}-{section} (1.{value})")
            rows += ["      bundler (>= 2)"] if key in notes else []
        rows.append("")
    return "\n".join([*rows, "BUNDLED WITH", "   2.5.0", ""])


VERSIONS = {"one": "[1.3.0] - 2024-03-01", "three": "v1.2", "two": "1.1.0 (2023-01-01)"}
KEYS = ("alpha", "beta", "gamma", "delta", "omega")
SIDES = ("ours_a", "ours_b", "theirs_a", "theirs_b")
NUMBERS = (*KEYS, *SIDES)
SECTIONS = ("one", "two", "three")
KINDS = [
    Kind("proto", "x.proto", proto),
    Kind("gomod", "go.mod", gomod),
    Kind("gosum", "go.sum", gosum),
    Kind("changelog", "CHANGES.md", changelog),
    Kind("markdown", "x.md", markdown),
    Kind("xml", "x.xml", xml, records=True),
    Kind("lock", "yarn.lock", yarn),
    Kind("lock", "Gemfile.lock", bundler),
    Kind("attributes", ".gitattributes", attributes),
    Kind("ini", "setup.cfg", ini),
    Kind("patterns", ".gitignore", patterns),
    Kind("toml", "x.toml", toml, records=True),
    Kind("requirements", "requirements-dev.txt", requirements),
]


def models(keys: tuple[str, ...] = KEYS) -> st.SearchStrategy[Model]:
    return chosen(lambda choose: _model(choose, keys), 32)


def _model(choose: Choices, keys: tuple[str, ...] = KEYS) -> Model:
    made = {}
    for _ in range(1 + choose.below(3)):
        section, size = choose.of(SECTIONS), choose.below(5)
        made[section] = {choose.of(keys): choose.below(6) for _ in range(size)}
    return made


def _notes(choose: Choices) -> frozenset[str]:
    return frozenset(choose.of(KEYS) for _ in range(choose.below(4)))


NOTES = chosen(_notes, 4)


def trios() -> st.SearchStrategy[Trio]:
    """A base and two edits of it, with the comments of each version."""
    return chosen(_trio, 160)


def _trio(choose: Choices) -> Trio:
    base = _model(choose)
    rows = [base, _edited(choose, base), _edited(choose, base)]
    notes = _notes(choose)
    return rows, [notes, *(notes ^ _notes(choose) if choose.below(2) else notes for _ in "ab")]


def _edited(choose: Choices, model: Model) -> Model:
    """Keys deleted, changed and added, sections deleted and added."""
    made: dict[str, dict[str, int]] = {}
    for section, keys in model.items():
        if not choose.below(8):
            continue
        kept = {key: value for key, value in keys.items() if choose.below(6)}
        for key in list(kept):
            kept[key] = kept[key] if choose.below(4) else choose.below(6)
        if choose.below(2):
            kept[choose.of(KEYS)] = choose.below(6)
        made[section] = kept
    if not made or not choose.below(4):
        made.setdefault(choose.of(SECTIONS), {"alpha": 0})
    return made
