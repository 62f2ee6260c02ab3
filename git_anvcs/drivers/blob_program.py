"""The commands of git-ai-blob that a person or a program starts."""

import sys

from git_anvcs import __version__
from git_anvcs.drivers import subcommands

# A command is a module of drivers/blob_commands and a line here; Git's own words are in blob.py.
COMMANDS = {
    "track": "keep files of a pattern as pointers, their contents beside Git",
    "untrack": "keep them as plain files of Git again",
    "ls": "the large files of the index",
    "status": "what is here, what is missing, what waits",
    "push": "send large files to the stores: what waits, and what is not pushed yet",
    "pull": "fetch large files and put them where their pointers are",
    "fetch": "fetch large files into the cache; the worktree stays as it is",
    "checkout": "put large files of the cache where their pointers are",
    "prefetch": "fetch what other commits need, before the network is away",
    "pin": "say which exact version of the store holds each large file",
    "hook": "what Git's hooks start",
    "url": "a signed address for each large file, for a while and without credentials",
    "verify": "ask whether large files are where they are said to be",
    "prune": "make room: what this clone does not need at hand leaves its cache",
    "fsck": "check the cache, the pointers in Git and the stores; mend what can be",
    "locks": "say that a file which cannot be merged is yours for now",
    "doctor": "whether the stores do what they must, tried on small objects",
    "describe": "what a file is, as facts: size, type, shape, columns",
    "diff": "in which facts two files differ",
    "textconv": "a file as text for git diff, a line for each fact",
    "fingerprint": "schema, counts and columns of a data set, without its data",
    "contract": "check tables against the rules in contracts/",
    "migrate": "move a history: to large files and back, from and to Git LFS, from DVC",
}
PROGRAM = subcommands.Program("git-ai-blob", "git_anvcs.drivers.blob_commands", COMMANDS)


def run(words: list[str], usage: str) -> int:
    """Run the command line `words`; raises AnvcsError for what the user can mend."""
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage + subcommands.listed(PROGRAM))
        return 0
    if words[0] in ("--version", "version"):
        sys.stdout.write(f"git-ai-blob {__version__}\n")
        return 0
    return subcommands.run(PROGRAM, words)
