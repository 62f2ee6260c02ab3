"""What an argparse parser knows, as plain values.

Man pages and shell completion are made from these. The only module that looks inside argparse.
"""

from argparse import SUPPRESS, Action, ArgumentParser, _SubParsersAction
from typing import NamedTuple


class Option(NamedTuple):
    """One option or positional word.

    flags: `("-m", "--message")`, empty for a positional; value: what follows, empty for a switch
    """

    flags: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    help: str
    required: bool


class Group(NamedTuple):
    """Options that stand under one heading."""

    title: str
    options: tuple[Option, ...]


class Shape(NamedTuple):
    """One program or command: how it is called, what it takes, what stands below it."""

    name: str
    usage: str
    description: str
    groups: tuple[Group, ...]
    epilog: str
    below: "tuple[Shape, ...]"

    @property
    def options(self) -> tuple[Option, ...]:
        return tuple(option for group in self.groups for option in group.options)


def shape_of(parser: ArgumentParser) -> Shape:
    """Everything a parser would print as help, without its line breaks."""
    groups = []
    for group in parser._action_groups:  # noqa: SLF001 - argparse has no public way to ask
        actions = group._group_actions  # noqa: SLF001
        shown = [a for a in actions if a.help != SUPPRESS and not isinstance(a, _SubParsersAction)]
        if shown:
            options = tuple(_option(parser, action) for action in shown)
            groups.append(Group(group.title or "options", options))
    return Shape(
        name=parser.prog,
        usage=" ".join(parser.format_usage().split()).removeprefix("usage: "),
        description=parser.description or "",
        groups=tuple(groups),
        epilog=parser.epilog or "",
        below=tuple(shape_of(child) for child in _children(parser)),
    )


def _children(parser: ArgumentParser) -> list[ArgumentParser]:
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, _SubParsersAction):
            return list(dict.fromkeys(action.choices.values()))
    return []


def _option(parser: ArgumentParser, action: Action) -> Option:
    formatter = parser._get_formatter()  # noqa: SLF001
    takes_value = action.nargs != 0
    named = "" if action.option_strings else action.dest
    value = formatter._format_args(action, (named or action.dest.upper()))  # noqa: SLF001
    return Option(
        flags=tuple(action.option_strings),
        value=value if takes_value else "",
        choices=tuple(str(choice) for choice in action.choices or ()),
        help=_help(formatter.__class__(parser.prog), action),
        required=action.required,
    )


def _help(formatter: object, action: Action) -> str:
    text: str = formatter._expand_help(action) if action.help else ""  # type: ignore[attr-defined] # noqa: SLF001
    return " ".join(text.split())
