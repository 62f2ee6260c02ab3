"""The commands of a program that a person or a program starts: find one, parse, run."""

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping
import importlib
import os
from pathlib import Path
from typing import NamedTuple, NoReturn, cast

from git_anvcs.drivers.say import Call, Command, write_json
from git_anvcs.kernel.errors import AnvcsError, UsageError


class Program(NamedTuple):
    """A program with commands: each is a module of `package`, `summaries` has a line for each."""

    name: str
    package: str
    summaries: Mapping[str, str]


def run(program: Program, words: list[str]) -> int:
    """Run the command line `words`; raises AnvcsError for what the user can mend.

    With --json the error is the answer, too.
    """
    try:
        return _run(program, words)
    except AnvcsError as error:
        before = words[: words.index("--")] if "--" in words else words
        if "--json" in before:
            facts = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
            write_json({"error": facts})
        raise


def _run(program: Program, words: list[str]) -> int:
    if words[0] not in program.summaries:
        hint = f"{program.name} --help lists the commands"
        raise UsageError(f"there is no command {words[0]!r}", hint=hint)
    module = load(program, words[0])
    dashes = words.index("--") if "--" in words and takes_paths(module) else len(words)
    args = parser_of(program, words[0], module).parse_args(words[1:dashes])
    args.behind_dashes = words[dashes + 1 :]
    start = Path(args.directory) if args.directory else Path.cwd()
    if not start.is_dir():
        raise UsageError(f"there is no directory {args.directory}")
    call = Call(args, start.absolute(), dict(os.environ), as_json=args.json, quiet=args.quiet)
    return module.run(call)


def load(program: Program, name: str) -> Command:
    """The module of a command."""
    return cast(Command, importlib.import_module(f"{program.package}.{name.replace('-', '_')}"))


def takes_paths(module: Command) -> bool:
    """Whether what stands behind `--` are paths, as they are."""
    return bool(getattr(module, "PATHS_BEHIND_DASHES", False))


def parser_of(program: Program, name: str, module: Command) -> ArgumentParser:
    """The parser of one command, with the options every command has."""
    text, _, example = (module.__doc__ or "").partition("\nExample:\n")
    parser = _Parser(
        prog=f"{program.name} {name}",
        description=text,
        epilog=f"Example:\n{example}" if example else None,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    common = parser.add_argument_group("options of every command")
    common.add_argument("-C", dest="directory", metavar="DIR", help="run as if started in DIR")
    common.add_argument("--json", action="store_true", help="print one JSON object")
    common.add_argument("-q", "--quiet", action="store_true", help="print only the answer")
    common.add_argument("--no-progress", action="store_true", help=SUPPRESS)
    module.add_arguments(parser)
    return parser


def everywhere(parser: ArgumentParser) -> None:
    """The options of every command, for a parser of one of its words: they stand behind it, too."""
    parser.add_argument("-C", dest="directory", metavar="DIR", default=SUPPRESS, help=SUPPRESS)
    for names in (("--json",), ("-q", "--quiet"), ("--no-progress",)):
        parser.add_argument(*names, action="store_true", default=SUPPRESS, help=SUPPRESS)


def listed(program: Program) -> str:
    """The commands, a line for each, and how to learn more."""
    width = max(map(len, program.summaries), default=0)
    lines = [f"  {name:{width}}  {summary}\n" for name, summary in program.summaries.items()]
    more = f"\n`{program.name} COMMAND --help` explains a command and gives an example.\n"
    return "".join(lines) + more if lines else ""


class _Parser(ArgumentParser):
    """argparse prints usage errors itself and exits with 2; ours go through the one printer."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"{self.prog} --help")
