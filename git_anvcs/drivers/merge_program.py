"""The commands of git-ai-merge that a person or a program starts: find one, parse, run."""

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
import importlib
import os
from pathlib import Path
import sys
from typing import NoReturn, cast

from git_anvcs import __version__
from git_anvcs.drivers.say import Call, Command, write_json
from git_anvcs.kernel.errors import AnvcsError, UsageError

COMMANDS = {
    "merge": "merge three files, the result on standard output",
    "solve": "decide what can be decided in files that have conflicts now",
    "explain": "what the last merges decided by themselves, and by which rule",
    "diff": "what differs, by what it means: symbols, keys, cells",
    "languages": "the formats that are merged by meaning",
    "check": "what a merge in progress still lacks; exit 1 when anything",
}
HELP = """usage: git-ai-merge COMMAND [options]

Merges files by what they mean, not by lines. Git starts `git-ai-merge driver`
by itself (see merge-drivers/gitconfig); the other commands are for you:

"""


def run(words: list[str]) -> int:
    """Run the command line `words`; raises AnvcsError for what the user can mend."""
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0
    if words[0] in ("--version", "version"):
        sys.stdout.write(f"git-ai-merge {__version__}\n")
        return 0
    if words[0] == "driver":
        from git_anvcs.drivers.one_file import USAGE

        sys.stdout.write(f"{USAGE}\n\nStarted by Git. Exit code 0: merged, 10: conflicts.\n")
        return 0
    if words[0] not in COMMANDS:
        raise UsageError(
            f"there is no command {words[0]!r}", hint="git-ai-merge --help lists the commands"
        )
    return _run_command(words[0], words[1:])


def load(name: str) -> Command:
    """The module of a command."""
    return cast(Command, importlib.import_module(f"git_anvcs.drivers.merge_commands.{name}"))


def takes_paths(module: Command) -> bool:
    """Whether what stands behind `--` are paths, as they are."""
    return bool(getattr(module, "PATHS_BEHIND_DASHES", False))


def parser_of(name: str, module: Command) -> ArgumentParser:
    """The parser of one command, with the options every command has."""
    text, _, example = (module.__doc__ or "").partition("\nExample:\n")
    parser = _Parser(
        prog=f"git-ai-merge {name}",
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


class _Parser(ArgumentParser):
    """argparse prints usage errors itself and exits with 2; ours go through the one printer."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"{self.prog} --help")


def _run_command(name: str, words: list[str]) -> int:
    module = load(name)
    dashes = words.index("--") if "--" in words and takes_paths(module) else len(words)
    args = parser_of(name, module).parse_args(words[:dashes])
    args.behind_dashes = words[dashes + 1 :]
    start = Path(args.directory) if args.directory else Path.cwd()
    if not start.is_dir():
        raise UsageError(f"there is no directory {args.directory}")
    call = Call(args, start.absolute(), dict(os.environ), as_json=args.json, quiet=args.quiet)
    try:
        return module.run(call)
    except AnvcsError as error:
        if call.as_json:
            facts = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
            write_json({"error": facts})
        raise


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}\n" for name, summary in COMMANDS.items()]
    more = "\n`git-ai-merge COMMAND --help` explains a command and gives an example.\n"
    return HELP + "".join(lines) + more
