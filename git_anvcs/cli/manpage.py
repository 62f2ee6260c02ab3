"""Man pages: the shape of a program as roff, by the macros of man(7)."""

from collections.abc import Iterable
import re

from git_anvcs import __version__
from git_anvcs.cli.shapes import Group, Option, Shape


def man_page(shape: Shape, summary: str, see_also: Iterable[str] = ()) -> str:
    """One page of section 1. summary: the line `apropos` searches."""
    name = shape.name.replace(" ", "-")
    lines = [
        f'.TH "{_text(name.upper())}" 1 "" "git-anvcs {__version__}" "git-anvcs"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(summary)}",
        ".SH SYNOPSIS",
        f".B {_text(shape.usage)}",
        ".SH DESCRIPTION",
        *_prose(shape.description),
        *_groups(shape.groups),
    ]
    for child in shape.below:
        lines += [f'.SH "{_text(child.name.rpartition(" ")[2].upper())}"', *_child(child)]
    if shape.epilog:
        lines += [".SH EXAMPLES", ".nf", *_verbatim(_without_heading(shape.epilog)), ".fi"]
    lines += [".SH EXIT STATUS", *_EXIT_STATUS]
    also = ", ".join(f".BR {_text(page)} (1)" for page in see_also)
    if also:
        lines += [".SH SEE ALSO", *also.replace(", .BR", ",\n.BR").splitlines()]
    return "\n".join(lines) + "\n"


_EXIT_STATUS = (
    "0 done; 1 the answer is no, or conflicts remain; 2 wrong usage; 3 refused by policy;",
    "4 some items set aside, the rest done; 5 not available offline, queued;",
    "70 a bug of git-anvcs; 130 interrupted.",
)


def _child(shape: Shape) -> list[str]:
    return [f".B {_text(shape.usage)}", ".PP", *_prose(shape.description), *_groups(shape.groups)]


def _groups(groups: Iterable[Group]) -> list[str]:
    lines = []
    for group in groups:
        lines.append(f'.SS "{_text(group.title)}"')
        for option in group.options:
            lines += [".TP", _heading(option), _text(option.help) or "\\&"]
    return lines


def _heading(option: Option) -> str:
    value = f" \\fI{_text(option.value)}\\fR" if option.value else ""
    if not option.flags:
        return value.strip()
    return ", ".join(f"\\fB{_text(flag)}\\fR{value}" for flag in option.flags)


def _prose(text: str) -> list[str]:
    """Paragraphs flow; indented blocks stay as they are."""
    lines: list[str] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        if not block.strip():
            continue
        if any(line.startswith((" ", "-", "*")) for line in block.splitlines()):
            lines += [".PP", ".nf", *_verbatim(block), ".fi"]
        else:
            lines += [".PP", *(_text(line) for line in block.splitlines())]
    return lines


def _verbatim(text: str) -> list[str]:
    return [_text(line) or "\\&" for line in text.strip("\n").splitlines()]


def _without_heading(epilog: str) -> str:
    first, _, rest = epilog.partition("\n")
    return rest if first.lower().startswith("example") else epilog


def _text(text: str) -> str:
    """Escaped so that roff prints it as it is: no control lines, no typographic dashes."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    escaped = "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in escaped)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
