"""The commands of git-ai-merge that a person or a program starts."""

import sys

from git_anvcs import __version__
from git_anvcs.drivers import subcommands

COMMANDS = {
    "merge": "merge three files, the result on standard output",
    "solve": "decide what can be decided in files that have conflicts now",
    "explain": "what the last merges decided by themselves, and by which rule",
    "diff": "what differs, by what it means: symbols, keys, cells",
    "languages": "the formats that are merged by meaning",
    "check": "what a merge in progress still lacks; exit 1 when anything",
}
PROGRAM = subcommands.Program("git-ai-merge", "git_anvcs.drivers.merge_commands", COMMANDS)
HELP = """usage: git-ai-merge COMMAND [options]

Merges files by what they mean, not by lines. Git starts `git-ai-merge driver`
by itself (see merge-drivers/gitconfig); the other commands are for you:

"""


def run(words: list[str]) -> int:
    """Run the command line `words`; raises AnvcsError for what the user can mend."""
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(HELP + subcommands.listed(PROGRAM))
        return 0
    if words[0] in ("--version", "version"):
        sys.stdout.write(f"git-ai-merge {__version__}\n")
        return 0
    if words[0] == "driver":
        from git_anvcs.drivers.one_file import USAGE

        sys.stdout.write(f"{USAGE}\n\nStarted by Git. Exit code 0: merged, 10: conflicts.\n")
        return 0
    return subcommands.run(PROGRAM, words)
