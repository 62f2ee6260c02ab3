"""The programs git-anvcs and ai-vcs: find the subcommand, parse, run, print what went wrong."""

from argparse import SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
import importlib
from io import TextIOWrapper
import os
from pathlib import Path
import re
import sys
from typing import Any, NamedTuple, NoReturn, cast

from git_anvcs import __version__
from git_anvcs.cli import passing
from git_anvcs.cli.command import Call, Command
from git_anvcs.cli.output import Output, as_json
from git_anvcs.kernel.errors import AnvcsError, UsageError, run_program

PROGRAM = "git-anvcs"


class Entry(NamedTuple):
    """One row of the table of commands; the module is imported only when it is called.

    passes_on: what the parser does not know goes to Git; so `-C`, `-q`, `-v` are ours only
    before the command's name and Git's after it
    """

    summary: str
    area: str
    passes_on: bool = False


COMMANDS: dict[str, Entry] = {
    "init": Entry("wire hooks, merge drivers and agents into this repository", "set up"),
    "uninstall": Entry("take exactly that out again", "set up"),
    "doctor": Entry("prove by probes that everything wired works", "set up"),
    "status": Entry("what is on, what waits, who edits what", "set up"),
    "trust": Entry("what this repository's settings may do on this machine", "set up"),
    "config": Entry("the settings in force and where each comes from", "set up"),
    "demo": Entry("the whole story in a scratch repository, in seconds", "set up"),
    "completion": Entry("print the completion script of a shell", "set up"),
    "commit": Entry("git commit, and say who made it and how", "commit", passes_on=True),
    "context": Entry("what the next commit's record will say", "commit"),
    "add": Entry("git add, and remember who staged it", "commit", passes_on=True),
    "checkout": Entry("git checkout, and keep our files in step", "commit", passes_on=True),
    "hook": Entry("take one event of an agent from standard input", "commit"),
    "show": Entry("the record of a commit", "read"),
    "log": Entry("git log with each commit's agent, model and tests", "read", passes_on=True),
    "why": Entry("who wrote a line, on whose prompt, and whether tests passed", "read"),
    "blame": Entry("git blame with agent, model and tests", "read", passes_on=True),
    "trace": Entry("everything a session did, and what is left of it", "read"),
    "stats": Entry("commits and lines by agent, model, session, lane, time", "read"),
    "graph": Entry("the commit graph with agents, lanes and tests", "read"),
    "merge": Entry("merge branches here by what they mean, and say what was decided", "merge"),
    "preview": Entry("what a commit or a merge would do, or has done", "merge"),
    "radar": Entry("which branches and worktrees will collide", "merge"),
    "review": Entry("what a merge decided by itself, the most doubtful first", "merge"),
    "land": Entry("merge branches, test them together, move the target to that", "merge"),
    "verify": Entry("was work lost in a merge, or old content brought back?", "merge"),
    "daemon": Entry("keep a journal of what is saved, in the background", "journal"),
    "journal": Entry("what is in the worktree goes into the journal; what that holds", "journal"),
    "timeline": Entry("what happened in this worktree between commits", "journal"),
    "at": Entry("the worktree, or a file, as it was at a moment", "journal"),
    "restore": Entry("put files back as they were at a moment", "journal"),
    "undo": Entry("give back what was destroyed in this worktree", "journal"),
    "snapshot": Entry("commit what one session alone changed, or what is due", "journal"),
    "churn": Entry("lines rewritten soon after they were written, by session", "journal"),
    "tidy": Entry("put unpublished commits together, keep every record", "journal"),
    "replay": Entry("play what happened to files, save by save", "journal"),
    "sessions": Entry("what each agent's session did; take one back", "journal"),
    "meta": Entry("read, write, check and mend records", "records"),
    "push": Entry("git push, and send records to where they may go", "records", passes_on=True),
    "pull": Entry("git pull, and bring in the records others made", "records", passes_on=True),
    "keys": Entry("the key with which this clone signs", "records"),
    "drain": Entry("turn what hooks wrote down into records now", "records"),
}


def main() -> int:
    """Entry point; returns the exit code."""
    argv = sys.argv[1:]
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that is not UTF-8 must not stop us
        sys.stdout.reconfigure(errors="backslashreplace")
    return run_program(PROGRAM, lambda: run(argv))


def run(argv: list[str]) -> int:
    """Run the command line `argv` (without the program's name)."""
    argv, before = _leading_options(argv)
    if not argv or argv[0] in ("-h", "--help", "help"):
        return _help(argv[1:])
    if argv[0] in ("--version", "version"):
        print(f"git-anvcs {__version__}")
        return 0
    name = argv[0]
    if name not in COMMANDS:
        raise UsageError(f"there is no command {name!r}", hint=_nearest(name))
    module = load(name)
    call = _call(name, module, before, argv[1:])
    try:
        return module.run(call)
    except AnvcsError as error:
        if call.output.as_json:
            facts = {"message": error.message, "hint": error.hint, "exit_code": error.exit_code}
            print(as_json({"error": facts}, indent=2))
        raise


def load(name: str) -> Command:
    """The module of a command: `why` is cli/commands/why.py."""
    path = f"git_anvcs.cli.commands.{name.replace('-', '_')}"
    return cast(Command, importlib.import_module(path))


def parser_of(name: str, module: Command) -> ArgumentParser:
    """The parser of one command, with the options every command has."""
    text, example = _help_texts(module)
    parser = _Parser(
        prog=f"git anvcs {name}",
        description=text,
        epilog=example,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(parser, passes_on=COMMANDS[name].passes_on)
    module.add_arguments(parser)
    return parser


def _add_common(parser: ArgumentParser, *, passes_on: bool) -> None:
    common = parser.add_argument_group("options of every command")
    common.add_argument("--json", action="store_true", help="print one JSON object")
    common.add_argument("--no-progress", action="store_true", help=SUPPRESS)
    if passes_on:
        common.description = "-C DIR, -q and -v stand before the command's name; the rest is Git's"
        return
    common.add_argument("-C", dest="directory", metavar="DIR", help="run as if started in DIR")
    common.add_argument("-q", "--quiet", action="store_true", help="print only the answer")
    common.add_argument(
        "-v", "--verbose", action="count", default=0, help="say more (may be repeated)"
    )


class _Parser(ArgumentParser):
    """argparse prints usage errors itself and exits with 2; ours go through the one printer.

    argparse takes `-5` for a value. Options of ours begin with a letter, so `-5m` is one as well.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        choices = next((a.choices for a in self._actions if a.dest == "action"), None)
        if choices and message.startswith("the following arguments are required: action"):
            message = f"say what to do: {', '.join(choices)}"
        raise UsageError(message, hint=f"{self.prog} --help")


def _call(name: str, module: Command, before: list[str], words: list[str]) -> Call:
    leading = _Parser(prog=PROGRAM, add_help=False, allow_abbrev=False)
    _add_common(leading, passes_on=False)
    given = leading.parse_args(before)
    parser = parser_of(name, module)
    ours = getattr(module, "OPTIONS", None)
    if ours is not None:
        mine, rest = passing.split(words, ours, module.GIT_TAKES_VALUE)  # type: ignore[attr-defined]
        args = parser.parse_args(mine, given)
    elif COMMANDS[name].passes_on:
        args, rest = parser.parse_known_args(words, given)
    elif "--" in words:  # argparse would take every one of them away, an argument too
        args, rest = parser.parse_args(words, given), []
    else:
        args, rest = parser.parse_intermixed_args(words, given), []
    cwd = _folder(args.directory or ".")
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    output = Output(
        as_json=args.json,
        verbosity=-1 if args.quiet else args.verbose,
        colour=sys.stdout.isatty() and not plain and not args.json,
        progress=sys.stderr.isatty() and not plain and not (args.no_progress or args.quiet),
    )
    return Call(args, cwd, os.environ, output, rest)


def _folder(given: str) -> Path:
    """Where to run. Raises UsageError, also where the folder we stand in was removed."""
    try:
        cwd = Path.cwd() / given
    except FileNotFoundError as error:
        if not Path(given).is_absolute():
            hint = "cd to one that is there, or use -C DIR with an absolute path"
            raise UsageError("the current folder is gone", hint=hint) from error
        cwd = Path(given)
    if not cwd.is_dir():
        raise UsageError(f"{given} is not a directory")
    return cwd


def _leading_options(argv: list[str]) -> tuple[list[str], list[str]]:
    """Split off `-C DIR`, `--json`, `-q`, `-v` standing before the command's name."""
    before: list[str] = []
    while argv and argv[0] in ("-C", "--json", "-q", "-v", "--no-progress"):
        size = 2 if argv[0] == "-C" else 1
        before += argv[:size]
        argv = argv[size:]
    return argv, before


def _help_texts(module: Command) -> tuple[str, str]:
    text = (module.__doc__ or "").strip()
    for heading in ("Examples:", "Example:"):
        before, found, after = text.partition(f"\n{heading}\n")
        if found:
            return before.strip(), f"{heading.lower()}\n{after.rstrip()}"
    return text, ""


def _help(argv: list[str]) -> int:
    if argv and argv[0] in COMMANDS:
        parser_of(argv[0], load(argv[0])).print_help()
        return 0
    print("usage: git anvcs COMMAND [options]     (ai-vcs is the same program)\n")
    areas: dict[str, list[str]] = {}
    for name, entry in COMMANDS.items():
        areas.setdefault(entry.area, []).append(f"  {name:<12} {entry.summary}")
    for area, lines in areas.items():
        print(f"{area}\n" + "\n".join(lines) + "\n")
    print("`git anvcs COMMAND --help` explains a command and gives an example.")
    print("ANVCS=0 in the environment switches every hook and driver off.")
    return 0


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    return f"did you mean `git anvcs {near[0]}`?" if near else "`git anvcs --help` lists them"


if __name__ == "__main__":
    sys.exit(main())
